using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ProviderLocal.Admission;

/// <summary>What reviews of both kinds of profiles have in common.</summary>
internal static class ProfileReviews
{
    /// <summary>Whether nothing new is asked: the profile is being deleted, or its spec stays as it was.</summary>
    public static bool IsSettled(AdmissionRequest request) =>
        request.Object.At("metadata", "deletionTimestamp") is not null
        || (request.OldObject is { } old && JsonNode.DeepEquals(request.Object?["spec"], old["spec"]));

    /// <summary>Reads the object of a request; null with an answer when it is malformed.</summary>
    public static T? Read<T>(AdmissionRequest request, JsonObject given, out AdmissionAnswer malformed) where T : KubernetesObject
    {
        malformed = AdmissionAnswer.Allowed;
        try
        {
            return KubernetesJson.Deserialize<T>(given);
        }
        catch (JsonException e)
        {
            malformed = AdmissionAnswer.Invalid($"{request}: {e.Message}");
            return null;
        }
    }
}
