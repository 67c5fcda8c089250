using System.Text;
using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;

namespace Hortus.Components.Tests.Charts;

public sealed class ChartManifestsTests
{
    private static readonly KubeconfigInjection Garden = new()
    {
        KubeconfigSecret = "generic-garden-kubeconfig-12345678",
        TokenSecret = "garden-access-extension",
        MountPath = KubeconfigInjection.GardenPath,
    };

    [Fact]
    public void Each_template_has_a_key_and_each_of_several_objects_in_one_too()
    {
        var bundle = ChartManifests.Bundle(
            Chart(
                ("demo/templates/one.yaml", Map("a")),
                ("demo/templates/sub/two.yaml", Map("b")),
                ("demo/templates/sub/two.yaml", Map("system:c", "space"))),
            null);

        bundle.Keys.ShouldBe(
        [
            "demo_templates_one.yaml",
            "demo_templates_sub_two_ConfigMap-b.yaml",
            "demo_templates_sub_two_ConfigMap-space-system_c.yaml",
        ]);
        KubernetesYaml.Parse(Encoding.UTF8.GetString(bundle.Data()["demo_templates_one.yaml"]))["metadata"]!["name"]!.ToString()
            .ShouldBe("a");
    }

    [Fact]
    public void Keys_that_would_be_the_same_or_too_long_stay_apart_and_legal()
    {
        var bundle = ChartManifests.Bundle(
            Chart(("a/b.yaml", Map("x")), ("a_b.yaml", Map("y")), (new string('l', 300) + ".yaml", Map("z"))), null);

        bundle.Keys.Count().ShouldBe(3);
        bundle.Keys.ShouldAllBe(key => key.Length <= 253 && key.EndsWith(".yaml", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_written_reads_back()
    {
        var bundle = ChartManifests.Bundle(Chart(("t/a.yaml", Map("a")), ("t/a.yaml-b.yaml", Map("b"))), null);
        var secret = ManagedResourceWriter.SecretOf(new ManagedResourceSettings { Key = new ObjectKey("garden", "x"), SecretName = "x" }, bundle);

        var read = ManifestReader.Read([secret]);

        read.Faults.ShouldBeEmpty();
        read.Objects.Select(o => o.Json["metadata"]!["name"]!.ToString()).ShouldBe(["a", "b"], ignoreOrder: true);
        secret.Metadata.Name.ShouldBe($"x-{bundle.NameSuffix}");
    }

    [Fact]
    public void A_chart_too_large_for_a_secret_is_compressed_and_reads_back()
    {
        var large = Enumerable.Range(0, 12).Select(i => ($"t/{i}.yaml", Map($"m{i}") is var map && (map["data"] = new JsonObject
        {
            ["x"] = new string((char)('a' + i), 100_000),
        }) is not null ? map : map)).ToArray();
        var bundle = ChartManifests.Bundle(Chart(large), null);

        bundle.Keys.ShouldAllBe(key => key.EndsWith(".yaml.br", StringComparison.Ordinal));
        var secret = ManagedResourceWriter.SecretOf(new ManagedResourceSettings { Key = new ObjectKey("garden", "x") }, bundle);
        var read = ManifestReader.Read([secret]);
        read.Faults.ShouldBeEmpty();
        read.Objects.Count.ShouldBe(12);
    }

    [Fact]
    public void An_object_that_two_templates_have_is_refused() =>
        Should.Throw<ChartException>(() => ChartManifests.Bundle(Chart(("a", Map("x", "s")), ("b", Map("x", "s"))), null))
            .Message.ShouldStartWith("chart demo 1.0.0: ConfigMap s/x is there twice");

    [Theory]
    [InlineData("apps/v1", "Deployment", true)]
    [InlineData("apps/v1", "StatefulSet", true)]
    [InlineData("apps/v1", "DaemonSet", true)]
    [InlineData("batch/v1", "Job", true)]
    [InlineData("batch/v1", "CronJob", true)]
    [InlineData("example.org/v1", "Deployment", false)]
    [InlineData("v1", "PodTemplate", false)]
    public void Workloads_of_apps_and_batch_get_the_environment(string version, string kind, bool isChanged)
    {
        var pod = Inject(Workload(version, kind), new WorkloadInjection
        {
            Environment = new Dictionary<string, string> { ["SEED_NAME"] = "local" },
        });

        foreach (var container in new[] { pod["containers"]![0]!, pod["containers"]![1]!, pod["initContainers"]![0]! })
        {
            (container["env"]?.AsArray().Count(e => e!["name"]!.ToString() == "SEED_NAME" && e["value"]!.ToString() == "local") ?? 0)
                .ShouldBe(isChanged ? 1 : 0);
        }

        pod["volumes"].ShouldBeNull();
    }

    [Fact]
    public void A_kubeconfig_comes_with_volume_mounts_variable_and_references()
    {
        var workload = Workload("batch/v1", "CronJob");
        var pod = Inject(workload, new WorkloadInjection { Kubeconfig = Garden }, out var whole);

        pod["volumes"]!.ToJsonString().ShouldBe(
            """[{"name":"garden-kubeconfig","projected":{"defaultMode":420,"sources":["""
            + """{"secret":{"items":[{"key":"kubeconfig","path":"kubeconfig"}],"name":"generic-garden-kubeconfig-12345678","optional":false}},"""
            + """{"secret":{"items":[{"key":"token","path":"token"}],"name":"garden-access-extension","optional":false}}]}}]""");
        pod["initContainers"]![0]!["volumeMounts"]!.ToJsonString().ShouldBe(
            """[{"mountPath":"/var/run/secrets/gardener.cloud/garden/generic-kubeconfig","name":"garden-kubeconfig","readOnly":true}]""");
        pod["containers"]![1]!["env"]!.AsArray()[^1]!.ToJsonString().ShouldBe(
            """{"name":"GARDEN_KUBECONFIG","value":"/var/run/secrets/gardener.cloud/garden/generic-kubeconfig/kubeconfig"}""");
        var job = whole["spec"]!["jobTemplate"]!;
        foreach (var holder in new[] { whole, job, job["spec"]!["template"]! })
        {
            holder["metadata"]!["annotations"]![ResourceNames.SecretReference(Garden.TokenSecret)]!.ToString().ShouldBe(Garden.TokenSecret);
            holder["metadata"]!["annotations"]![ResourceNames.SecretReference(Garden.KubeconfigSecret)]!.ToString()
                .ShouldBe(Garden.KubeconfigSecret);
        }
    }

    [Fact]
    public void A_workload_labelled_so_gets_no_kubeconfig_but_the_environment()
    {
        var workload = Workload("apps/v1", "Deployment");
        workload["metadata"]!["labels"] = new JsonObject { [KubeconfigInjection.OptOutLabel] = "false" };

        var pod = Inject(workload, new WorkloadInjection
        {
            Environment = new Dictionary<string, string> { ["SEED_NAME"] = "local" },
            Kubeconfig = Garden,
        });

        pod["volumes"].ShouldBeNull();
        pod["containers"]![0]!["env"]!.AsArray().ShouldContain(e => e!["name"]!.ToString() == "SEED_NAME");
    }

    [Fact]
    public void A_workload_with_a_kubeconfig_of_its_own_keeps_it()
    {
        var workload = Workload("apps/v1", "Deployment");
        workload["spec"]!["template"]!["spec"]!["containers"]![1]!["env"] =
            new JsonArray(new JsonObject { ["name"] = "GARDEN_KUBECONFIG", ["value"] = "/own" });

        var pod = Inject(workload, new WorkloadInjection { Kubeconfig = Garden });

        pod["volumes"].ShouldBeNull();
        pod["containers"]![1]!["env"]!.AsArray().ShouldHaveSingleItem()!["value"]!.ToString().ShouldBe("/own");
    }

    [Fact]
    public void A_variable_of_the_chart_is_replaced_and_others_stay()
    {
        var workload = Workload("apps/v1", "Deployment");
        workload["spec"]!["template"]!["spec"]!["containers"]![0]!["env"] = new JsonArray(
            new JsonObject { ["name"] = "SEED_NAME", ["value"] = "forged" }, new JsonObject { ["name"] = "OTHER", ["value"] = "x" });

        var pod = Inject(workload, new WorkloadInjection { Environment = new Dictionary<string, string> { ["SEED_NAME"] = "local" } });

        pod["containers"]![0]!["env"]!.ToJsonString()
            .ShouldBe("""[{"name":"SEED_NAME","value":"local"},{"name":"OTHER","value":"x"}]""");
    }

    [Theory]
    [InlineData("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}""")]
    [InlineData("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"template":"text"}}""")]
    [InlineData("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"template":{"spec":{"containers":5}}}}""")]
    [InlineData("""{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"a"},"spec":{"jobTemplate":[1]}}""")]
    public void A_workload_that_is_none_is_left_for_the_api_server_to_name(string text)
    {
        var chart = Chart(("a.yaml", JsonNode.Parse(text)!.AsObject()));

        var bundle = ChartManifests.Bundle(chart, new WorkloadInjection
        {
            Environment = new Dictionary<string, string> { ["SEED_NAME"] = "local" },
            Kubeconfig = Garden,
        });

        bundle.Keys.ShouldBe(["a.yaml"]);
    }

    private static JsonNode Inject(JsonObject workload, WorkloadInjection injection) => Inject(workload, injection, out _);

    private static JsonNode Inject(JsonObject workload, WorkloadInjection injection, out JsonObject whole)
    {
        var before = workload.ToJsonString();
        var bundle = ChartManifests.Bundle(Chart(("a.yaml", workload)), injection);
        workload.ToJsonString().ShouldBe(before);
        whole = KubernetesYaml.Parse(Encoding.UTF8.GetString(bundle.Content.Span));
        var spec = whole["spec"]!;
        return (spec["jobTemplate"]?["spec"] ?? spec)["template"]!["spec"]!;
    }

    private static JsonObject Workload(string version, string kind)
    {
        JsonObject template = new()
        {
            ["spec"] = new JsonObject
            {
                ["initContainers"] = new JsonArray(new JsonObject { ["name"] = "init" }),
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "one" }, new JsonObject { ["name"] = "two" }),
            },
        };
        JsonObject spec = new() { ["template"] = template };
        return new JsonObject
        {
            ["apiVersion"] = version,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = "a" },
            ["spec"] = kind == "CronJob" ? new JsonObject { ["jobTemplate"] = new JsonObject { ["spec"] = spec } } : spec,
        };
    }

    private static RenderedChart Chart(params (string Template, JsonObject Json)[] objects) =>
        new("demo", "1.0.0", null, [.. objects.Select(o => new RenderedObject(o.Template, o.Json))], [], []);

    private static JsonObject Map(string name, string? space = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (space is not null)
        {
            metadata["namespace"] = space;
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = metadata };
    }
}
