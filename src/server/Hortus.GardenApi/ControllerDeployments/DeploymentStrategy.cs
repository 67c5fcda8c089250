using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.ControllerDeployments;

/// <summary>ControllerDeployments of v1: faults of fields that did not change are left to whoever made them.</summary>
internal sealed class DeploymentStrategy : TypedStrategy<ControllerDeployment>
{
    public DeploymentStrategy()
    {
        CountsAsNewGeneration = (updated, old) => DeploymentConverter.StoredAnnotations.Any(
            annotation => updated.Metadata.Annotations?.GetValueOrDefault(annotation)
                != old.Metadata.Annotations?.GetValueOrDefault(annotation));
    }

    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        CountFirst(updated, old);
    }

    /// <summary>Begins to count changes of an object that was stored when nobody did.</summary>
    public static void CountFirst(JsonObject updated, JsonObject old)
    {
        if (old["metadata"]?["generation"] is null && updated["metadata"] is JsonObject metadata)
        {
            metadata["generation"] = 1;
        }
    }

    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (TypedObjects.Read<ControllerDeployment>(created, errors) is { } value)
        {
            DeploymentValidator.Check(value, null, errors);
        }
    }

    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        if (TypedObjects.Read<ControllerDeployment>(updated, errors) is { } value && value.Metadata.DeletionTimestamp is null)
        {
            DeploymentValidator.Check(value, TypedObjects.TryRead<ControllerDeployment>(old), errors);
        }
    }
}
