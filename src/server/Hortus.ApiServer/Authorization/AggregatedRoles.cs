using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>
/// Writes into cluster roles with an aggregation rule what they take over, for those who read them. What they allow is decided
/// by <see cref="RbacIndex"/>, which does not wait for this.
/// </summary>
internal sealed class AggregatedRoles(IObjectAccess objects)
{
    private readonly SortedDictionary<string, JsonObject> roles = new(StringComparer.Ordinal);

    /// <summary>Reads all cluster roles and brings those that aggregate up to date.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var role in await objects.ListAsync(Kinds.ClusterRole, null, cancellationToken))
        {
            roles[role.Name] = role;
        }

        await WriteAllAsync(cancellationToken);
    }

    /// <summary>Follows cluster roles until cancelled; to be called after <see cref="LoadAsync"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var key in objects.WatchAsync(Kinds.ClusterRole, cancellationToken))
        {
            if (await objects.FindAsync(Kinds.ClusterRole, key, cancellationToken) is { } role)
            {
                roles[key.Name] = role;
            }
            else
            {
                roles.Remove(key.Name);
            }

            await WriteAllAsync(cancellationToken);
        }
    }

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, role) in roles.Where(r => r.Value.Map("aggregationRule") is not null).ToList())
        {
            await WriteAsync(name, role, cancellationToken);
        }
    }

    private async Task WriteAsync(string name, JsonObject aggregating, CancellationToken cancellationToken)
    {
        var rules = new JsonArray();
        Collect(name, aggregating, rules, []);
        if (JsonNode.DeepEquals(rules, aggregating["rules"] as JsonArray ?? []))
        {
            return;
        }

        try
        {
            roles[name] = await objects.UpdateAsync(
                Kinds.ClusterRole,
                ObjectKey.Cluster(name),
                "",
                current =>
                {
                    current["rules"] = rules.DeepClone();
                    return current;
                },
                cancellationToken);
        }
        catch (ApiStatusException e) when (e.Code is 404 or 409)
        {
            // Gone or changed meanwhile: the watch tells.
        }
    }

    // What a selected role aggregates itself counts at once, so that one write is enough.
    private void Collect(string name, JsonObject aggregating, JsonArray rules, HashSet<string> seen)
    {
        seen.Add(name);
        var selectors = aggregating.Items("aggregationRule", "clusterRoleSelectors").ToList();
        foreach (var (other, role) in roles)
        {
            if (seen.Contains(other) || !selectors.Exists(s => ObjectTree.Selects(s, role.Map("metadata", "labels"))))
            {
                continue;
            }

            if (role.Map("aggregationRule") is not null)
            {
                Collect(other, role, rules, seen);
                continue;
            }

            foreach (var rule in role.Items("rules").Where(r => !rules.Any(known => JsonNode.DeepEquals(known, r))))
            {
                rules.Add(rule.DeepClone());
            }
        }
    }
}
