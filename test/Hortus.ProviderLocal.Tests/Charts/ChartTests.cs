using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.ProviderLocal.Tests.Charts;

/// <summary>The chart as the real helm renders it, for the runtime cluster and for a seed.</summary>
[Trait("Category", "RealParts")]
public sealed class ChartTests
{
    // The operator writes "true" as text.
    private static readonly string[] InRuntimeCluster =
    [
        "--namespace=runtime-extension-provider-local", "--set-string=gardener.runtimeCluster.enabled=true",
        "--set=gardener.runtimeCluster.priorityClassName=gardener-garden-system-200",
    ];

    private static readonly string[] OnSeed = ["--namespace=extension-provider-local-abcde"];

    [Fact]
    public async Task Helm_finds_nothing_to_say_about_the_chart()
    {
        (await RenderedChart.HelmAsync("lint", BuiltTools.Chart("provider-local"), "--strict", "--quiet")).Succeeded();
    }

    [Fact]
    public async Task In_the_runtime_cluster_it_serves_the_garden_with_the_priority_that_the_operator_says()
    {
        var chart = await RenderAsync(InRuntimeCluster);

        chart.Arguments.ShouldContain("--extension-classes=garden");
        ((string?)chart.Pod["priorityClassName"]).ShouldBe("gardener-garden-system-200");
    }

    [Fact]
    public async Task On_a_seed_it_serves_shoots_and_the_seed()
    {
        var chart = await RenderAsync(OnSeed);

        chart.Arguments.ShouldContain("--extension-classes=shoot,seed");
        chart.Pod.ContainsKey("priorityClassName").ShouldBeFalse();
    }

    [Fact]
    public async Task Both_instances_fit_into_one_cluster()
    {
        var runtime = (await RenderAsync(InRuntimeCluster)).Objects.Select(Id);
        var seed = (await RenderAsync(OnSeed)).Objects.Select(Id);

        runtime.Intersect(seed).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_instance_of_the_garden_has_no_rights_on_machines_and_reads_Secrets_in_its_namespace_only()
    {
        var objects = (await RenderAsync(InRuntimeCluster)).Objects;
        var rules = objects.Single(item => (string?)item["kind"] == "ClusterRole")["rules"]!.ToJsonString();

        rules.ShouldNotContain("machine.sapcloud.io");
        rules.ShouldNotContain("secrets");
        rules.ShouldNotContain("*");
        objects.Where(item => (string?)item["kind"] == "Role" && item["rules"]!.ToJsonString().Contains("secrets", StringComparison.Ordinal))
            .Select(item => (string?)item["metadata"]!["namespace"]).ShouldBe(["garden"]);
    }

    [Fact]
    public async Task No_right_of_a_seeds_instance_is_for_everything()
    {
        foreach (var role in (await RenderAsync(OnSeed)).Objects.Where(item => (string?)item["kind"] is "ClusterRole" or "Role"))
        {
            role["rules"]!.ToJsonString().ShouldNotContain("\"*\"");
        }
    }

    [Fact]
    public async Task Every_flag_of_the_pod_is_one_of_the_command()
    {
        var chart = await RenderAsync([.. OnSeed, "--set=logVerbosity=2,backup.hostPath=/srv/buckets"]);

        chart.FlagsUnknownTo(typeof(ProviderLocalOptions)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("replicaCount=many", "/replicaCount")]
    [InlineData("concurrentReconciles=0", "/concurrentReconciles")]
    [InlineData("replicas=2", "replicas")]
    [InlineData("gardener.runtimeCluster.enabled=maybe", "/gardener/runtimeCluster/enabled")]
    public async Task Values_that_do_not_fit_are_refused_with_their_place(string value, string place)
    {
        var answer = await RenderedChart.HelmAsync("template", "x", BuiltTools.Chart("provider-local"), "--set=" + value);

        answer.ExitCode.ShouldNotBe(0);
        answer.Error.ShouldContain(place);
    }

    private static Task<RenderedChart> RenderAsync(string[] flags) => RenderedChart.OfAsync("provider-local", flags);

    private static string Id(JsonObject item) => $"{item["kind"]} {item["metadata"]!["namespace"]}/{item["metadata"]!["name"]}";
}
