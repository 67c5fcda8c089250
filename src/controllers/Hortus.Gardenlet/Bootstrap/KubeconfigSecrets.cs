using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>The Secrets of the seed with kubeconfigs for the garden.</summary>
internal sealed class KubeconfigSecrets(IKubernetesClient seed, GardenAccessSettings settings)
{
    /// <summary>The kubeconfig of a gardenlet's own certificate; null when it has none yet.</summary>
    /// <exception cref="GardenAccessException">The Secret holds none.</exception>
    public async Task<GardenCredentials?> ReadAsync(CancellationToken cancellationToken) =>
        await seed.FindAsync<Secret>(settings.KubeconfigSecret, cancellationToken) is { } secret ? Parse(secret) : null;

    /// <summary>The kubeconfig to bootstrap with; null when there is none (any more).</summary>
    /// <exception cref="GardenAccessException">The Secret holds none.</exception>
    public async Task<GardenCredentials?> ReadBootstrapAsync(CancellationToken cancellationToken) =>
        settings.BootstrapSecret is { } key && await seed.FindAsync<Secret>(key, cancellationToken) is { } secret ? Parse(secret) : null;

    /// <summary>The kubeconfig in a Secret.</summary>
    /// <exception cref="GardenAccessException">There is none.</exception>
    public static GardenCredentials Parse(Secret secret)
    {
        try
        {
            return secret.Data?.GetValueOrDefault(GardenletNames.KubeconfigKey) is { Length: > 0 } bytes
                ? GardenCredentials.Parse(Encoding.UTF8.GetString(bytes))
                : throw new GardenAccessException($"Secret {secret.Key} has no key {GardenletNames.KubeconfigKey}");
        }
        catch (KubeConfigException e)
        {
            throw new GardenAccessException($"Secret {secret.Key}: {e.Message}", e);
        }
    }

    /// <summary>Keeps a kubeconfig, in place of an older one, and answers what asked for it.</summary>
    public async Task StoreAsync(GardenCredentials credentials, CancellationToken cancellationToken)
    {
        var stored = await seed.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = settings.KubeconfigSecret.Namespace, Name = settings.KubeconfigSecret.Name },
                Type = "Opaque",
                Data = new Dictionary<string, byte[]> { [GardenletNames.KubeconfigKey] = Encoding.UTF8.GetBytes(credentials.Yaml) },
            },
            GardenletIdentity.FieldManager,
            cancellationToken);
        if (stored.Metadata.Annotation(GardenerAnnotations.Operation) is not null)
        {
            await AnnotateAsync(settings.KubeconfigSecret, GardenerAnnotations.Operation, null, cancellationToken);
        }
    }

    /// <summary>Deletes the Secret to bootstrap with: it has done its work.</summary>
    public Task DeleteBootstrapAsync(CancellationToken cancellationToken) => settings.BootstrapSecret is { } key
        ? seed.DeleteAsync<Secret>(key, null, cancellationToken)
        : Task.CompletedTask;

    /// <summary>Says on the Secret to bootstrap with why that does not work, for those who cannot see the gardenlet's log.</summary>
    public async Task ExplainAsync(string fault, CancellationToken cancellationToken)
    {
        if (settings.BootstrapSecret is { } key)
        {
            try
            {
                await AnnotateAsync(key, GardenletNames.BootstrapFault, fault, cancellationToken);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // There is nothing to explain it on.
            }
        }
    }

    private Task<Secret> AnnotateAsync(ObjectKey key, string name, string? value, CancellationToken cancellationToken) =>
        seed.PatchAsync<Secret>(
            key,
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } }),
            cancellationToken);
}
