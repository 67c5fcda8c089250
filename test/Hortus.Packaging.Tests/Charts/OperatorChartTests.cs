using Hortus.Objects.Kubernetes;
using Hortus.Testing;

namespace Hortus.Packaging.Tests.Charts;

/// <summary>What the operator's chart makes of its values.</summary>
[Trait("Category", "RealParts")]
public sealed class OperatorChartTests
{
    private const string Chart = "hortus-operator";

    [Fact]
    public async Task All_definitions_come_along_and_stay_when_the_release_goes()
    {
        var files = Directory.GetFiles(Path.Combine(BuiltTools.Root, "charts", "crds")).Length;

        var definitions = (await ChartRun.RenderAsync(Chart)).Of<CustomResourceDefinition>("CustomResourceDefinition");

        definitions.Count.ShouldBe(files);
        definitions.ShouldAllBe(definition => definition.Metadata.Annotations!["helm.sh/resource-policy"] == "keep");
        (await ChartRun.RenderAsync(Chart, "--set", "crds.install=false")).Of<CustomResourceDefinition>("CustomResourceDefinition")
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_namespace_is_refused_with_the_remedy() =>
        (await ChartRun.RefusalAsync(Chart, "--namespace=default")).ShouldContain("install with --namespace garden");

    [Fact]
    public async Task Service_leads_to_the_port_on_which_the_operator_serves_its_webhooks()
    {
        var rendered = await ChartRun.RenderAsync(Chart, "--set", "ports.webhooks=9443,ports.health=9444");

        var service = rendered.Of<Service>("Service").ShouldHaveSingleItem();
        service.Metadata.Name.ShouldBe("gardener-operator");
        service.Spec.Ports!.Single(port => port.Port == 443).TargetPort!.ToString().ShouldBe("9443");
        var labels = rendered.Deployment.Spec.Template.Metadata.Labels!;
        service.Spec.Selector!.ShouldAllBe(pair => labels[pair.Key] == pair.Value);
        rendered.Container.Args!.ShouldContain("--webhook-port=9443");
        rendered.Container.Args!.ShouldContain("--health-port=9444");
        rendered.Container.ReadinessProbe!.HttpGet!.Port.ToString().ShouldBe("9444");
    }

    [Fact]
    public async Task Garden_is_made_of_the_image_that_the_operator_runs() =>
        (await ChartRun.RenderAsync(Chart, "--set", "image.ref=registry.example/h:7")).Container.Args!
            .ShouldContain("--image=registry.example/h:7");
}
