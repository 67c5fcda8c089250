using Hortus.Local.Bootstrap;
using Hortus.Objects;

namespace Hortus.Local.Tests;

public sealed class ProviderLocalExtensionTests
{
    private static readonly Dictionary<string, string> Pushed = new[] { "provider-local", "admission-local-runtime", "admission-local-virtual" }
        .ToDictionary(chart => $"charts/{chart}", chart => $"registry.registry.svc/charts/{chart}:0.1.0@sha256:0123");

    private static readonly System.Text.Json.Nodes.JsonObject Example =
        KubernetesYaml.ParseAll(Examples.Read(ProviderLocalExtension.Example)).Single();

    [Fact]
    public void The_example_gets_the_digests_that_were_pushed_and_the_folder_of_the_garden()
    {
        var deployment = ProviderLocalExtension.Complete(Example, Pushed, "/srv/garden/buckets")["spec"]!["deployment"]!;
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

        Should.Throw<LocalGardenException>(() => ProviderLocalExtension.Complete(Example, charts, "/srv")).Message
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
