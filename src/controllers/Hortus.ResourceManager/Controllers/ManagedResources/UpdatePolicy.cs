using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>What may be done to an object that is there.</summary>
internal static class UpdatePolicy
{
    /// <summary>The ManagedResource that an object's origin names, when that is another one than the one that wants it; null when
    /// the object may be taken.</summary>
    public static ObjectKey? OtherOrigin(JsonObject live, string origin, ResourceScope scope) =>
        live.Text("metadata", "annotations", ResourceNames.Origin) is { } other && other != origin ? scope.ResourceOf(other) : null;

    /// <summary>Whether a ManagedResource rightfully has an object.</summary>
    public static bool Owns(ManagedResource? other, ObjectId id) =>
        other is not null && !other.Metadata.IsDeleting() && (other.Status?.Resources ?? []).Any(r => r.Id() == id);

    /// <summary>Why an object cannot be updated.</summary>
    /// <param name="live">The object as it is.</param>
    /// <param name="wanted">The object as it shall be.</param>
    /// <param name="owner">The other ManagedResource that has it; null when nobody does.</param>
    /// <exception cref="ObjectApplyException">Always when there is a reason.</exception>
    public static void Check(JsonObject live, WantedObject wanted, ObjectKey? owner)
    {
        if (owner is not null)
        {
            throw new ObjectApplyException($"error during apply of object {wanted.Text}: it belongs to ManagedResource {owner} too", true);
        }

        if (live.At("metadata", "deletionTimestamp") is not null)
        {
            throw new ObjectApplyException(
                $"error during apply of object {wanted.Text}: it is being deleted, and made again when it is gone", false);
        }
    }

    /// <summary>Whether an object is deleted and made anew because its update is refused as invalid.</summary>
    public static bool IsMadeAnew(WantedObject wanted, JsonObject live, ApiException refused) => refused.Code == 422 && (
        ResourceNames.IsTrue(wanted.Annotations.GetValueOrDefault(ResourceNames.DeleteOnInvalidUpdate))
        || ResourceNames.IsTrue(live.Text("metadata", "annotations", ResourceNames.DeleteOnInvalidUpdate))
        || (wanted.Id is { Group: "", Kind: "Secret" or "ConfigMap" }
            && refused.Status.Message?.Contains("field is immutable when `immutable` is set", StringComparison.Ordinal) == true));

    /// <summary>How dependents are dealt with when an object is made anew; null leaves it to the server.</summary>
    /// <exception cref="ObjectApplyException">The annotation says something else.</exception>
    public static string? PropagationOf(WantedObject wanted)
    {
        var propagation = wanted.Annotations.GetValueOrDefault(ResourceNames.PropagationOnInvalidUpdate);
        return propagation is null or "Foreground" or "Background" or "Orphan"
            ? propagation
            : throw new ObjectApplyException(
                $"error during apply of object {wanted.Text}: annotation {ResourceNames.PropagationOnInvalidUpdate}: \"{propagation}\": "
                + "want Foreground, Background or Orphan",
                true);
    }

    /// <summary>The failure of an object to which a request was refused or got no answer.</summary>
    public static ObjectApplyException Failure(WantedObject wanted, Exception cause)
    {
        if (cause is not ApiException refused)
        {
            return new ObjectApplyException($"error during apply of object {wanted.Text}: {cause.Message}", false, cause);
        }

        var text = refused.Status.Message ?? refused.Status.Reason ?? $"answer {refused.Code}";
        var hint = refused.Code == 422 && wanted.Kind is not null
            ? $" (annotation {ResourceNames.DeleteOnInvalidUpdate}: \"true\" on the object lets it be made anew)"
            : "";
        return new ObjectApplyException(
            $"error during apply of object {wanted.Text}: {text}{hint}", refused.Code is 422 or 400, refused);
    }

    /// <summary>The failure of an object whose kind nobody serves.</summary>
    public static ObjectApplyException NoKind(WantedObject wanted, string? away) => new(
        $"error during apply of object {wanted.Text}: " + (away is null
            ? $"the target cluster has no kind {wanted.Id.Kind} in {wanted.ApiVersion}"
            : $"the API {wanted.ApiVersion} of the target cluster is away: {away}"),
        false);
}
