using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hortus.Objects;
using Hortus.Testing;

namespace Hortus.Packaging.Tests.Charts;

/// <summary>What operator's and gardenlet's chart have in common: what they take, and what they refuse.</summary>
[Trait("Category", "RealParts")]
public sealed partial class ValuesTests
{
    private static readonly string[] Names = ["hortus-operator", "hortus-gardenlet"];

    public static TheoryData<string> Charts => [.. Names];

    [Theory]
    [InlineData("helm", "hortus-operator")]
    [InlineData("helm-3", "hortus-operator")]
    [InlineData("helm", "hortus-gardenlet")]
    [InlineData("helm-3", "hortus-gardenlet")]
    public async Task Chart_has_nothing_that_helm_warns_of(string program, string chart)
    {
        var result = await ChartRun.HelmAsync(program, "lint", "--strict", BuiltTools.Chart(chart), "--namespace=garden");

        result.Succeeded().ShouldNotContain("[WARNING]");
    }

    [Theory]
    [InlineData("replicas=3", "replicas")]
    [InlineData("image.tags=1", "tags")]
    [InlineData("replicaCount=many", "replicaCount")]
    [InlineData("replicaCount=-1", "replicaCount")]
    [InlineData("image.pullPolicy=Sometimes", "pullPolicy")]
    [InlineData("podLabels.number=1", "podLabels")]
    [InlineData("resources.limit.cpu=1", "limit")]
    public async Task Value_that_is_unknown_or_of_the_wrong_type_is_refused_by_its_name(string value, string name)
    {
        foreach (var chart in Names)
        {
            (await ChartRun.RefusalAsync(chart, "--set", value)).ShouldContain(name);
        }
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public async Task Each_value_is_in_values_yaml_and_in_the_schema(string chart)
    {
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(BuiltTools.Chart(chart), "values.schema.json")))!;
        var text = await File.ReadAllTextAsync(Path.Combine(BuiltTools.Chart(chart), "values.yaml"));
        var documented = TopLevelKey().Matches(text).Select(match => match.Groups[1].Value);

        // Helm's own, and the second spelling of a value.
        var known = schema["properties"]!.AsObject().Select(property => property.Key)
            .Except(["global", "componentImageVectorOverwrite"]);

        documented.Distinct().Order().ShouldBe(known.Order());
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public async Task Rollout_starts_a_new_pod_before_it_ends_an_old_one_and_pods_may_do_little(string chart)
    {
        var rendered = await ChartRun.RenderAsync(chart);

        var deployment = rendered.Deployment;
        deployment.Spec.Strategy!.RollingUpdate!.MaxSurge!.ToString().ShouldBe("1");
        deployment.Spec.Strategy.RollingUpdate.MaxUnavailable!.ToString().ShouldBe("0");
        var pod = deployment.Spec.Template.Spec;
        pod.PriorityClassName.ShouldNotBeNull();
        rendered.Items.ShouldContain(item =>
            (string)item["kind"]! == "PriorityClass" && (string)item["metadata"]!["name"]! == pod.PriorityClassName);
        pod.SecurityContext!.RunAsNonRoot.ShouldBe(true);
        pod.TopologySpreadConstraints!.Select(spread => spread.TopologyKey)
            .ShouldBe(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);
        var container = rendered.Container;
        container.SecurityContext!.AllowPrivilegeEscalation.ShouldBe(false);
        container.SecurityContext.ReadOnlyRootFilesystem.ShouldBe(true);
        container.SecurityContext.Capabilities!.Drop.ShouldBe(["ALL"]);
        (container.ReadinessProbe!.HttpGet!.Path, container.LivenessProbe!.HttpGet!.Path).ShouldBe(("/readyz", "/healthz"));
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public async Task Probes_and_priority_can_be_taken_away(string chart)
    {
        var rendered = await ChartRun.RenderAsync(chart, "--set", "enableHealthProbes=false,priorityClassName=");

        (rendered.Container.ReadinessProbe, rendered.Container.LivenessProbe).ShouldBe((null, null));
        rendered.Deployment.Spec.Template.Spec.PriorityClassName.ShouldBeNull();
        rendered.Items.ShouldNotContain(item => (string)item["kind"]! == "PriorityClass");
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public async Task Image_is_the_reference_or_repository_and_tag_or_that_of_the_charts_version(string chart)
    {
        var version = (string)KubernetesYaml.Parse(
            await File.ReadAllTextAsync(Path.Combine(BuiltTools.Chart(chart), "Chart.yaml")))["appVersion"]!;

        (await ImageAsync("image.repository=registry.example/h")).ShouldBe($"registry.example/h:{version}");
        (await ImageAsync("image.repository=registry.example/h,image.tag=v7")).ShouldBe("registry.example/h:v7");
        (await ImageAsync("image.tag=v7,image.ref=registry.example/h@sha256:0")).ShouldBe("registry.example/h@sha256:0");

        async Task<string?> ImageAsync(string values) => (await ChartRun.RenderAsync(chart, "--set", values)).Container.Image;
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public async Task Labels_of_users_cannot_take_the_pods_from_their_selectors(string chart)
    {
        var rendered = await ChartRun.RenderAsync(chart, "--set", "podLabels.app=mine,podLabels.team=a");

        var labels = rendered.Deployment.Spec.Template.Metadata.Labels!;
        labels["team"].ShouldBe("a");
        foreach (var (key, value) in rendered.Deployment.Spec.Selector.MatchLabels!)
        {
            labels[key].ShouldBe(value);
        }
    }

    [Theory]
    [InlineData("1.20.2", "policy/v1beta1", false)]
    [InlineData("1.24.0", "policy/v1", false)]
    [InlineData("1.35.4", "policy/v1", true)]
    public async Task Disruption_budget_has_the_version_that_the_cluster_knows(string version, string expected, bool evictsUnhealthy)
    {
        foreach (var chart in Names)
        {
            var rendered = await ChartRun.RenderAsync(chart, "--kube-version", version);

            var budget = rendered.Items.Single(item => (string)item["kind"]! == "PodDisruptionBudget");
            ((string)budget["apiVersion"]!).ShouldBe(expected);
            ((long)budget["spec"]!["maxUnavailable"]!).ShouldBe(1);
            (budget["spec"]!["unhealthyPodEvictionPolicy"] is not null).ShouldBe(evictsUnhealthy);
        }
    }

    [GeneratedRegex("^(?:# )?([a-z][A-Za-z]+):", RegexOptions.Multiline)]
    private static partial Regex TopLevelKey();
}
