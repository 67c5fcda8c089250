using Hortus.Local.Bootstrap;
using Hortus.Objects;

namespace Hortus.Local.Tests;

public sealed class ProviderLocalExtensionTests
{
    private static readonly Dictionary<string, string> Pushed = new[] { "provider-local", "admission-local-runtime", "admission-local-virtual" }
        .ToDictionary(chart => $"charts/{chart}", chart => $"registry.registry.svc/charts/{chart}:0.1.0@sha256:0123");

    private static readonly System.Text.Json.Nodes.JsonObject Example =
        KubernetesYaml.ParseAll(Examples.Read(ProviderLocalExtension.Example)).Single();

    private static readonly GardenShape Single = new(Replicas: 1, IsMinimal: false);

    [Fact]
    public void Every_part_of_it_has_as_many_pods_as_the_garden_asks_for()
    {
        var deployment = ProviderLocalExtension.Complete(Example, Pushed, "/srv", Single with { Replicas = 2 })["spec"]!["deployment"]!;

        var extension = deployment["extension"]!;
        new[] { extension["values"]!, extension["runtimeClusterValues"]!, deployment["admission"]!["values"]! }
            .Select(values => (int?)values["replicaCount"]).ShouldBe([2, 2, 2]);
    }

    [Fact]
    public void It_has_no_admission_in_a_minimal_garden()
    {
        var deployment = ProviderLocalExtension.Complete(Example, Pushed, "/srv", Single with { IsMinimal = true })["spec"]!["deployment"]!;

        deployment["admission"].ShouldBeNull();
        deployment["extension"].ShouldNotBeNull();
    }

    [Fact]
    public void The_example_gets_the_digests_that_were_pushed_and_the_folder_of_the_garden()
    {
        var deployment = ProviderLocalExtension.Complete(Example, Pushed, "/srv/garden/buckets", Single)["spec"]!["deployment"]!;
        var extension = deployment["extension"]!;
        var admission = deployment["admission"]!;

        new[] { extension, admission["runtimeCluster"]!, admission["virtualCluster"]! }
            .Select(part => (string?)part["helm"]!["ociRepository"]!["ref"]).ShouldBe(Pushed.Values);
        ((string?)extension["values"]!["backup"]!["hostPath"]).ShouldBe("/srv/garden/buckets");
        ((string?)extension["runtimeClusterValues"]!["backup"]!["hostPath"]).ShouldBe("/srv/garden/buckets");
    }

    [Theory]
    [InlineData("provider-local")]
    [InlineData("admission-local-runtime")]
    [InlineData("admission-local-virtual")]
    public void A_chart_that_was_not_built_is_told_before_anybody_waits_for_it(string missing)
    {
        var charts = Pushed.Where(chart => chart.Key != $"charts/{missing}").ToDictionary();

        Should.Throw<LocalGardenException>(() => ProviderLocalExtension.Complete(Example, charts, "/srv", Single)).Message
            .ShouldContain($"registry.registry.svc/charts/{missing}:0.1.0");
    }

    [Fact]
    public void It_serves_every_type_that_the_examples_ask_for()
    {
        var served = Example["spec"]!["resources"]!.AsArray().Select(item => $"{item!["kind"]}/{item["type"]}").ToHashSet();

        served.ShouldContain("Network/calico");
        foreach (var kind in new[] { "BackupBucket", "BackupEntry", "ControlPlane", "DNSRecord", "Infrastructure", "OperatingSystemConfig", "Worker" })
        {
            served.ShouldContain(kind + "/local");
        }
    }
}
