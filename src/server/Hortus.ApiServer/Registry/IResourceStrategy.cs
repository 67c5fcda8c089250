using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.Objects;

namespace Hortus.ApiServer.Registry;

/// <summary>
/// What a kind does beyond its schema. The server has pruned, defaulted (from the schema) and checked metadata before;
/// validation by schema follows. Objects are changed in place.
/// </summary>
public interface IResourceStrategy
{
    /// <summary>Whether PUT to a name that does not exist creates it.</summary>
    bool AllowCreateOnUpdate { get; }

    /// <summary>Whether PUT without resourceVersion overwrites.</summary>
    bool AllowUnconditionalUpdate { get; }

    /// <summary>
    /// Defaults that need code, on every write and before the owners of fields are noted: the writer owns them. What
    /// <see cref="PrepareForCreateAsync"/> adds belongs to nobody.
    /// </summary>
    void SetDefaults(JsonObject value);

    /// <summary>Clearing of fields clients may not set, allocation (cluster IPs).</summary>
    /// <exception cref="Requests.ApiStatusException">The object cannot be made (no free address).</exception>
    ValueTask PrepareForCreateAsync(JsonObject created, StrategyContext context, CancellationToken cancellationToken);

    /// <summary>Keeps what clients may not change: the old status on the main resource, allocated values.</summary>
    ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken);

    /// <summary>Adds the faults of a new object.</summary>
    void Validate(JsonObject created, FieldErrors errors);

    /// <summary>Adds the faults of a change (immutable fields) and of the new object.</summary>
    void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors);

    /// <summary>
    /// How long a deleted object may live on, in seconds: 0 removes it at once, more sets deletionTimestamp and waits for a
    /// delete with 0 (pods). <paramref name="requested"/> is what the client asked for.
    /// </summary>
    long GracePeriodSeconds(JsonObject deleted, long? requested);

    /// <summary>Refuses a deletion by throwing (protected namespaces), or does nothing.</summary>
    /// <exception cref="Requests.ApiStatusException">Deletion is forbidden.</exception>
    void CheckDelete(JsonObject deleted);

    /// <summary>Changes the object when it is marked as being deleted but has to stay for now (namespaces: the phase).</summary>
    void PrepareForDeletion(JsonObject marked)
    {
    }

    /// <summary>Whether the object must stay although its metadata has no finalizers (namespaces: spec.finalizers).</summary>
    bool HasOtherFinalizers(JsonObject deleted);
}

/// <summary>The circumstances of a write.</summary>
/// <param name="Definition">The resource written, in the version of the request.</param>
/// <param name="User">Who writes.</param>
/// <param name="Subresource">Empty for the main resource.</param>
/// <param name="DryRun">Nothing will be stored; allocations must not be kept.</param>
public sealed record StrategyContext(ResourceDefinition Definition, UserInfo User, string Subresource, bool DryRun);
