using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Registry;

/// <summary>The rules of an ordinary kind: status only through its subresource, no grace period. Base for others.</summary>
public class ResourceStrategy : IResourceStrategy
{
    public virtual bool AllowCreateOnUpdate => false;

    public virtual bool AllowUnconditionalUpdate => true;

    /// <inheritdoc/>
    public virtual void SetDefaults(JsonObject value)
    {
    }

    /// <summary>Drops status when the kind has a status subresource.</summary>
    public virtual ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        if (context.Definition.Kind.HasStatus)
        {
            created.Remove("status");
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Keeps the old status when the kind has a status subresource.</summary>
    public virtual ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        if (context.Definition.Kind.HasStatus && context.Subresource.Length == 0)
        {
            updated.Remove("status");
            if (old["status"] is { } status)
            {
                updated["status"] = status.DeepClone();
            }
        }

        return ValueTask.CompletedTask;
    }

    public virtual void Validate(JsonObject created, FieldErrors errors)
    {
    }

    public virtual void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors) =>
        Validate(updated, errors);

    public virtual long GracePeriodSeconds(JsonObject deleted, long? requested) => 0;

    public virtual void CheckDelete(JsonObject deleted)
    {
    }

    public virtual void PrepareForDeletion(JsonObject marked)
    {
    }

    public virtual bool HasOtherFinalizers(JsonObject deleted) => false;
}
