using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Webhooks.Authorization;

namespace Hortus.ResourceManager.Webhooks.NodeAgents;

/// <summary>
/// Says what the agents of nodes may do: each one no more than what its own node needs. Has no opinion on anybody else.
/// </summary>
/// <param name="facts">Looks up what belongs to an agent.</param>
/// <param name="needsSelectors">Whether lists of pods must be restricted to the agent's node; API servers before 1.32 do not tell.</param>
internal sealed class NodeAgentAuthorizer(NodeAgentFacts facts, bool needsSelectors) : IAuthorizationWebhook
{
    private const string LeasePrefix = "gardener-node-agent-";
    private const string NodeNameField = "spec.nodeName";

    /// <inheritdoc/>
    public async Task<AuthorizationVerdict> AuthorizeAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        if (!request.User.StartsWith(GardenerNames.NodeAgentUserPrefix, StringComparison.Ordinal)
            || !request.Groups.Contains(GardenerNames.NodeAgentsGroup))
        {
            return AuthorizationVerdict.NoOpinion;
        }

        var agent = request.User[GardenerNames.NodeAgentUserPrefix.Length..];
        return agent.Length == 0 ? AuthorizationVerdict.Deny($"user \"{request.User}\" names no machine")
            : !request.IsResource ? AuthorizationVerdict.Deny("the agent of a node may use resources only")
            : (request.Group, request.Resource) switch
            {
                ("certificates.k8s.io", "certificatesigningrequests") => await CertificatesAsync(request, cancellationToken),
                ("", "events") or ("events.k8s.io", "events") => Check(request, ["create", "patch"]) ?? AuthorizationVerdict.Allow,
                ("coordination.k8s.io", "leases") => await LeasesAsync(request, agent, cancellationToken),
                ("", "nodes") => await NodesAsync(request, agent, cancellationToken),
                ("", "pods") => await PodsAsync(request, agent, cancellationToken),
                ("", "secrets") => await SecretsAsync(request, agent, cancellationToken),
                _ => AuthorizationVerdict.Deny(
                    $"the agent of a node may not use {new GroupVersionResource(request.Group, "", request.Resource).GroupResource}"),
            };
    }

    private async Task<AuthorizationVerdict> CertificatesAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        if (Check(request, ["get", "create"]) is { } denied)
        {
            return denied;
        }

        return request.Verb == "create" || await facts.RequesterAsync(request.Name, cancellationToken) == request.User
            ? AuthorizationVerdict.Allow
            : AuthorizationVerdict.Deny($"the agent of a node may read certificate requests of its own only ({request.User})");
    }

    private async Task<AuthorizationVerdict> LeasesAsync(
        AuthorizationRequest request, string agent, CancellationToken cancellationToken)
    {
        if (Check(request, ["get", "list", "watch", "create", "update"]) is { } denied)
        {
            return denied;
        }

        var (node, problem) = await facts.NodeAsync(agent, cancellationToken);
        if (node is null)
        {
            return AuthorizationVerdict.Deny(problem);
        }

        string?[] own = [LeasePrefix + node.Metadata.Name, node.Metadata.Label(GardenerLabels.NodeAgentSecretName)];
        return request.Namespace == NodeAgentFacts.SystemNamespace && (request.Verb == "create" || IsOneOf(request.Name, own))
            ? AuthorizationVerdict.Allow
            : AuthorizationVerdict.Deny($"this agent may use Leases {Join(own)} in namespace {NodeAgentFacts.SystemNamespace} only");
    }

    private async Task<AuthorizationVerdict> NodesAsync(
        AuthorizationRequest request, string agent, CancellationToken cancellationToken)
    {
        if (Check(request, ["get", "list", "watch", "patch", "update"], "status") is { } denied)
        {
            return denied;
        }

        // Before the kubelet has made its node, an agent finds it by the name of the host.
        if (request.Verb is "list" or "watch")
        {
            return AuthorizationVerdict.Allow;
        }

        var (node, problem) = await facts.NodeAsync(agent, cancellationToken);
        return node is null ? AuthorizationVerdict.Deny(problem)
            : request.Name == node.Metadata.Name ? AuthorizationVerdict.Allow
            : AuthorizationVerdict.Deny($"this agent may use Node {node.Metadata.Name} only");
    }

    private async Task<AuthorizationVerdict> PodsAsync(
        AuthorizationRequest request, string agent, CancellationToken cancellationToken)
    {
        if (Check(request, ["get", "list", "watch", "delete"]) is { } denied)
        {
            return denied;
        }

        var (node, problem) = await facts.NodeAsync(agent, cancellationToken);
        if (node is null)
        {
            return AuthorizationVerdict.Deny(problem);
        }

        if (request.Verb is "list" or "watch"
            && (!needsSelectors || request.Fields.GetValueOrDefault(NodeNameField) == node.Metadata.Name))
        {
            return AuthorizationVerdict.Allow;
        }

        if (request.Name.Length == 0)
        {
            return AuthorizationVerdict.Deny(
                $"this agent may list Pods with the field selector {NodeNameField}={node.Metadata.Name} only");
        }

        var key = new ObjectKey(request.Namespace, request.Name);
        return (await facts.PodAsync(key, cancellationToken))?.Spec.NodeName == node.Metadata.Name
            ? AuthorizationVerdict.Allow
            : AuthorizationVerdict.Deny($"Pod {key} is not on Node {node.Metadata.Name}");
    }

    private async Task<AuthorizationVerdict> SecretsAsync(
        AuthorizationRequest request, string agent, CancellationToken cancellationToken)
    {
        if (Check(request, ["get", "list", "watch"]) is { } denied)
        {
            return denied;
        }

        var own = await facts.SecretsAsync(agent, cancellationToken);
        return request.Namespace == NodeAgentFacts.SystemNamespace && IsOneOf(request.Name, own)
            ? AuthorizationVerdict.Allow
            : AuthorizationVerdict.Deny($"this agent may read Secrets {Join(own)} in namespace {NodeAgentFacts.SystemNamespace} only");
    }

    private static AuthorizationVerdict? Check(AuthorizationRequest request, string[] verbs, string? subresource = null) =>
        request.Subresource.Length > 0 && request.Subresource != subresource
            ? AuthorizationVerdict.Deny($"the agent of a node may not use {request.Resource}/{request.Subresource}")
            : verbs.Contains(request.Verb) ? null
            : AuthorizationVerdict.Deny($"the agent of a node may {string.Join(", ", verbs)} {request.Resource} only");

    private static bool IsOneOf(string name, IEnumerable<string?> names) => name.Length > 0 && names.Contains(name);

    private static string Join(IEnumerable<string?> names) => string.Join(", ", names.Where(n => !string.IsNullOrEmpty(n)));
}
