using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>
/// Nobody gives away more than they hold: writing a role needs every permission in it or the verb <c>escalate</c>;
/// binding a
/// role needs every permission of the role or the verb <c>bind</c> on it.
/// </summary>
internal sealed class EscalationCheck(RbacIndex index, IAuthorizer authorizer) : IAdmissionPlugin
{
    private const string Group = "rbac.authorization.k8s.io";

    /// <inheritdoc/>
    public string Name => "RBACEscalation";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Object is not { } written || attributes.Definition.Kind.Group != Group
            || attributes.User.Groups.Contains(UserInfo.MastersGroup))
        {
            return;
        }

        switch (attributes.Definition.Kind.Kind)
        {
            case "Role" or "ClusterRole":
                await CheckRoleAsync(attributes, written, cancellationToken);
                break;
            case "RoleBinding" or "ClusterRoleBinding":
                await CheckBindingAsync(attributes, written, cancellationToken);
                break;
            default:
                break;
        }
    }

    private async ValueTask CheckRoleAsync(
        AdmissionAttributes attributes, JsonObject role, CancellationToken cancellationToken)
    {
        if (attributes.OldObject is { } old
            && JsonNode.DeepEquals(old["rules"], role["rules"])
            && JsonNode.DeepEquals(old["aggregationRule"], role["aggregationRule"]))
        {
            return;
        }

        var plural = attributes.Definition.Kind.Plural;
        if (await MayAsync(attributes, "escalate", plural, attributes.Key.Name, cancellationToken))
        {
            return;
        }

        // What an aggregation rule selects changes with time, so only who holds everything may write one.
        List<RbacRule> rules = [.. role.Items("rules").Select(RbacRule.Parse)];
        if (role["aggregationRule"] is not null)
        {
            rules.Add(new RbacRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] });
            rules.Add(new RbacRule { Verbs = ["*"], NonResourceUrls = ["*"] });
        }

        RequireCovered(attributes, rules);
    }

    private async ValueTask CheckBindingAsync(
        AdmissionAttributes attributes, JsonObject binding, CancellationToken cancellationToken)
    {
        if (attributes.OldObject is { } old
            && JsonNode.DeepEquals(old["roleRef"], binding["roleRef"])
            && JsonNode.DeepEquals(old["subjects"], binding["subjects"]))
        {
            return;
        }

        var isClusterRole = binding.Text("roleRef", "kind") != "Role";
        var name = binding.Text("roleRef", "name") ?? "";
        if (await MayAsync(attributes, "bind", isClusterRole ? "clusterroles" : "roles", name, cancellationToken))
        {
            return;
        }

        var rules = index.FindRole(isClusterRole ? null : attributes.Key.Namespace, name)
            ?? throw ApiErrors.NotFound(isClusterRole ? Kinds.ClusterRole : Kinds.Role, name);
        RequireCovered(attributes, rules);
    }

    private void RequireCovered(AdmissionAttributes attributes, IReadOnlyList<RbacRule> wanted)
    {
        var user = attributes.User;
        RbacRule[] held = [.. index.RulesOf(new RbacSubject(user.Name, user.Groups), attributes.Key.Namespace)];
        List<RbacRule> missing =
            [.. wanted.Where(rule => !rule.Pieces().All(piece => Array.Exists(held, h => h.Covers(piece))))];
        if (missing.Count > 0)
        {
            throw ApiErrors.Forbidden(attributes.Definition.Kind, attributes.Key.Name,
                $"user \"{user.Name}\" (groups=[{string.Join(' ', user.Groups.Select(g => $"\"{g}\""))}]) "
                + $"is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', missing)}");
        }
    }

    private async ValueTask<bool> MayAsync(
        AdmissionAttributes attributes, string verb, string resource, string name, CancellationToken cancellationToken)
    {
        var request = new RequestInfo
        {
            IsResource = true,
            Path = "",
            Verb = verb,
            Group = Group,
            Version = "v1",
            Resource = resource,
            Namespace = attributes.Key.Namespace,
            Name = name,
        };
        var decision = await authorizer.AuthorizeAsync(attributes.User, request, cancellationToken);
        return decision.Verdict == AuthorizationVerdict.Allow;
    }
}
