using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator.Tests.Extensions;

/// <summary>The operator's webhooks, asked over TLS by an API server.</summary>
[Trait("Category", "Integration")]
public sealed class ExtensionWebhookTests
{
    [Fact]
    public async Task What_is_left_out_is_filled_in_and_what_is_wrong_is_refused_with_its_field()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await StartAsync(deadline.Token);

        var created = await world.Runtime.CreateAsync(
            ExtensionWorld.NewExtension("test", $$"""
                resources:
                - { kind: Worker, type: test }
                - { kind: Extension, type: test, autoEnable: [shoot] }
                - { kind: Extension, type: other, primary: false }
                deployment: { extension: { helm: { ociRepository: { ref: "{{ExtensionWorld.Chart}}" } } } }
                """),
            deadline.Token);
        var refused = await Should.ThrowAsync<ApiException>(world.Runtime.CreateAsync(
            ExtensionWorld.NewExtension("wrong", "{ resources: [{ kind: Pod, type: x }], deployment: { extension: {} } }"), deadline.Token));
        var flipped = await Should.ThrowAsync<ApiException>(world.Runtime.PatchAsync<Extension>(
            created.Key,
            Patch.Json((JsonArray)JsonNode.Parse("""[{"op":"replace","path":"/spec/resources/0/primary","value":false}]""")!),
            deadline.Token));

        created.Spec.Resources!.Select(resource => resource.Primary).ShouldBe([true, true, false]);
        created.Spec.Resources![1].ClusterCompatibility.ShouldBe(["shoot"]);
        created.Spec.Resources![2].ClusterCompatibility.ShouldBeNull();
        created.Spec.Deployment!.Extension!.InjectGardenKubeconfig.ShouldBe(true);
        refused.Code.ShouldBe(422);
        refused.Message.ShouldContain("spec.resources[0].kind: Unsupported value: \"Pod\"");
        refused.Message.ShouldContain("spec.deployment.extension.helm: Required value");
        flipped.Code.ShouldBe(422);
        flipped.Message.ShouldContain("spec.resources[0].primary: Invalid value: false: field is immutable");
    }

    [Fact]
    public async Task What_is_required_cannot_be_deleted_and_the_reason_is_told()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await StartAsync(deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForGarden(), deadline.Token);
        await world.UntilAsync("test", ExtensionConditions.RequiredRuntime, ExtensionReasons.ExtensionRequired, deadline.Token);

        var denied = await Should.ThrowAsync<ApiException>(
            world.Runtime.DeleteAsync<Extension>(ObjectKey.Cluster("test"), null, deadline.Token));
        await world.StopOperatorAsync();
        var unheard = await Should.ThrowAsync<ApiException>(
            world.Runtime.DeleteAsync<Extension>(ObjectKey.Cluster("test"), null, deadline.Token));

        denied.Code.ShouldBe(403);
        denied.Message.ShouldContain("RequiredRuntime: The runtime cluster requires Extension/test (enabled for every garden)");
        unheard.Code.ShouldBe(500);
        unheard.Message.ShouldContain("failed calling webhook \"extension-validation.operator.gardener.cloud\"");
        (await world.Runtime.GetAsync<Extension>(ObjectKey.Cluster("test"), deadline.Token)).Metadata.DeletionTimestamp.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_not_required_is_deleted_through_the_webhooks()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await StartAsync(deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForShoots(), deadline.Token);
        await world.UntilInstalledAsync("test", deadline.Token);

        await world.Runtime.DeleteAsync<Extension>(ObjectKey.Cluster("test"), null, deadline.Token);

        await world.Runtime.UntilAsync<Extension>(ObjectKey.Cluster("test"), found => found is null, deadline.Token);
    }

    [Fact]
    public async Task A_name_whose_ManagedResource_another_one_has_is_refused()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await StartAsync(deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForShoots("registration-x"), deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForShoots("y-garden"), deadline.Token);

        var refused = await Should.ThrowAsync<ApiException>(
            world.Runtime.CreateAsync(ExtensionWorld.ForShoots("x-garden"), deadline.Token));

        refused.Code.ShouldBe(422);
        refused.Message.ShouldContain("ManagedResource extension-registration-x-garden would belong to Extension registration-x too");
    }

    [Fact]
    public async Task Copies_that_another_one_has_under_the_same_name_are_refused()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await StartAsync(deadline.Token);
        await world.Runtime.CreateAsync(WithPullSecret("a", "b-c"), deadline.Token);
        var free = await world.Runtime.CreateAsync(WithPullSecret("a-b", "d"), deadline.Token);

        var refused = await Should.ThrowAsync<ApiException>(world.Runtime.UpdateAsync(
            free with { Spec = WithPullSecret("a-b", "c").Spec }, deadline.Token));
        await world.Runtime.PatchAsync<Extension>(
            ObjectKey.Cluster("a"), Merge("""{"spec":{"deployment":{"extension":{"policy":"Always"}}}}"""), deadline.Token);

        refused.Code.ShouldBe(422);
        refused.Message.ShouldContain("spec.deployment: Forbidden: its copy in the virtual garden, Secret a-b-c, would belong to Extension a too");
    }

    [Fact]
    public async Task Configurations_that_somebody_takes_away_come_back_and_a_new_operator_is_asked_in_place_of_the_old_one()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await StartAsync(deadline.Token);
        var key = ObjectKey.Cluster("gardener-operator");
        var before = await world.Runtime.GetAsync<ValidatingWebhookConfiguration>(key, deadline.Token);

        await world.Runtime.DeleteAsync<ValidatingWebhookConfiguration>(key, null, deadline.Token);
        await world.Runtime.UntilAsync<ValidatingWebhookConfiguration>(
            key, found => found is not null && found.Metadata.Uid != before.Metadata.Uid, deadline.Token);
        await world.StopOperatorAsync();
        world.StartOperator(withWebhooks: true);
        await UntilAskedAsync(world, deadline.Token);

        var after = await world.Runtime.GetAsync<ValidatingWebhookConfiguration>(key, deadline.Token);
        after.Webhooks!.ShouldAllBe(webhook => webhook.FailurePolicy == "Fail");
        after.Webhooks![0].ClientConfig.CaBundle.ShouldBe(before.Webhooks![0].ClientConfig.CaBundle);
        after.Webhooks!.Select(webhook => webhook.Rules!.ShouldHaveSingleItem().Resources.ShouldHaveSingleItem())
            .ShouldBe(["extensions", "gardens"]);
    }

    [Fact]
    public async Task What_was_stored_before_it_could_be_judged_can_be_labelled_and_deleted_but_not_changed_for_the_worse()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.StartAsync(deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.NewExtension("old", "{ resources: [{ kind: Pod, type: x, primary: true }] }"), deadline.Token);
        world.StartOperator(withWebhooks: true);
        await UntilAskedAsync(world, deadline.Token);

        await world.Runtime.PatchAsync<Extension>(ObjectKey.Cluster("old"), Merge("""{"metadata":{"labels":{"a":"b"}}}"""), deadline.Token);
        var refused = await Should.ThrowAsync<ApiException>(world.Runtime.PatchAsync<Extension>(
            ObjectKey.Cluster("old"), Merge("""{"spec":{"deployment":{"extension":{}}}}"""), deadline.Token));
        await world.Runtime.DeleteAsync<Extension>(ObjectKey.Cluster("old"), null, deadline.Token);

        refused.Code.ShouldBe(422);
        await world.Runtime.UntilAsync<Extension>(ObjectKey.Cluster("old"), found => found is null, deadline.Token);
    }

    private static Extension WithPullSecret(string name, string secret) => ExtensionWorld.NewExtension(name, $$"""
        resources: [{ kind: DNSRecord, type: {{name}} }]
        deployment: { extension: { helm: { ociRepository: { ref: "{{ExtensionWorld.Chart}}", pullSecretRef: { name: {{secret}} } } } } }
        """);

    private static Patch Merge(string json) => Patch.Merge((JsonObject)JsonNode.Parse(json)!);

    /// <summary>Clusters whose API server asks the operator's webhooks.</summary>
    internal static async Task<ExtensionWorld> StartAsync(CancellationToken cancellationToken)
    {
        var world = await ExtensionWorld.StartAsync(cancellationToken);
        world.StartOperator(withWebhooks: true);
        await UntilAskedAsync(world, cancellationToken);
        return world;
    }

    // An API server asks a webhook a moment after it is configured, and one that is away cannot be asked.
    private static async Task UntilAskedAsync(ExtensionWorld world, CancellationToken cancellationToken)
    {
        var probe = ExtensionWorld.NewExtension("probe", "{}");
        while (true)
        {
            try
            {
                await world.Runtime.Rehearsal.CreateAsync(
                    ResourceKind.Of<Extension>(), KubernetesJson.ToNode(probe), cancellationToken);
            }
            catch (ApiException answer) when (answer.Code == 422)
            {
                return;
            }
            catch (ApiException answer) when (answer.Code == 500)
            {
                // The one that was there before is gone.
            }
        }
    }
}
