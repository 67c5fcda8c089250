using Hortus.Local.Bootstrap;
using Hortus.Objects;

namespace Hortus.Local.Tests;

public sealed class ProviderLocalExtensionTests
{
    private const string Pushed = "registry.registry.svc/charts/provider-local:0.1.0@sha256:0123";

    private static readonly System.Text.Json.Nodes.JsonObject Example =
        KubernetesYaml.ParseAll(Examples.Read(ProviderLocalExtension.Example)).Single();

    [Fact]
    public void The_example_gets_the_digest_that_was_pushed_and_the_folder_of_the_garden()
    {
        var charts = new Dictionary<string, string> { ["charts/provider-local"] = Pushed };

        var extension = ProviderLocalExtension.Complete(Example, charts, "/srv/garden/buckets")["spec"]!["deployment"]!["extension"]!;

        ((string?)extension["helm"]!["ociRepository"]!["ref"]).ShouldBe(Pushed);
        ((string?)extension["values"]!["backup"]!["hostPath"]).ShouldBe("/srv/garden/buckets");
        ((string?)extension["runtimeClusterValues"]!["backup"]!["hostPath"]).ShouldBe("/srv/garden/buckets");
    }

    [Fact]
    public void A_chart_that_was_not_built_is_told_before_anybody_waits_for_it()
    {
        var charts = new Dictionary<string, string> { ["charts/other"] = "registry.registry.svc/charts/other:1@sha256:4567" };

        Should.Throw<LocalGardenException>(() => ProviderLocalExtension.Complete(Example, charts, "/srv")).Message
            .ShouldContain("registry.registry.svc/charts/provider-local:0.1.0");
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
