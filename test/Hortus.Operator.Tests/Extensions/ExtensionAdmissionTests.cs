using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator.Tests.Extensions;

/// <summary>What an Extension has for the admission of the virtual garden.</summary>
[Trait("Category", "Integration")]
public sealed class ExtensionAdmissionTests
{
    private const string Virtual = $$"""virtualCluster: { helm: { ociRepository: { ref: "{{ExtensionWorld.AdmissionVirtualChart}}" } } }""";
    private const string Runtime = $$"""runtimeCluster: { helm: { ociRepository: { ref: "{{ExtensionWorld.AdmissionRuntimeChart}}" } } }""";

    [Fact]
    public async Task Its_server_is_given_a_way_into_the_virtual_garden_that_owns_its_webhooks()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(With(Virtual, Runtime, "values: { level: high }"), deadline.Token);

        await world.UntilInstalledAsync("test", deadline.Token);

        var garden = await world.Runtime.GetAsync<Garden>(OperatorWorld.Key, deadline.Token);
        var kubeconfig = garden.Metadata.Annotation("generic-token-kubeconfig.secret.gardener.cloud/name").ShouldNotBeNull();
        (await world.Runtime.GetAsync<Secret>(OperatorWorld.KeyOf(kubeconfig), deadline.Token)).Data!.Keys.ShouldBe(["kubeconfig"]);
        var access = await world.Runtime.GetAsync<Secret>(OperatorWorld.KeyOf("shoot-access-extension-admission-test"), deadline.Token);
        access.Metadata.Label("resources.gardener.cloud/purpose").ShouldBe("token-requestor");
        access.Metadata.Label("resources.gardener.cloud/class").ShouldBe("shoot");
        access.Metadata.Annotation("serviceaccount.resources.gardener.cloud/name").ShouldBe("extension-admission-test");
        access.Metadata.Annotation("serviceaccount.resources.gardener.cloud/namespace").ShouldBe("kube-system");
        var space = await world.Garden.GetAsync<Namespace>(ObjectKey.Cluster("extension-test"), deadline.Token);
        space.Metadata.Annotation("gardener.cloud/role").ShouldBe("extension");
        space.Metadata.Annotation("extensions.operator.gardener.cloud/name").ShouldBe("test");
        (await world.Garden.FindAsync<ClusterRole>(ObjectKey.Cluster("extension-admission"), deadline.Token)).ShouldNotBeNull();

        var server = await world.Runtime.GetAsync<Hortus.Objects.Kubernetes.Deployment>(OperatorWorld.KeyOf("controller"), deadline.Token);
        var pod = server.Spec.Template.Spec!;
        pod.Containers[0].VolumeMounts!.ShouldContain(mount => mount.MountPath == "/var/run/secrets/gardener.cloud/shoot/generic-kubeconfig");
        pod.Volumes!.SelectMany(volume => volume.Projected!.Sources!).Select(source => source.Secret!.Name)
            .ShouldBe([kubeconfig, "shoot-access-extension-admission-test"]);
    }

    [Fact]
    public async Task Both_charts_get_the_values_and_where_they_are()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(With(Virtual, Runtime, "values: { level: high, gardener: { virtualCluster: { namespace: mine } } }"), deadline.Token);

        await world.UntilInstalledAsync("test", deadline.Token);

        var inVirtual = world.Charts.ReleaseOf(ExtensionWorld.AdmissionVirtualChart, "extension-test");
        var inRuntime = world.Charts.ReleaseOf(ExtensionWorld.AdmissionRuntimeChart, "garden");
        ((string?)ChartScript.Value(inVirtual, "level")).ShouldBe("high");
        JsonNode.DeepEquals(
            ChartScript.Value(inVirtual, "gardener", "virtualCluster"),
            JsonNode.Parse("""
                {"namespace":"mine","enabled":true,"serviceAccount":{"name":"extension-admission-test","namespace":"kube-system"}}
                """)).ShouldBeTrue();
        JsonNode.DeepEquals(
            ChartScript.Value(inRuntime, "gardener"),
            JsonNode.Parse("""
                {"virtualCluster":{"namespace":"extension-test","enabled":true},
                 "runtimeCluster":{"priorityClassName":"gardener-garden-system-400"}}
                """)).ShouldBeTrue();
        inVirtual.KubernetesVersion.ShouldBe("1.35.4");
    }

    [Fact]
    public async Task Its_ManagedResources_are_named_and_classed_as_others_expect()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(With(Virtual, Runtime), deadline.Token);

        await world.UntilInstalledAsync("test", deadline.Token);

        var inRuntime = await world.Runtime.GetAsync<ManagedResource>(OperatorWorld.KeyOf("extension-admission-runtime-test"), deadline.Token);
        var inVirtual = await world.Runtime.GetAsync<ManagedResource>(OperatorWorld.KeyOf("extension-admission-virtual-test"), deadline.Token);
        inRuntime.Spec.Class.ShouldBe("seed");
        inRuntime.Metadata.Label("origin").ShouldBe("gardener-operator");
        inRuntime.Metadata.Label("gardener.cloud/role").ShouldBe("seed-system-component");
        inVirtual.Spec.Class.ShouldBeNull();
        inVirtual.Metadata.Label("origin").ShouldBe("gardener-operator");
        inVirtual.Spec.InjectLabels!["shoot.gardener.cloud/no-cleanup"].ShouldBe("true");
        var secret = await world.Runtime.GetAsync<Secret>(OperatorWorld.KeyOf(inVirtual.Spec.SecretRefs[0].Name!), deadline.Token);
        secret.Data!.Keys.ShouldBe(["data.yaml.br"]);
    }

    [Fact]
    public async Task With_the_virtual_part_alone_it_is_healthy()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(With(Virtual), deadline.Token);

        await world.UntilInstalledAsync("test", deadline.Token);
        var extension = await world.UntilAsync(
            "test", ExtensionConditions.AdmissionHealthy, ExtensionReasons.ExtensionAdmissionComponentsRunning, deadline.Token);

        ExtensionWorld.ConditionOf(extension, ExtensionConditions.AdmissionHealthy)!.Status.ShouldBe("True");
        (await world.Runtime.FindAsync<ManagedResource>(OperatorWorld.KeyOf("extension-admission-runtime-test"), deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_part_that_is_taken_out_of_the_spec_is_removed()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(With(Virtual, Runtime), deadline.Token);
        await world.UntilInstalledAsync("test", deadline.Token);

        await world.Runtime.PatchAsync<Extension>(
            ObjectKey.Cluster("test"),
            Patch.Merge((JsonObject)JsonNode.Parse("""{"spec":{"deployment":{"admission":null}}}""")!),
            deadline.Token);

        foreach (var name in new[] { "extension-admission-virtual-test", "extension-admission-runtime-test" })
        {
            await world.Runtime.UntilAsync<ManagedResource>(OperatorWorld.KeyOf(name), found => found is null, deadline.Token);
        }

        await world.Runtime.UntilAsync<Secret>(
            OperatorWorld.KeyOf("shoot-access-extension-admission-test"), found => found is null, deadline.Token);
        (await world.Garden.FindAsync<Namespace>(ObjectKey.Cluster("extension-test"), deadline.Token)).ShouldBeNull();
    }

    private static Extension With(params string[] parts) => ExtensionWorld.NewExtension("test", $$"""
        resources: [{ kind: DNSRecord, type: test }]
        deployment:
          extension: { helm: { ociRepository: { ref: "{{ExtensionWorld.Chart}}" } } }
          admission:
        {{string.Join('\n', parts.Select(part => "    " + part))}}
        """);
}
