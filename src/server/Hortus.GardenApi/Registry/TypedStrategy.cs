using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.GardenApi.Registry;

/// <summary>A strategy whose rules are pure functions of typed objects.</summary>
internal class TypedStrategy<T> : ResourceStrategy where T : KubernetesObject
{
    /// <summary>Fills in what the client left out; must give the same for its own result.</summary>
    public Func<T, T> Default { get; init; } = static value => value;

    /// <summary>Adds the faults of an object that need no other object to be seen.</summary>
    public Action<T, FieldErrors> Check { get; init; } = static (_, _) => { };

    /// <summary>Adds the faults of a change: (new, old, faults).</summary>
    public Action<T, T, FieldErrors> CheckChange { get; init; } = static (_, _, _) => { };

    /// <summary>Whether a change counts as a change of the desired state although the spec is the same.</summary>
    public Func<T, T, bool> CountsAsNewGeneration { get; init; } = static (_, _) => false;

    /// <summary>Changes the new object in the light of the old one, such as taking away annotations that are
    /// consumed.</summary>
    public Func<T, T, T> Settle { get; init; } = static (updated, _) => updated;

    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForCreateAsync(created, context, cancellationToken);
        if (TypedObjects.TryRead<T>(created) is { } value)
        {
            TypedObjects.Write(created, Default(value));
        }
    }

    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (context.Subresource == "status"
            || TypedObjects.TryRead<T>(updated) is not { } value
            || TypedObjects.TryRead<T>(old) is not { } before)
        {
            return;
        }

        value = Default(value);
        var counts = CountsAsNewGeneration(value, before);
        TypedObjects.Write(updated, Settle(value, before));
        if (counts && before.Metadata.Generation is { } generation)
        {
            updated["metadata"]!["generation"] = generation + 1;
        }
    }

    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (TypedObjects.Read<T>(created, errors) is { } value)
        {
            Check(value, errors);
        }
    }

    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        if (TypedObjects.Read<T>(updated, errors) is not { } value || TypedObjects.TryRead<T>(old) is not { } before)
        {
            return;
        }

        // An object that is on its way out may be faulty by newer rules; its finalizers must still go.
        if (value.Metadata.DeletionTimestamp is null)
        {
            Check(value, errors);
        }

        CheckChange(value, before, errors);
    }
}
