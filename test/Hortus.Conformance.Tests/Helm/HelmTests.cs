using System.Diagnostics;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;
using Hortus.Testing;

namespace Hortus.Conformance.Tests.Helm;

/// <summary>helm 4, which applies on the server side, and helm 3, which patches.</summary>
[Trait("Category", "RealParts")]
public sealed class HelmTests(Cluster cluster) : ClusterTests(cluster)
{
    private string Folder => field ??= Directory.CreateDirectory(Path.Combine(Server.Folder, "helm-" + Namespace)).FullName;

    [SkippableTheory]
    [InlineData("helm")]
    [InlineData("helm-3")]
    public async Task Release_is_installed_tested_upgraded_rolled_back_and_uninstalled(string program)
    {
        Skip.IfNot(Cluster.HasNode, "hooks and readiness need pods that run: needs root");
        var chart = Chart.Shop(Folder);
        (await HelmAsync(program, "install", "shop", chart, "--wait", "--timeout", "60s")).Succeeds().ShouldContain("STATUS: deployed");
        (await FieldAsync("deployment/shop", ".status.readyReplicas")).ShouldBe("1");
        (await FieldAsync("job/shop-prepare", ".status.succeeded")).ShouldBe("1");
        (await HelmAsync(program, "test", "shop", "--timeout", "60s")).Succeeds().ShouldContain("Succeeded");

        (await HelmAsync(program, "upgrade", "shop", Chart.Shop(Folder, "1.1.0"), "--set", "colour=blue,replicas=2", "--wait", "--timeout", "60s"))
            .Succeeds().ShouldContain("REVISION: 2");
        (await FieldAsync("deployment/shop", ".status.readyReplicas")).ShouldBe("2");
        (await FieldAsync("configmap/shop-settings", ".data.colour")).ShouldBe("blue");
        (await FieldAsync("deployment/shop", ".spec.template.spec.containers[0].env[0].value")).ShouldBe("blue");

        (await HelmAsync(program, "history", "shop")).Lines().Count.ShouldBe(3);
        (await HelmAsync(program, "get", "values", "shop")).Succeeds().ShouldContain("colour: blue");
        (await HelmAsync(program, "get", "manifest", "shop")).Succeeds().ShouldContain("kind: Deployment");
        var listed = JsonNode.Parse((await HelmAsync(program, "list", "-o", "json")).Succeeds())!.AsArray().ShouldHaveSingleItem();
        listed!["chart"]!.ToString().ShouldBe("shop-1.1.0");

        (await HelmAsync(program, "rollback", "shop", "1", "--wait", "--timeout", "60s")).Succeeds();
        (await FieldAsync("configmap/shop-settings", ".data.colour")).ShouldBe("red");
        (await FieldAsync("deployment/shop", ".spec.replicas")).ShouldBe("1");
        (await HelmAsync(program, "status", "shop")).Succeeds().ShouldContain("REVISION: 3");

        (await HelmAsync(program, "uninstall", "shop", "--wait", "--timeout", "60s")).Succeeds();
        (await KubectlAsync("get deployment,service -o name")).Succeeds().ShouldBeEmpty();
        (await KubectlAsync("get secret -o name")).Succeeds().ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Failed_upgrade_is_rolled_back()
    {
        Skip.IfNot(Cluster.HasNode, "readiness needs pods that run: needs root");
        var chart = Chart.Shop(Folder);
        (await HelmAsync("helm", "upgrade", "--install", "shop", chart, "--set", "hook=false", "--wait", "--timeout", "60s"))
            .Succeeds().ShouldContain("REVISION: 1");

        (await HelmAsync("helm", "upgrade", "shop", chart, "--set", "hook=false,ready=false", "--rollback-on-failure", "--timeout", "3s"))
            .Fails().ShouldContain("rollback-on-failure", Case.Insensitive);

        (await FieldAsync("deployment/shop", ".spec.template.spec.containers[0].image")).ShouldBe(Cluster.Pause);
        (await HelmAsync("helm", "history", "shop")).Lines()[^1].ShouldContain("Rollback to 1");
    }

    [Fact]
    public async Task Field_that_kubectl_scale_took_is_a_conflict_until_it_is_forced()
    {
        var chart = Chart.Shop(Folder);
        (await HelmAsync("helm", "install", "shop", chart, "--set", "hook=false")).Succeeds();
        (await KubectlAsync("scale deployment shop --replicas=3")).Succeeds();

        var refused = (await HelmAsync("helm", "upgrade", "shop", chart, "--set", "hook=false,replicas=2")).Fails();
        refused.ShouldContain(
            "Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas", Case.Sensitive, refused);
        (await FieldAsync("deployment/shop", ".spec.replicas")).ShouldBe("3");
        (await HelmAsync("helm", "upgrade", "shop", chart, "--set", "hook=false,replicas=2", "--force-conflicts")).Succeeds();
        (await FieldAsync("deployment/shop", ".spec.replicas")).ShouldBe("2");
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm-3")]
    public async Task Definition_and_an_object_of_it_come_in_one_installation(string program)
    {
        var group = $"{program}.{Namespace}.example.org";
        (await HelmAsync(program, "install", "garden", Chart.Garden(Folder, group))).Succeeds().ShouldContain("STATUS: deployed");
        (await FieldAsync($"roses.{group}/first", ".spec")).ShouldBe("{\"colour\":\"red\",\"thorns\":7}");
        (await HelmAsync(program, "uninstall", "garden")).Succeeds();
        (await KubectlAsync($"get roses.{group} -o name")).Succeeds().ShouldBeEmpty();
        (await KubectlAsync($"delete crd roses.{group} --timeout=60s")).Succeeds();
    }

    [Fact]
    public async Task Manifest_that_the_server_refuses_fails_the_installation_with_the_server_s_words()
    {
        (await HelmAsync("helm", "install", "shop", Chart.Shop(Folder), "--set", "hook=false,replicas=-1")).Fails()
            .ShouldContain("spec.replicas: Invalid value: -1: must be greater than or equal to 0");
        (await HelmAsync("helm", "upgrade", "--install", "shop", Chart.Shop(Folder), "--set", "hook=false", "--dry-run=server"))
            .Succeeds();
        (await KubectlAsync("get deployment -o name")).Succeeds().ShouldBeEmpty();
    }

    private Task<KubectlResult> HelmAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(BuiltTools.Installed(program), ["-n", Namespace, .. arguments]);
        start.Environment["KUBECONFIG"] = Cluster.Admin.Kubeconfig;
        foreach (var variable in new[] { "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HOME" })
        {
            start.Environment[variable] = Folder;
        }

        return CommandLine.RunAsync(start, $"{program} {string.Join(' ', arguments)}", "");
    }
}
