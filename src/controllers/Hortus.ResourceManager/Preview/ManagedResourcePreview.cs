using System.Text.Json.Nodes;

namespace Hortus.ResourceManager.Preview;

/// <summary>What would happen to an object.</summary>
public enum PreviewedAction
{
    Create,
    Change,

    /// <summary>Deleted and created anew, because the change is refused and the object allows that.</summary>
    MakeAnew,
    Delete,

    /// <summary>Stays, but belongs to the ManagedResource no longer.</summary>
    Release,
}

/// <summary>A change of one object.</summary>
/// <param name="Action">What would happen.</param>
/// <param name="Object">The object: apiVersion, kind, namespace (empty when it has none) and name, with slashes between.</param>
/// <param name="Before">The object as it is, without what the server counts and without status; null when it is not there.</param>
/// <param name="After">The object as it would be; null when it would be gone.</param>
public sealed record PreviewedChange(PreviewedAction Action, string Object, JsonObject? Before, JsonObject? After);

/// <summary>What a resource manager would do for a ManagedResource.</summary>
/// <param name="Changes">The changes, in the order in which they would be made.</param>
/// <param name="Faults">What would not work, one line each, with the object or the Secret.</param>
/// <param name="Note">Why nothing is done at all; null otherwise.</param>
public sealed record ManagedResourcePreview(
    IReadOnlyList<PreviewedChange> Changes, IReadOnlyList<string> Faults, string? Note);

/// <summary>How the resource manager that is previewed is set up.</summary>
public sealed record PreviewSettings
{
    /// <inheritdoc cref="ResourceManagerOptions.ClusterId"/>
    public string? ClusterId { get; init; }

    /// <inheritdoc cref="ResourceManagerOptions.ManagedByLabelValue"/>
    public string ManagedByLabelValue { get => field ??= new ResourceManagerOptions().ManagedByLabelValue; init; }
}
