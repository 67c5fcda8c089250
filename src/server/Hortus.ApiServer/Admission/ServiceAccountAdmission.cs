using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Admission;

/// <summary>
/// Gives each pod a service account and mounts its token, the cluster's CA and the namespace where containers look for
/// them.
/// </summary>
internal sealed class ServiceAccountAdmission(IObjectReader objects, TimeProvider time)
    : AdmissionPlugin("ServiceAccount")
{
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";
    private const long TokenSeconds = 3607;

    // A new namespace's default account is made by a controller; the first pods may come a moment earlier.
    private const int DefaultAccountTriesMax = 10;
    private static readonly TimeSpan DefaultAccountPause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public override async ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Operation != AdmissionOperation.Create || !IsCore(attributes, "pods")
            || attributes.Object is not { } pod)
        {
            return;
        }

        var spec = pod.Ensure("spec");
        if (pod.Text("metadata", "annotations", MirrorPods.Annotation) is not null)
        {
            if (!string.IsNullOrEmpty(spec.Text("serviceAccountName")))
            {
                throw ApiErrors.Forbidden(Kinds.Pod, pod.Name, "a mirror pod may not reference service accounts");
            }

            return;
        }

        if (string.IsNullOrEmpty(spec.Text("serviceAccountName")))
        {
            spec["serviceAccountName"] = "default";
        }

        spec["serviceAccount"] = spec.Text("serviceAccountName");
        var account =
            await RequireAsync(pod, attributes.Key.Namespace!, spec.Text("serviceAccountName")!, cancellationToken);
        if (spec.Flag("automountServiceAccountToken") ?? account.Flag("automountServiceAccountToken") ?? true)
        {
            Mount(spec);
        }

        if (spec["imagePullSecrets"] is not JsonArray { Count: > 0 }
            && account["imagePullSecrets"] is JsonArray { Count: > 0 } pull)
        {
            spec["imagePullSecrets"] = pull.DeepClone();
        }
    }

    private static void Mount(JsonObject spec)
    {
        var volume = spec.Items("volumes").Select(v => v.Text("name"))
            .FirstOrDefault(n => n is not null && n.StartsWith(VolumePrefix, StringComparison.Ordinal));
        var name = volume ?? VolumePrefix + RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
        var mounted = false;
        foreach (var container in spec.Items("initContainers").Concat(spec.Items("containers")))
        {
            if (container.Items("volumeMounts").Any(m => m.Text("mountPath") == MountPath))
            {
                continue;
            }

            container.List("volumeMounts").Add((JsonNode)new JsonObject
            {
                ["name"] = name,
                ["readOnly"] = true,
                ["mountPath"] = MountPath,
            });
            mounted = true;
        }

        if (mounted && volume is null)
        {
            spec.List("volumes").Add((JsonNode)AccessVolume(name));
        }
    }

    private static JsonObject AccessVolume(string name)
    {
        var token = new JsonObject
        {
            ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = TokenSeconds, ["path"] = "token" },
        };
        var roots = new JsonObject
        {
            ["configMap"] = new JsonObject
            {
                ["name"] = "kube-root-ca.crt",
                ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
            },
        };
        var space = new JsonObject
        {
            ["downwardAPI"] = new JsonObject
            {
                ["items"] = new JsonArray(new JsonObject
                {
                    ["path"] = "namespace",
                    ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                }),
            },
        };
        return new JsonObject
        {
            ["name"] = name,
            ["projected"] = new JsonObject { ["defaultMode"] = 420, ["sources"] = new JsonArray(token, roots, space) },
        };
    }

    private async ValueTask<JsonObject> RequireAsync(
        JsonObject pod, string space, string name, CancellationToken cancellationToken)
    {
        var tries = name == "default" ? DefaultAccountTriesMax : 1;
        for (var i = 0; i < tries; i++)
        {
            if (i > 0)
            {
                await Task.Delay(DefaultAccountPause, time, cancellationToken);
            }

            if (await objects.FindAsync(
                Kinds.ServiceAccount, new ObjectKey(space, name), cancellationToken) is { } account)
            {
                return account;
            }
        }

        throw ApiErrors.Forbidden(Kinds.Pod, pod.Name,
            $"error looking up service account {space}/{name}: serviceaccount \"{name}\" not found");
    }
}
