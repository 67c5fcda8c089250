using System.Text.Json.Nodes;
using Hortus.Components;
using Hortus.ProviderLocal.Admission;
using Hortus.Testing;

namespace Hortus.ProviderLocal.Tests.Charts;

/// <summary>The admission's charts as the real helm renders them, with what the operator says and without.</summary>
[Trait("Category", "RealParts")]
public sealed class AdmissionChartTests
{
    private const string RuntimeChart = "admission-local-runtime";
    private const string VirtualChart = "admission-local-virtual";

    private static readonly string[] InRuntimeCluster =
    [
        "--namespace=garden", "--set=gardener.runtimeCluster.priorityClassName=gardener-garden-system-400",
        "--set=gardener.virtualCluster.enabled=true", "--set=gardener.virtualCluster.namespace=extension-provider-local",
    ];

    private static readonly string[] InGarden =
    [
        "--namespace=extension-provider-local", "--set=gardener.virtualCluster.enabled=true",
        "--set=gardener.virtualCluster.serviceAccount.name=extension-admission-provider-local",
        "--set=gardener.virtualCluster.serviceAccount.namespace=kube-system",
    ];

    [Theory]
    [InlineData(RuntimeChart)]
    [InlineData(VirtualChart)]
    public async Task Helm_finds_nothing_to_say_about_the_chart(string chart) =>
        (await RenderedChart.HelmAsync("lint", BuiltTools.Chart(chart), "--strict", "--quiet")).Succeeded();

    [Fact]
    public async Task The_server_finds_the_garden_and_gives_its_configurations_to_the_namespace_that_the_operator_says()
    {
        var chart = await RenderedChart.OfAsync(RuntimeChart, InRuntimeCluster);

        chart.Arguments.ShouldContain("--garden-kubeconfig=/var/run/secrets/gardener.cloud/shoot/generic-kubeconfig/kubeconfig");
        chart.Arguments.ShouldContain("--webhook-config-owner-namespace=extension-provider-local");
        chart.Arguments.ShouldContain("--webhook-config-namespace=garden");
        ((string?)chart.Pod["priorityClassName"]).ShouldBe("gardener-garden-system-400");
        chart.FlagsUnknownTo(typeof(AdmissionLocalOptions)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_an_operator_it_judges_for_the_cluster_in_which_it_runs()
    {
        var chart = await RenderedChart.OfAsync(RuntimeChart);
        var rights = await RenderedChart.OfAsync(VirtualChart, "--namespace=garden");

        chart.Arguments.ShouldNotContain(word => word.Contains("garden-kubeconfig") || word.Contains("owner"));
        ((string?)rights.One("ClusterRoleBinding")["subjects"]![0]!["name"]).ShouldBe((string?)chart.Pod["serviceAccountName"]);
    }

    [Fact]
    public async Task The_Service_is_where_the_certificate_and_the_configurations_expect_it()
    {
        var service = (await RenderedChart.OfAsync(RuntimeChart, InRuntimeCluster)).One("Service");
        var port = service["spec"]!["ports"]![0]!;

        ((string?)service["metadata"]!["name"]).ShouldBe(AdmissionLocalComponent.ServiceName);
        ((long)port["port"]!).ShouldBe(ServedWebhooks.ServicePort);
        ((long)port["targetPort"]!).ShouldBe(ServedWebhooks.Port);
        ((string?)service["metadata"]!["annotations"]!["networking.resources.gardener.cloud/from-all-webhook-targets-allowed-ports"])
            .ShouldBe($$"""[{"port":{{ServedWebhooks.Port}},"protocol":"TCP"}]""");
    }

    [Fact]
    public async Task Its_account_may_write_its_own_configurations_and_nothing_else_of_the_garden()
    {
        var chart = await RenderedChart.OfAsync(VirtualChart, InGarden);
        var rules = chart.One("ClusterRole")["rules"]!.AsArray().Select(rule => rule!.AsObject()).ToList();
        var subject = chart.One("ClusterRoleBinding")["subjects"]![0]!;

        chart.Objects.ShouldNotContain(item => (string?)item["kind"] == "ServiceAccount");
        ((string?)subject["name"]).ShouldBe("extension-admission-provider-local");
        ((string?)subject["namespace"]).ShouldBe("kube-system");
        rules.Where(rule => Verbs(rule).Intersect(["update", "patch", "delete"]).Any()).Select(rule => rule["resourceNames"]!.ToJsonString())
            .ShouldBe([$"[\"{AdmissionLocalComponent.ServiceName}\"]"]);
        rules.ShouldAllBe(rule => !rule.ToJsonString().Contains("\"*\""));
    }

    [Theory]
    [InlineData("replicaCount=many", "/replicaCount")]
    [InlineData("image.name=x", "/image")]
    [InlineData("gardener.virtualCluster.enabled=maybe", "/gardener/virtualCluster/enabled")]
    public async Task Values_that_do_not_fit_are_refused_with_their_place(string value, string place)
    {
        var answer = await RenderedChart.HelmAsync("template", "x", BuiltTools.Chart(RuntimeChart), "--set=" + value);

        answer.ExitCode.ShouldNotBe(0);
        answer.Error.ShouldContain(place);
    }

    private static IEnumerable<string> Verbs(JsonObject rule) => rule["verbs"]!.AsArray().Select(verb => (string)verb!);
}
