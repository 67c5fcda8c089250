using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Deployment = Hortus.Objects.Kubernetes.Deployment;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator.Tests.Extensions;

/// <summary>How an Extension comes into the runtime cluster and the virtual garden.</summary>
[Trait("Category", "Integration")]
public sealed class ExtensionInstallTests
{
    [Fact]
    public async Task What_the_garden_needs_is_installed_before_the_garden_is_ready_and_registered_after()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.StartAsync(deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForGarden(), deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        world.StartOperator();

        var extension = await world.UntilInstalledAsync("test", deadline.Token);
        await world.Clusters.UntilSucceededAsync(deadline.Token);

        var required = ExtensionWorld.ConditionOf(extension, ExtensionConditions.RequiredRuntime)!;
        required.Status.ShouldBe("True");
        required.Message.ShouldContain("Extension/test (enabled for every garden)");
        var space = await world.Runtime.GetAsync<Namespace>(ObjectKey.Cluster("runtime-extension-test"), deadline.Token);
        space.Metadata.Label(GardenerLabels.Role).ShouldBe("extension");
        space.Metadata.Label("high-availability-config.resources.gardener.cloud/consider").ShouldBe("true");
        space.Metadata.Label("networking.gardener.cloud/access-target-apiserver").ShouldBe("allowed");
        var resource = await world.Runtime.GetAsync<ManagedResource>(OperatorWorld.KeyOf("extension-test-garden"), deadline.Token);
        resource.Spec.Class.ShouldBe("seed");
        resource.Metadata.Label(GardenerLabels.Role).ShouldBe("seed-system-component");
        resource.Spec.SecretRefs.ShouldHaveSingleItem().Name!.ShouldStartWith("managedresource-extension-test-garden-");
        var release = world.Charts.ReleaseOf(ExtensionWorld.Chart, "runtime-extension-test");
        ChartScript.Value(release, "gardener", "runtimeCluster")!.ToJsonString()
            .ShouldBe("""{"enabled":"true","priorityClassName":"gardener-garden-system-200"}""");
        release.Name.ShouldBe("test");
        (await world.Runtime.FindAsync<Deployment>(new ObjectKey("runtime-extension-test", "controller"), deadline.Token)).ShouldNotBeNull();
        var registration = await world.Garden.UntilAsync<ControllerRegistration>(
            ObjectKey.Cluster("test"), found => found is not null, deadline.Token);
        registration!.Spec.Resources!.Select(r => r.Kind).ShouldBe(["Extension", "DNSRecord"]);
    }

    [Fact]
    public async Task What_no_garden_needs_is_only_registered_with_copies_of_what_seeds_read()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.CreateSecretAsync("pull", GardenerRoles.HelmPullSecret, ".dockerconfigjson", "{}", deadline.Token);
        await world.CreateSecretAsync("for-seeds", GardenerRoles.ResourceReference, "password", "first", deadline.Token);
        await world.CreateSecretAsync("for-runtime", GardenerRoles.ResourceReference, "password", "hidden", deadline.Token);
        await world.Runtime.CreateAsync(
            ExtensionWorld.NewExtension("test", $$"""
                resources: [{ kind: DNSRecord, type: test }]
                deployment:
                  resources:
                  - { name: seeds, resourceRef: { apiVersion: v1, kind: Secret, name: for-seeds } }
                  - { name: runtime, resourceRef: { apiVersion: v1, kind: Secret, name: for-runtime } }
                  extension:
                    helm: { ociRepository: { ref: "{{ExtensionWorld.Chart}}", pullSecretRef: { name: pull } } }
                    values: { password: "{{"{{ .resources.seeds.data.password }}"}}" }
                    runtimeClusterValues: { password: "{{"{{ .resources.runtime.data.password }}"}}" }
                """),
            deadline.Token);

        await world.UntilInstalledAsync("test", deadline.Token);
        var copy = await world.Garden.UntilAsync<Secret>(
            OperatorWorld.KeyOf("test-for-seeds"), found => found is not null, deadline.Token);
        var deployment = await world.Garden.UntilAsync<ControllerDeployment>(
            ObjectKey.Cluster("test"), found => found is not null, deadline.Token);

        Encoding.UTF8.GetString(copy!.Data!["password"]).ShouldBe("first");
        copy.Metadata.Label(GardenerLabels.Role).ShouldBe("resource-reference");
        var pull = await world.Garden.UntilAsync<Secret>(OperatorWorld.KeyOf("test-pull"), found => found is not null, deadline.Token);
        pull!.Metadata.Label(GardenerLabels.Role).ShouldBe("helm-pull-secret");
        (await world.Garden.FindAsync<Secret>(OperatorWorld.KeyOf("test-for-runtime"), deadline.Token)).ShouldBeNull();
        deployment!.Helm!.OciRepository!.PullSecretRef!.Name.ShouldBe("test-pull");
        (await world.Runtime.FindAsync<Namespace>(ObjectKey.Cluster("runtime-extension-test"), deadline.Token)).ShouldBeNull();

        // Check 9: what is rotated in the runtime cluster reaches the seeds.
        await world.Runtime.PatchAsync<Secret>(
            OperatorWorld.KeyOf("for-seeds"),
            Patch.Merge((JsonObject)JsonNode.Parse("""{"stringData":{"password":"second"}}""")!),
            deadline.Token);
        await world.Garden.UntilAsync<Secret>(
            OperatorWorld.KeyOf("test-for-seeds"),
            found => found is not null && Encoding.UTF8.GetString(found.Data!["password"]) == "second",
            deadline.Token);
    }

    [Fact]
    public async Task A_chart_that_cannot_be_had_is_named_and_installed_as_soon_as_it_can()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.StartAsync(deadline.Token);
        world.Charts.Withdraw(ExtensionWorld.Chart);
        await world.Runtime.CreateAsync(ExtensionWorld.ForGarden(), deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        world.StartOperator();

        var failed = await world.UntilSaysAsync("test", $"artifact pull failed for {ExtensionWorld.Chart}", deadline.Token);
        world.Charts.Offer(ExtensionWorld.Chart, _ => "{ apiVersion: v1, kind: ConfigMap, metadata: { namespace: garden, name: chart } }");
        await world.UntilInstalledAsync("test", deadline.Token);

        var installed = ExtensionWorld.ConditionOf(failed, ExtensionConditions.Installed)!;
        installed.Status.ShouldBe("False");
        installed.Reason.ShouldBe("ReconcileFailed");
    }

    [Theory]
    [InlineData(null, "resource credentials: Secret garden/credentials is missing")]
    [InlineData("", "resource credentials: Secret garden/credentials lacks the label gardener.cloud/role=resource-reference")]
    public async Task A_resource_that_values_read_is_named_when_it_cannot_be_used_and_its_creation_heals(string? role, string message)
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        if (role is not null)
        {
            await world.CreateSecretAsync("credentials", null, "password", "secret", deadline.Token);
        }

        await world.Runtime.CreateAsync(
            ExtensionWorld.NewExtension("test", $$"""
                resources: [{ kind: Extension, type: test, autoEnable: [garden], clusterCompatibility: [garden] }]
                deployment:
                  resources: [{ name: credentials, resourceRef: { apiVersion: v1, kind: Secret, name: credentials } }]
                  extension:
                    helm: { ociRepository: { ref: "{{ExtensionWorld.Chart}}" } }
                    runtimeClusterValues: { password: "{{"{{ .resources.credentials.data.password }}"}}" }
                """),
            deadline.Token);

        var failed = await world.UntilSaysAsync("test", message, deadline.Token);
        await world.Runtime.DeleteAsync<Secret>(OperatorWorld.KeyOf("credentials"), null, deadline.Token);
        await world.CreateSecretAsync("credentials", GardenerRoles.ResourceReference, "password", "secret", deadline.Token);
        await world.UntilInstalledAsync("test", deadline.Token);

        ExtensionWorld.ConditionOf(failed, ExtensionConditions.Installed)!.Reason.ShouldBe("ReconcileFailed");
        var release = world.Charts.ReleaseOf(ExtensionWorld.Chart, "runtime-extension-test");
        ((string?)ChartScript.Value(release, "password")).ShouldBe("secret");
        release.Confidential.ShouldBe(["secret"]);
    }

    [Fact]
    public async Task A_part_that_does_not_get_healthy_is_named_with_its_reason()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.StartAsync(deadline.Token);
        await world.Clusters.Script.BreakAsync<Deployment>(new ObjectKey("runtime-extension-test", "controller"), deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForGarden(), deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        world.StartOperator();

        await world.UntilSaysAsync("test", "apps/v1/Deployment/runtime-extension-test/controller", deadline.Token);
        await world.Clusters.Script.RepairAsync<Deployment>(new ObjectKey("runtime-extension-test", "controller"), deadline.Token);

        await world.UntilInstalledAsync("test", deadline.Token);
    }

    [Fact]
    public async Task Hooks_of_a_chart_and_objects_that_are_there_twice_are_told()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        world.Charts.Hooks = [new Charts.ChartHook("test/templates/job.yaml", "Job migrate", ["pre-install"], Delivered: false)];
        const string twice = "{ apiVersion: v1, kind: ConfigMap, metadata: { namespace: garden, name: twice } }";
        world.Charts.Offer(ExtensionWorld.Chart, _ => $"{twice}\n---\n{twice}");
        await world.Runtime.CreateAsync(ExtensionWorld.ForGarden(), deadline.Token);

        await world.UntilSaysAsync("test", "twice", deadline.Token);
        world.Charts.Offer(ExtensionWorld.Chart, _ => twice);
        await world.UntilInstalledAsync("test", deadline.Token);

        await foreach (var change in world.Runtime.WatchAsync<Event>(new WatchOptions(), deadline.Token))
        {
            if (change.Object is { Reason: "ChartHooksNotRun", InvolvedObject.Name: "test" } told)
            {
                told.Message!.ShouldContain("Job migrate (pre-install; left out)");
                return;
            }
        }
    }

    [Fact]
    public async Task A_note_on_how_the_chart_was_found_stands_in_the_condition()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        world.Charts.Note = "(registry unreachable since noon, using sha256:1)";
        await world.Runtime.CreateAsync(ExtensionWorld.ForGarden(), deadline.Token);

        var extension = await world.UntilInstalledAsync("test", deadline.Token);

        ExtensionWorld.ConditionOf(extension, ExtensionConditions.Installed)!.Message.ShouldEndWith(world.Charts.Note);
    }

    [Fact]
    public async Task Without_a_Garden_nothing_is_installed_and_nothing_holds_the_Extension()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.StartAsync(deadline.Token);
        world.StartOperator();
        await world.Runtime.CreateAsync(ExtensionWorld.ForGarden(), deadline.Token);

        var extension = await world.UntilAsync("test", ExtensionConditions.Installed, ExtensionReasons.NoGardenFound, deadline.Token);
        await world.Runtime.DeleteAsync<Extension>(ObjectKey.Cluster("test"), null, deadline.Token);

        extension!.Metadata.Finalizers.ShouldBeNull();
        await world.Runtime.UntilAsync<Extension>(ObjectKey.Cluster("test"), found => found is null, deadline.Token);
    }
}
