using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>
/// What a kubelet may do: its own node and lease, the pods bound to its node, and only those secrets, config maps,
/// claims, volumes and service account tokens that such pods refer to. Lists and watches must say so by a field
/// selector. Users that are no kubelet are left to other authorizers.
/// </summary>
internal sealed class NodeAuthorizer(IObjectReader objects) : IAuthorizer
{
    private const string LeaseNamespace = "kube-node-lease";

    private static readonly RbacRule[] Rules = BootstrapPolicy.NodeRules();

    /// <inheritdoc/>
    public async ValueTask<AuthorizationDecision> AuthorizeAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken)
    {
        if (UserGroups.NodeOf(user) is not { } node || !request.IsResource)
        {
            return AuthorizationDecision.NoOpinion();
        }

        var query = RbacAuthorizer.Query(request);
        if (!Array.Exists(Rules, r => r.Allows(query)))
        {
            return AuthorizationDecision.NoOpinion();
        }

        return (request.Group, query.Resource) switch
        {
            ("", "secrets") => await ReferredAsync(node, request, PodReference.Secret, cancellationToken),
            ("", "configmaps") => await ReferredAsync(node, request, PodReference.ConfigMap, cancellationToken),
            ("", "persistentvolumeclaims") => await ReferredAsync(node, request, PodReference.Claim, cancellationToken),
            ("", "serviceaccounts" or "serviceaccounts/token") =>
                await ReferredAsync(node, request, PodReference.ServiceAccount, cancellationToken),
            ("", "persistentvolumes") => await VolumeAsync(node, request, cancellationToken),
            ("", "pods") => await PodAsync(node, request, cancellationToken),
            ("", "nodes") when request.Verb is "get" or "list" or "watch" => OwnNode(node, request),
            ("", "nodes" or "nodes/status") or ("storage.k8s.io", "csinodes") => Own(node, request),
            ("storage.k8s.io", "volumeattachments") => await AttachmentAsync(node, request, cancellationToken),
            ("coordination.k8s.io", "leases") => request.Namespace == LeaseNamespace
                ? Own(node, request)
                : AuthorizationDecision.NoOpinion(
                    $"a kubelet may use leases in the namespace \"{LeaseNamespace}\" only"),
            _ => AuthorizationDecision.Allow(),
        };
    }

    // Creations and lists carry no name: NodeRestriction admits only the kubelet's own object to be created.
    private static AuthorizationDecision Own(string node, RequestInfo request) =>
        string.IsNullOrEmpty(request.Name) || request.Name == node
            ? AuthorizationDecision.Allow()
            : AuthorizationDecision.NoOpinion(
                $"node \"{node}\" cannot {request.Verb} what belongs to node \"{request.Name}\"");

    private static AuthorizationDecision OwnNode(string node, RequestInfo request) => request.OnlyName == node
        ? AuthorizationDecision.Allow()
        : AuthorizationDecision.NoOpinion($"node '{node}' cannot read '{request.OnlyName}', only its own Node object");

    private async ValueTask<AuthorizationDecision> PodAsync(
        string node, RequestInfo request, CancellationToken cancellationToken)
    {
        if (request.Verb is "list" or "watch")
        {
            return request.SelectedFields.GetValueOrDefault("spec.nodeName") == node
                ? AuthorizationDecision.Allow()
                : AuthorizationDecision.NoOpinion("can only list/watch pods with spec.nodeName field selector");
        }

        if (request.Verb != "get")
        {
            // Which pods it may create and delete is for NodeRestriction to say, which sees them.
            return AuthorizationDecision.Allow();
        }

        // An absent pod is nobody's: the kubelet must be told that it is not there, which it then is.
        var pod = await FindAsync(Kinds.Pod, request, cancellationToken);
        return pod is null || pod.Text("spec", "nodeName") == node ? AuthorizationDecision.Allow() : Unrelated(node);
    }

    /// <summary>A volume belongs to the node whose pods use the claim that it is bound to.</summary>
    private async ValueTask<AuthorizationDecision> VolumeAsync(
        string node, RequestInfo request, CancellationToken cancellationToken)
    {
        var volume = await FindAsync(Kinds.PersistentVolume, request, cancellationToken);
        return volume?.Text("spec", "claimRef", "name") is { } claim
            ? await ReferredAsync(
                node,
                request with { Name = claim, Namespace = volume.Text("spec", "claimRef", "namespace") },
                PodReference.Claim,
                cancellationToken)
            : Unrelated(node);
    }

    private async ValueTask<AuthorizationDecision> AttachmentAsync(
        string node, RequestInfo request, CancellationToken cancellationToken)
    {
        var attachment = await FindAsync(Kinds.VolumeAttachment, request, cancellationToken);
        return attachment?.Text("spec", "nodeName") == node ? AuthorizationDecision.Allow() : Unrelated(node);
    }

    private ValueTask<JsonObject?> FindAsync(
        ResourceKind kind, RequestInfo request, CancellationToken cancellationToken) => request.Name is { } name
        ? objects.FindAsync(kind, new ObjectKey(kind.Namespaced ? request.Namespace : null, name), cancellationToken)
        : ValueTask.FromResult<JsonObject?>(null);

    private static AuthorizationDecision Unrelated(string node) =>
        AuthorizationDecision.NoOpinion($"no relationship found between node '{node}' and this object");

    private async ValueTask<AuthorizationDecision> ReferredAsync(
        string node, RequestInfo request, PodReference kind, CancellationToken cancellationToken)
    {
        if (request.OnlyName is not { Length: > 0 } name || string.IsNullOrEmpty(request.Namespace))
        {
            return AuthorizationDecision.NoOpinion("No Object name found");
        }

        foreach (var pod in await objects.ListAsync(Kinds.Pod, request.Namespace, cancellationToken))
        {
            if (pod.Text("spec", "nodeName") == node && PodReferences.Contains(pod, kind, name))
            {
                return AuthorizationDecision.Allow();
            }
        }

        return Unrelated(node);
    }
}

/// <summary>What a pod can refer to.</summary>
internal enum PodReference
{
    Secret,
    ConfigMap,
    Claim,
    ServiceAccount,
}

/// <summary>Finds the objects that a pod's spec names.</summary>
internal static class PodReferences
{
    private static readonly (PodReference Kind, string Field, string Name)[] Forms =
    [
        (PodReference.Secret, "secret", "secretName"),
        (PodReference.Secret, "secret", "name"),
        (PodReference.Secret, "secretRef", "name"),
        (PodReference.Secret, "secretKeyRef", "name"),
        (PodReference.Secret, "nodePublishSecretRef", "name"),
        (PodReference.Secret, "imagePullSecrets", "name"),
        (PodReference.ConfigMap, "configMap", "name"),
        (PodReference.ConfigMap, "configMapRef", "name"),
        (PodReference.ConfigMap, "configMapKeyRef", "name"),
        (PodReference.Claim, "persistentVolumeClaim", "claimName"),
    ];

    public static bool Contains(JsonObject pod, PodReference kind, string name)
    {
        if (pod.Map("spec") is not { } spec)
        {
            return false;
        }

        if (kind == PodReference.ServiceAccount)
        {
            return (spec.Text("serviceAccountName") ?? "default") == name;
        }

        return Find(spec, "", kind, name)
            || (kind == PodReference.Claim && spec.Items("volumes").Any(v =>
                v["ephemeral"] is not null && $"{pod.Name}-{v.Text("name")}" == name));
    }

    /// <summary>Whether the pod refers to any object of the sort.</summary>
    public static bool Any(JsonObject pod, PodReference kind) => Find(pod["spec"], "", kind, null);

    private static bool Find(JsonNode? node, string field, PodReference kind, string? name)
    {
        switch (node)
        {
            case JsonArray list:
                return list.Any(item => Find(item, field, kind, name));
            case JsonObject map:
                return Array.Exists(Forms, f => f.Kind == kind && f.Field == field && Names(map.Text(f.Name), name))
                    || map.Any(child => Find(child.Value, child.Key, kind, name));
            default:
                return false;
        }
    }

    private static bool Names(string? found, string? wanted) => found is not null
        && (wanted is null || found == wanted);
}
