using System.Text.Json.Nodes;
using Hortus.Testing;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet.Tests.Extensions;

[Trait("Category", "Integration")]
public sealed class InstallationDeletionTests(ExtensionWorld world) : IClassFixture<ExtensionWorld>, IDisposable
{
    private const string Held = """
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: held, namespace: {{ .Release.Namespace }}, finalizers: [test/held] }
        """;

    private readonly CancellationTokenSource deadline = ExtensionWorld.NewDeadline();

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task Objects_go_first_then_the_namespace_then_the_account_and_last_the_installation()
    {
        await world.InstallAsync(
            ExtensionWorld.Deployment("leaves", ChartFiles.Chart(("templates/held.yaml", Held))) with { InjectGardenKubeconfig = true },
            deadline.Token);
        var held = new ObjectKey("extension-leaves", "held");
        var account = new ObjectKey("seed-local", "extension-leaves");
        await world.Seed.UntilAsync<ConfigMap>(held, m => m is not null, deadline.Token);
        await world.Garden.UntilAsync<ServiceAccount>(account, a => a is not null, deadline.Token);

        await world.Garden.DeleteAsync<ControllerInstallation>(ObjectKey.Cluster("leaves"), null, deadline.Token);

        var pending = await world.ConditionAsync("leaves", "Installed", Reasons.DeletionPending, deadline.Token);
        pending.Status.ShouldBe("False");
        pending.Message.ShouldContain("ManagedResource garden/leaves");
        (await world.Seed.GetAsync<Namespace>(ObjectKey.Cluster("extension-leaves"), deadline.Token))
            .Metadata.DeletionTimestamp.ShouldBeNull("the namespace stays until the objects are gone");
        (await world.Garden.FindAsync<ServiceAccount>(account, deadline.Token)).ShouldNotBeNull("the account is needed until the end");

        await world.Seed.PatchAsync<ConfigMap>(
            held, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray() } }), deadline.Token);
        await world.Garden.UntilAsync<ControllerInstallation>(ObjectKey.Cluster("leaves"), i => i is null, deadline.Token);
        (await world.Seed.FindAsync<Namespace>(ObjectKey.Cluster("extension-leaves"), deadline.Token)).ShouldBeNull();
        (await world.Garden.FindAsync<ServiceAccount>(account, deadline.Token)).ShouldBeNull();
        (await world.ManagedResourceAsync("leaves", deadline.Token)).ShouldBeNull();
        (await world.Seed.ListAsync<Secret>(ListOptions.In("garden"), deadline.Token)).Items
            .ShouldNotContain(secret => secret.Metadata.Name!.StartsWith("leaves-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_installation_is_required_as_long_as_the_seed_has_objects_for_it()
    {
        await world.InstallAsync(
            ExtensionWorld.Deployment("serves", ChartFiles.Chart()), deadline.Token, ("Infrastructure", "mine"), ("DNSRecord", "mine"));
        await world.ConditionAsync("serves", "Required", Reasons.NoExtensionObjects, deadline.Token);
        await world.Seed.CreateAsync(Infrastructure("of-the-garden", "mine", "garden"), deadline.Token);
        await world.Seed.CreateAsync(Infrastructure("of-others", "other", null), deadline.Token);

        await world.Seed.CreateAsync(Infrastructure("of-a-shoot", "mine", null), deadline.Token);
        var required = await world.ConditionAsync("serves", "Required", Reasons.ExtensionObjectsExist, deadline.Token);
        required.Status.ShouldBe("True");
        required.Message.ShouldEndWith(": Infrastructure/mine");

        await world.Seed.DeleteAsync<Ext.Infrastructure>(new ObjectKey("default", "of-a-shoot"), null, deadline.Token);
        (await world.ConditionAsync("serves", "Required", Reasons.NoExtensionObjects, deadline.Token)).Status.ShouldBe("False");
    }

    [Fact]
    public async Task A_ManagedResource_that_somebody_deletes_comes_back()
    {
        await world.InstallAsync(ExtensionWorld.Deployment("heals", ChartFiles.Chart()), deadline.Token);
        await world.ConditionAsync("heals", "Installed", Reasons.InstallationSuccessful, deadline.Token);
        var before = (await world.ManagedResourceAsync("heals", deadline.Token))!;

        await world.Seed.DeleteAsync<ManagedResource>(before.Key, null, deadline.Token);

        await world.Seed.UntilAsync<ManagedResource>(
            before.Key, r => r is not null && r.Metadata.Uid != before.Metadata.Uid, deadline.Token);
    }

    private static Ext.Infrastructure Infrastructure(string name, string type, string? ofClass) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = new Ext.InfrastructureSpec { Type = type, Class = ofClass, Region = "here", SecretRef = new SecretReference { Name = "x" } },
    };
}
