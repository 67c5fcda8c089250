using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.ProjectedTokens;

/// <summary>Adds the volume with the token, the CA and the namespace to a pod, where all clients look for it. Pure.</summary>
internal static class TokenMount
{
    private const string VolumePrefix = "kube-api-access-";
    private const string VolumeName = VolumePrefix + "gardener";
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Shortest life that the API server gives a token.</summary>
    private const int ExpirationSecondsMin = 600;

    /// <summary>rw-r--r--.</summary>
    private const int ModeDefault = 420;

    /// <summary>The service account whose token a pod may want; null when it wants none.</summary>
    public static string? AccountOf(JsonObject pod)
    {
        var isUnwanted = pod.Texts("metadata", "labels").ContainsKey(WebhookLabels.ProjectedTokenSkip)
            || pod.Flag("spec", "automountServiceAccountToken") == false
            || pod.Items("spec", "volumes").Any(v => v.Text("name")?.StartsWith(VolumePrefix, StringComparison.Ordinal) == true);
        return !isUnwanted && pod.Text("spec", "serviceAccountName") is { } account and not ("" or "default") ? account : null;
    }

    /// <summary>A pod with the token mounted into all its containers.</summary>
    /// <exception cref="FormatException">Its annotation asks for a life that a token cannot have.</exception>
    public static JsonObject Mount(JsonObject pod, TimeSpan expiration)
    {
        var changed = (JsonObject)pod.DeepClone();
        var spec = changed.Ensure("spec");
        spec.List("volumes").Add(Volume(SecondsOf(pod) ?? (long)expiration.TotalSeconds));
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
        {
            // A container that mounts something of its own there knows why.
            if (!container.Items("volumeMounts").Any(m => m.Text("mountPath") == MountPath))
            {
                container.List("volumeMounts").Add(
                    new JsonObject { ["name"] = VolumeName, ["mountPath"] = MountPath, ["readOnly"] = true });
            }
        }

        return changed;
    }

    private static long? SecondsOf(JsonObject pod)
    {
        if (!pod.Texts("metadata", "annotations").TryGetValue(WebhookLabels.ProjectedTokenExpiration, out var text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= ExpirationSecondsMin
            ? seconds
            : throw new FormatException(
                $"annotation {WebhookLabels.ProjectedTokenExpiration}: want {ExpirationSecondsMin} seconds or more, found \"{text}\"");
    }

    private static JsonObject Volume(long expirationSeconds) => new()
    {
        ["name"] = VolumeName,
        ["projected"] = new JsonObject
        {
            ["defaultMode"] = ModeDefault,
            ["sources"] = new JsonArray(
                new JsonObject
                {
                    ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = expirationSeconds, ["path"] = "token" },
                },
                new JsonObject
                {
                    ["configMap"] = new JsonObject
                    {
                        ["name"] = "kube-root-ca.crt",
                        ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
                    },
                },
                new JsonObject
                {
                    ["downwardAPI"] = new JsonObject
                    {
                        ["items"] = new JsonArray(new JsonObject
                        {
                            ["path"] = "namespace",
                            ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                        }),
                    },
                }),
        },
    };
}
