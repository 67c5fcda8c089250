using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>The network policies that were made for Services, by Service.</summary>
internal sealed class PolicyStore
{
    private static readonly ResourceKind Kind = ResourceKind.Of<NetworkPolicy>();
    private readonly IKubernetesClient client;
    private readonly Lock gate = new();
    private readonly Dictionary<ObjectKey, Dictionary<ObjectKey, DynamicObject>> byService = [];

    public PolicyStore(ControllerManager manager)
    {
        client = manager.Client;
        manager.OpenCache(Kind, new DynamicCacheOptions
        {
            Scope = new CacheScope(LabelSelector: $"{NetworkingNames.ServiceName},{NetworkingNames.ServiceNamespace}"),
            Keep = SpecOnly,
            Changed = Note,
        });
    }

    /// <summary>Told of Services whose policies changed.</summary>
    public Action<ObjectKey> Changed { get; set; } = _ => { };

    /// <summary>The policies made for a Service.</summary>
    public IReadOnlyList<DynamicObject> Of(ObjectKey service)
    {
        lock (gate)
        {
            return byService.TryGetValue(service, out var policies) ? [.. policies.Values] : [];
        }
    }

    /// <summary>Whether a live policy is as it should be.</summary>
    public static bool IsEqual(DynamicObject live, NetworkPolicy wanted) =>
        Holds(live.Metadata.Labels, wanted.Metadata.Labels)
        && Holds(live.Metadata.Annotations, wanted.Metadata.Annotations)
        && JsonNode.DeepEquals(live.Json["spec"], KubernetesJson.ToNode(wanted.Spec));

    /// <summary>Creates a policy, or takes over one of that name.</summary>
    /// <param name="isOther">Whether a Service that a policy is labelled with is there and has the older claim to it.</param>
    /// <returns>The Service that the policy belongs to instead; null when it was written.</returns>
    public async Task<ObjectKey?> WriteAsync(
        NetworkPolicy wanted, Func<ObjectKey, bool> isOther, CancellationToken cancellationToken)
    {
        if (await client.FindAsync<NetworkPolicy>(wanted.Key, cancellationToken) is not { } live)
        {
            await client.CreateAsync(wanted, cancellationToken);
            return null;
        }

        if (ServiceOf(live) is { } owner && isOther(owner))
        {
            return owner;
        }

        await client.UpdateAsync(
            live with
            {
                Metadata = live.Metadata with
                {
                    Labels = Join(live.Metadata.Labels, wanted.Metadata.Labels),
                    Annotations = Join(live.Metadata.Annotations, wanted.Metadata.Annotations),
                },
                Spec = wanted.Spec,
            },
            cancellationToken);
        return null;
    }

    /// <summary>Deletes a policy that was made for a Service.</summary>
    public Task DeleteAsync(DynamicObject policy, CancellationToken cancellationToken) =>
        client.DeleteAsync<NetworkPolicy>(policy.Key, new DeleteOptions { PreconditionUid = policy.Metadata.Uid }, cancellationToken);

    private void Note(DynamicObject? old, DynamicObject? current)
    {
        var before = old is null ? null : ServiceOf(old);
        var now = current is null ? null : ServiceOf(current);
        lock (gate)
        {
            if (before is { } was && byService.TryGetValue(was, out var policies) && policies.Remove(old!.Key) && policies.Count == 0)
            {
                byService.Remove(was);
            }

            if (now is { } service)
            {
                (byService.TryGetValue(service, out var others) ? others : byService[service] = [])[current!.Key] = current;
            }
        }

        foreach (var service in new[] { before, now }.OfType<ObjectKey>().Distinct())
        {
            Changed(service);
        }
    }

    private static DynamicObject SpecOnly(DynamicObject policy) => policy with
    {
        Json = new JsonObject { ["spec"] = policy.Json["spec"]?.DeepClone() },
        Metadata = policy.Metadata with { ManagedFields = null },
    };

    private static ObjectKey? ServiceOf(KubernetesObject policy) =>
        policy.Metadata.Label(NetworkingNames.ServiceName) is { } name
        && policy.Metadata.Label(NetworkingNames.ServiceNamespace) is { } @namespace
            ? new ObjectKey(@namespace, name)
            : null;

    private static bool Holds(IReadOnlyDictionary<string, string>? have, IReadOnlyDictionary<string, string>? want) =>
        (want ?? new Dictionary<string, string>()).All(w => have?.GetValueOrDefault(w.Key) == w.Value);

    private static Dictionary<string, string> Join(
        IReadOnlyDictionary<string, string>? live, IReadOnlyDictionary<string, string>? wanted)
    {
        var all = new Dictionary<string, string>(live ?? new Dictionary<string, string>());
        foreach (var (key, value) in wanted ?? new Dictionary<string, string>())
        {
            all[key] = value;
        }

        return all;
    }
}
