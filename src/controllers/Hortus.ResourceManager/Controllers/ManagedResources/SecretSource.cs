using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>
/// The Secrets of the source cluster: their versions are watched, their content is read when it is needed. A cache of all Secrets
/// of a seed would hold everything it has twice.
/// </summary>
internal sealed class SecretSource
{
    private readonly IKubernetesClient client;
    private readonly DynamicCache versions;

    public SecretSource(ControllerManager source, string? @namespace)
    {
        client = source.Client;
        versions = source.OpenCache(ResourceKind.Of<Secret>(), new DynamicCacheOptions
        {
            Scope = new CacheScope(@namespace),
            Keep = VersionOnly,
            Changed = (old, current) => Tell(current ?? old!),
        });
    }

    /// <summary>Which ManagedResources use which Secrets.</summary>
    public ReverseIndex<ObjectKey> Users { get; } = new();

    /// <summary>Takes the keys of ManagedResources whose Secrets changed.</summary>
    public Action<ObjectKey> Enqueue { get; set; } = _ => { };

    /// <summary>The versions of the Secrets as one text, from the cache; null when one is missing.</summary>
    public string? VersionsOf(ManagedResource resource)
    {
        var found = Keys(resource).Select(versions.Find).ToArray();
        return found.Any(s => s is null) ? null : Versions(found.Select(s => s!.Metadata));
    }

    /// <summary>The versions of Secrets that were read.</summary>
    public static string Versions(IEnumerable<ObjectMeta> secrets) =>
        string.Join(",", secrets.Select(s => $"{s.Uid}@{s.ResourceVersion}"));

    /// <summary>Reads the Secrets.</summary>
    /// <returns>The Secrets, and the name of the first that is missing.</returns>
    public Task<(IReadOnlyList<Secret> Secrets, string? Missing)> ReadAsync(
        ManagedResource resource, CancellationToken cancellationToken) => ReadAsync(client, resource, cancellationToken);

    /// <inheritdoc cref="ReadAsync(ManagedResource, CancellationToken)"/>
    public static async Task<(IReadOnlyList<Secret> Secrets, string? Missing)> ReadAsync(
        IKubernetesClient client, ManagedResource resource, CancellationToken cancellationToken)
    {
        var secrets = new List<Secret>();
        foreach (var key in Keys(resource))
        {
            if (await client.FindAsync<Secret>(key, cancellationToken) is not { } secret)
            {
                return (secrets, key.ToString());
            }

            secrets.Add(secret);
        }

        return (secrets, null);
    }

    /// <summary>Names the Secrets of a ManagedResource.</summary>
    public static IEnumerable<ObjectKey> Keys(ManagedResource resource) =>
        resource.Spec.SecretRefs.Select(reference => new ObjectKey(resource.Metadata.Namespace, reference.Name ?? ""));

    private void Tell(DynamicObject secret)
    {
        foreach (var user in Users.UsersOf(secret.Key))
        {
            Enqueue(user);
        }
    }

    private static DynamicObject VersionOnly(DynamicObject secret) => new()
    {
        ApiVersion = secret.ApiVersion,
        Kind = secret.Kind,
        Metadata = new ObjectMeta
        {
            Namespace = secret.Metadata.Namespace,
            Name = secret.Metadata.Name,
            Uid = secret.Metadata.Uid,
            ResourceVersion = secret.Metadata.ResourceVersion,
        },
        Json = new JsonObject(),
    };
}
