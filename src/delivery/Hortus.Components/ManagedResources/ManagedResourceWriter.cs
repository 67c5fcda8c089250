using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>
/// Hands objects to a resource manager: in an immutable Secret named after its content, and a ManagedResource that refers to it.
/// Every producer of manifests uses this one. Writing what is there already costs two reads.
/// </summary>
public sealed class ManagedResourceWriter(IKubernetesClient client, string fieldManager)
{
    /// <summary>The one key of Secrets with objects that come from no chart.</summary>
    public const string DataKey = "data.yaml.br";

    /// <summary>Most bytes that an API server takes as the data of a Secret.</summary>
    public const int SecretSizeMax = 1024 * 1024;

    /// <summary>The Secret for a bundle.</summary>
    /// <exception cref="ArgumentException">The objects do not fit into a Secret even compressed; the message has the largest.</exception>
    public static Secret SecretOf(ManagedResourceSettings settings, ManifestBundle bundle)
    {
        var data = bundle.Data();
        var size = data.Values.Sum(value => (long)value.Length);
        return size <= SecretSizeMax
            ? new Secret
            {
                Metadata = new ObjectMeta
                {
                    Namespace = settings.Key.Namespace,
                    Name = SecretNameOf(settings, bundle),
                    Labels = new Dictionary<string, string> { [ResourceNames.GarbageCollectable] = "true" },
                    Annotations = new Dictionary<string, string> { [ResourceNames.ContentDigest] = bundle.Digest },
                },
                Type = "Opaque",
                Immutable = true,
                Data = data,
            }
            : throw new ArgumentException(
                $"ManagedResource {settings.Key}: the objects take {size} bytes compressed, a Secret holds at most "
                + $"{SecretSizeMax}; the largest are {bundle.Largest}",
                nameof(bundle));
    }

    /// <summary>The ManagedResource that refers to Secrets.</summary>
    public static ManagedResource ResourceOf(ManagedResourceSettings settings, params IReadOnlyList<string> secretNames) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = settings.Key.Namespace,
            Name = settings.Key.Name,
            Labels = settings.Labels,
            Annotations = (settings.Annotations ?? new Dictionary<string, string>())
                .Concat(secretNames.Select(name => KeyValuePair.Create(ResourceNames.SecretReference(name), name)))
                .ToDictionary(),
        },
        Spec = settings.Spec with { SecretRefs = [.. secretNames.Select(name => new LocalObjectReference { Name = name })] },
    };

    /// <summary>Writes the objects, first the Secret, then the ManagedResource.</summary>
    /// <returns>The ManagedResource as it is now.</returns>
    /// <exception cref="ArgumentException">An object is incomplete or there twice, or they do not fit into a Secret.</exception>
    public async Task<ManagedResource> WriteAsync(
        ManagedResourceSettings settings, ManifestBundle bundle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(bundle);
        await EnsureSecretAsync(settings, bundle, cancellationToken);
        var wanted = ResourceOf(settings, SecretNameOf(settings, bundle));
        var current = await client.FindAsync<ManagedResource>(settings.Key, cancellationToken);
        if (current is not null && IsAsWanted(current, wanted))
        {
            return current;
        }

        await MakeCollectableAsync(current, wanted, cancellationToken);
        return await client.ApplyAsync(wanted, fieldManager, cancellationToken);
    }

    /// <summary>Deletes the Secrets that were written here, also those of former contents, and the ManagedResource; its objects
    /// follow, by what its status says of them.</summary>
    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        DeleteAsync(new ManagedResourceSettings { Key = key }, cancellationToken);

    /// <summary>As <see cref="DeleteAsync(ObjectKey, CancellationToken)"/>, for Secrets with another name than the default.</summary>
    public async Task DeleteAsync(ManagedResourceSettings settings, CancellationToken cancellationToken)
    {
        // The ManagedResource last: an attempt that was cut off finds the rest through it.
        ArgumentNullException.ThrowIfNull(settings);
        var key = settings.Key;
        var current = await client.FindAsync<ManagedResource>(key, cancellationToken);
        var named = (current?.Spec.SecretRefs ?? []).Select(reference => reference.Name).ToHashSet();
        var former = settings.SecretName.TrimEnd('-') + "-";
        var written = await client.ListAsync<Secret>(
            new ListOptions { Namespace = key.Namespace, LabelSelector = $"{ResourceNames.GarbageCollectable}=true" },
            cancellationToken);
        foreach (var secret in written.Items.Where(s => s.Metadata.Annotation(ResourceNames.ContentDigest) is not null
            && (named.Contains(s.Metadata.Name!) || IsNamed(s.Metadata.Name!, former))))
        {
            await client.DeleteAsync<Secret>(secret.Key, null, cancellationToken);
        }

        if (current is not null)
        {
            await client.DeleteAsync<ManagedResource>(key, null, cancellationToken);
        }
    }

    private static bool IsNamed(string name, string prefix) =>
        name.Length == prefix.Length + ManifestBundle.SuffixLength && name.StartsWith(prefix, StringComparison.Ordinal)
        && name[prefix.Length..].All(char.IsAsciiHexDigitLower);

    private static string SecretNameOf(ManagedResourceSettings settings, ManifestBundle bundle) =>
        settings.SecretName.TrimEnd('-') + "-" + bundle.NameSuffix;

    private async Task EnsureSecretAsync(
        ManagedResourceSettings settings, ManifestBundle bundle, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(settings.Key.Namespace, SecretNameOf(settings, bundle));
        var current = await client.FindAsync<Secret>(key, cancellationToken);
        if (current is not null && HoldsBundle(current, bundle))
        {
            return;
        }

        var secret = SecretOf(settings, bundle);
        if (current is not null)
        {
            // An immutable Secret with other content under this name: it cannot be corrected.
            await client.DeleteAsync<Secret>(key, new DeleteOptions { PreconditionUid = current.Metadata.Uid }, cancellationToken);
        }

        try
        {
            await client.CreateAsync(secret, cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Another writer had the same content; with another one the next attempt finds out.
            var other = await client.GetAsync<Secret>(key, cancellationToken);
            if (!HoldsBundle(other, bundle))
            {
                throw;
            }
        }
    }

    private static bool HoldsBundle(Secret secret, ManifestBundle bundle) =>
        secret.Metadata.Annotation(ResourceNames.ContentDigest) == bundle.Digest && !secret.Metadata.IsDeleting()
        && secret.Immutable == true && (secret.Data ?? new Dictionary<string, byte[]>()).Keys.ToHashSet().SetEquals(bundle.Keys);

    private static bool IsAsWanted(ManagedResource current, ManagedResource wanted) =>
        JsonNode.DeepEquals(KubernetesJson.ToNode(current.Spec), KubernetesJson.ToNode(wanted.Spec))
        && (wanted.Metadata.Labels ?? new Dictionary<string, string>()).All(l => current.Metadata.Label(l.Key) == l.Value)
        && (wanted.Metadata.Annotations ?? new Dictionary<string, string>()).All(a => current.Metadata.Annotation(a.Key) == a.Value)
        && References(current).SetEquals(References(wanted));

    private static HashSet<KeyValuePair<string, string>> References(ManagedResource resource) =>
        [.. (resource.Metadata.Annotations ?? new Dictionary<string, string>())
            .Where(a => a.Key.StartsWith(ResourceNames.ReferencePrefix, StringComparison.Ordinal))];

    // Secrets of former times were changed in place and are nobody's once they are replaced.
    private async Task MakeCollectableAsync(ManagedResource? current, ManagedResource wanted, CancellationToken cancellationToken)
    {
        var replaced = (current?.Spec.SecretRefs ?? []).Select(r => r.Name).Except(wanted.Spec.SecretRefs.Select(r => r.Name));
        foreach (var name in replaced)
        {
            var key = new ObjectKey(wanted.Metadata.Namespace, name ?? "");
            var secret = await client.FindAsync<Secret>(key, cancellationToken);
            if (secret is not null && secret.Metadata.Label(ResourceNames.GarbageCollectable) is null)
            {
                var label = new JsonObject { [ResourceNames.GarbageCollectable] = "true" };
                var body = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = label } };
                await client.PatchAsync<Secret>(key, Patch.Merge(body), cancellationToken);
            }
        }
    }
}
