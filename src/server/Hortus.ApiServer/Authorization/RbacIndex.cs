using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>Whose rules are asked for.</summary>
/// <param name="Name">User name.</param>
/// <param name="Groups">The user's groups.</param>
internal readonly record struct RbacSubject(string Name, IReadOnlyList<string> Groups);

/// <summary>
/// The RBAC objects of the store by the subject they concern, kept current object by object. Readers take no lock; one
/// writer at a time. A role bound before it exists grants nothing until it appears.
/// </summary>
internal sealed class RbacIndex
{
    private const string ServiceAccountPrefix = "system:serviceaccount:";

    private readonly ConcurrentDictionary<RoleKey, Role> roles = new();
    private readonly ConcurrentDictionary<SubjectKey, ImmutableArray<Binding>> bindings = new();
    private readonly Dictionary<RoleKey, SubjectKey[]> subjectsOfBinding = [];
    private readonly ConcurrentDictionary<string, ImmutableArray<RbacRule>> aggregated = new();
    private readonly Lock writing = new();

    /// <summary>Takes in the present state of an RBAC object.</summary>
    /// <param name="kind"><c>Role</c>, <c>ClusterRole</c>, <c>RoleBinding</c> or <c>ClusterRoleBinding</c>; others are
    /// ignored.</param>
    /// <param name="key">Namespace (null for cluster scope) and name.</param>
    /// <param name="current">The object; null when it is gone.</param>
    public void Apply(string kind, ObjectKey key, JsonObject? current)
    {
        lock (writing)
        {
            switch (kind)
            {
                case "Role" or "ClusterRole":
                    ApplyRole(new RoleKey(key.Namespace ?? "", key.Name), current);
                    break;
                case "RoleBinding" or "ClusterRoleBinding":
                    ApplyBinding(new RoleKey(key.Namespace ?? "", key.Name), current);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Whether a rule that the subject holds, in the namespace or in the whole cluster, allows the
    /// query.</summary>
    /// <param name="subject">Who asks.</param>
    /// <param name="space">The namespace; null for cluster scope.</param>
    /// <param name="query">What is asked.</param>
    /// <returns>The binding that allows it, for the reason text, or null.</returns>
    public string? FindGrant(in RbacSubject subject, string? space, in RbacQuery query)
    {
        if (FindGrant(SubjectKind.User, subject.Name, space, query) is { } byUser)
        {
            return byUser;
        }

        foreach (var group in subject.Groups)
        {
            if (FindGrant(SubjectKind.Group, group, space, query) is { } byGroup)
            {
                return byGroup;
            }
        }

        return null;
    }

    /// <summary>All rules that the subject holds in the namespace, those of the whole cluster included.</summary>
    public IEnumerable<RbacRule> RulesOf(RbacSubject subject, string? space)
    {
        foreach (var (kind, name) in Identities(subject))
        {
            foreach (var binding in Bindings(kind, name, ""))
            {
                foreach (var rule in RulesOf(binding.Role))
                {
                    yield return rule;
                }
            }

            if (string.IsNullOrEmpty(space))
            {
                continue;
            }

            foreach (var binding in Bindings(kind, name, space))
            {
                foreach (var rule in RulesOf(binding.Role))
                {
                    yield return rule;
                }
            }
        }
    }

    /// <summary>The rules of a role, aggregation resolved; null when there is no such role.</summary>
    public IReadOnlyList<RbacRule>? FindRole(string? space, string name) =>
        roles.ContainsKey(new RoleKey(space ?? "", name)) ? RulesOf(new RoleKey(space ?? "", name)) : null;

    private static IEnumerable<(SubjectKind, string)> Identities(RbacSubject subject) =>
        subject.Groups.Select(g => (SubjectKind.Group, g)).Prepend((SubjectKind.User, subject.Name));

    private string? FindGrant(SubjectKind kind, string name, string? space, in RbacQuery query)
    {
        foreach (var binding in Bindings(kind, name, ""))
        {
            if (Allows(binding.Role, query))
            {
                return $"ClusterRoleBinding \"{binding.Name}\" of ClusterRole \"{binding.Role.Name}\"";
            }
        }

        if (string.IsNullOrEmpty(space))
        {
            return null;
        }

        foreach (var binding in Bindings(kind, name, space))
        {
            if (Allows(binding.Role, query))
            {
                return $"RoleBinding \"{space}/{binding.Name}\" of role \"{binding.Role.Name}\"";
            }
        }

        return null;
    }

    private bool Allows(RoleKey role, in RbacQuery query)
    {
        foreach (var rule in RulesOf(role))
        {
            if (rule.Allows(query))
            {
                return true;
            }
        }

        return false;
    }

    private ImmutableArray<Binding> Bindings(SubjectKind kind, string name, string space) =>
        bindings.TryGetValue(new SubjectKey(kind, name, space), out var found) ? found : [];

    private ImmutableArray<RbacRule> RulesOf(RoleKey key)
    {
        if (!roles.TryGetValue(key, out var role))
        {
            return [];
        }

        if (role.AggregationSelectors.Length == 0)
        {
            return role.Rules;
        }

        return aggregated.TryGetValue(key.Name, out var rules) ? rules : role.Rules;
    }

    private void ApplyRole(RoleKey key, JsonObject? current)
    {
        if (current is null)
        {
            roles.TryRemove(key, out _);
        }
        else
        {
            roles[key] = new Role(
                [.. current.Items("rules").Select(RbacRule.Parse)],
                current.Map("metadata", "labels")?.DeepClone() as JsonObject,
                [.. current.Items("aggregationRule", "clusterRoleSelectors").Select(s => (JsonObject)s.DeepClone())]);
        }

        if (key.Namespace.Length == 0)
        {
            Aggregate();
        }
    }

    // An aggregating role may select another one ("admin" takes in "edit", which takes in "view").
    private void Aggregate()
    {
        var current = new Dictionary<string, ImmutableArray<RbacRule>>();
        foreach (var (key, role) in roles)
        {
            if (key.Namespace.Length == 0 && role.AggregationSelectors.Length > 0)
            {
                var rules = new List<RbacRule>();
                Collect(key, rules, []);
                current[key.Name] = [.. rules];
            }
        }

        foreach (var name in aggregated.Keys.Where(n => !current.ContainsKey(n)))
        {
            aggregated.TryRemove(name, out _);
        }

        foreach (var (name, rules) in current)
        {
            aggregated[name] = rules;
        }
    }

    private void Collect(RoleKey key, List<RbacRule> rules, HashSet<string> seen)
    {
        if (!seen.Add(key.Name))
        {
            return;
        }

        var role = roles[key];
        if (role.AggregationSelectors.Length == 0)
        {
            rules.AddRange(role.Rules);
            return;
        }

        foreach (var (other, candidate) in roles)
        {
            if (other.Namespace.Length == 0
                && role.AggregationSelectors.Any(s => ObjectTree.Selects(s, candidate.Labels)))
            {
                Collect(other, rules, seen);
            }
        }
    }

    // One step for each subject: whoever keeps a right must not miss it for a moment while its binding is written again.
    private void ApplyBinding(RoleKey key, JsonObject? current)
    {
        var old = subjectsOfBinding.GetValueOrDefault(key, []);
        SubjectKey[] subjects = [];
        if (current?.Text("roleRef", "name") is { } roleName)
        {
            var roleSpace = current.Text("roleRef", "kind") == "Role" ? key.Namespace : "";
            var binding = new Binding(key.Name, new RoleKey(roleSpace, roleName));
            subjects = [.. current.Items("subjects").Select(s => Subject(s, key.Namespace)).Distinct()];
            foreach (var subject in subjects)
            {
                Replace(subject, list => list.RemoveAll(b => b.Name == key.Name).Add(binding));
            }
        }

        foreach (var subject in old.Except(subjects))
        {
            Replace(subject, list => list.RemoveAll(b => b.Name == key.Name));
        }

        subjectsOfBinding[key] = subjects;
        if (subjects.Length == 0)
        {
            subjectsOfBinding.Remove(key);
        }
    }

    private static SubjectKey Subject(JsonObject subject, string space)
    {
        var name = subject.Text("name") ?? "";
        return subject.Text("kind") switch
        {
            "Group" => new SubjectKey(SubjectKind.Group, name, space),
            "ServiceAccount" => new SubjectKey(
                SubjectKind.User, $"{ServiceAccountPrefix}{subject.Text("namespace") ?? space}:{name}", space),
            _ => new SubjectKey(SubjectKind.User, name, space),
        };
    }

    private void Replace(SubjectKey subject, Func<ImmutableArray<Binding>, ImmutableArray<Binding>> change)
    {
        var list = change(bindings.TryGetValue(subject, out var found) ? found : []);
        if (list.IsEmpty)
        {
            bindings.TryRemove(subject, out _);
        }
        else
        {
            bindings[subject] = list;
        }
    }

    private enum SubjectKind
    {
        User,
        Group,
    }

    /// <summary>Namespace ("" for the cluster) and name of a role or binding.</summary>
    private readonly record struct RoleKey(string Namespace, string Name);

    private readonly record struct SubjectKey(SubjectKind Kind, string Name, string Namespace);

    private sealed record Binding(string Name, RoleKey Role);

    private sealed record Role(
        ImmutableArray<RbacRule> Rules, JsonObject? Labels, ImmutableArray<JsonObject> AggregationSelectors);
}
