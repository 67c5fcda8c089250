using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.GardenApi.ControllerDeployments;

/// <summary>ControllerDeployments of v1beta1: what v1 cannot keep is dropped before the object is shown to anybody, and the rules
/// are those of v1.</summary>
internal sealed class OlderDeploymentStrategy : ResourceStrategy
{
    private readonly DeploymentStrategy rules = new();

    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForCreateAsync(created, context, cancellationToken);
        Settle(created);
    }

    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        Settle(updated);
        DeploymentStrategy.CountFirst(updated, old);
        if (Resources(updated) != Resources(old) && old["metadata"]?["generation"] is JsonValue generation)
        {
            updated["metadata"]!["generation"] = generation.GetValue<long>() + 1;
        }
    }

    public override void Validate(JsonObject created, FieldErrors errors) =>
        rules.Validate(DeploymentConverter.ToStored(created), errors);

    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors) =>
        rules.ValidateUpdate(DeploymentConverter.ToStored(updated), DeploymentConverter.ToStored(old), errors);

    private static string? Resources(JsonObject value) =>
        DeploymentConverter.TextOf(value, GardenerAnnotations.ControllerDeploymentResources);

    private static void Settle(JsonObject value)
    {
        var settled = DeploymentConverter.ToOlder(DeploymentConverter.ToStored(value));
        value.Clear();
        foreach (var (name, field) in settled.ToList())
        {
            settled.Remove(name);
            value[name] = field;
        }
    }
}
