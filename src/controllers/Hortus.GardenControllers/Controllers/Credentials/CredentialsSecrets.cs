using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps the Secrets with credentials that bindings of either kind name, and marks them with their provider.</summary>
public sealed class CredentialsSecrets(IControllerManager manager)
{
    /// <summary>The Secret that a binding names; null when it names something else.</summary>
    public static ObjectKey? SecretOf(CredentialsBinding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        return binding.CredentialsRef is { Kind: "Secret", Name: { } name } reference
            ? new ObjectKey(reference.Namespace ?? binding.Metadata.Namespace, name)
            : null;
    }

    /// <summary>The Secret that a binding names.</summary>
    public static ObjectKey SecretOf(SecretBinding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        return new ObjectKey(binding.SecretRef.Namespace ?? binding.Metadata.Namespace, binding.SecretRef.Name ?? "");
    }

    /// <summary>Holds the Secret and marks it; a Secret that is gone is left out.</summary>
    /// <param name="key">The Secret.</param>
    /// <param name="providers">Types of the provider, separated by commas.</param>
    /// <param name="reference">Label that tells which kind of binding names the Secret.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task HoldAsync(ObjectKey key, string providers, string reference, CancellationToken cancellationToken)
    {
        if (await manager.Client.FindAsync<Secret>(key, cancellationToken) is not { Metadata.DeletionTimestamp: null } secret)
        {
            return;
        }

        secret = await manager.Client.AddFinalizerAsync(secret, GardenerFinalizers.Gardener, cancellationToken);
        string[] labels =
        [
            .. providers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(provider => GardenerLabels.ProviderShootPrefix + provider),
            reference,
        ];
        if (labels.Any(label => secret.Metadata.Label(label) != "true"))
        {
            await LabelAsync(key, labels, "true", cancellationToken);
        }
    }

    /// <summary>Takes back what <see cref="HoldAsync"/> did, as far as no other binding needs it.</summary>
    /// <param name="key">The Secret.</param>
    /// <param name="reference">Label that tells which kind of binding named the Secret.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task ReleaseAsync(ObjectKey key, string reference, CancellationToken cancellationToken)
    {
        var credentials = manager.CacheOf<CredentialsBinding>().List().Any(b => !b.Metadata.IsDeleting() && SecretOf(b) == key);
        var secrets = manager.CacheOf<SecretBinding>().List().Any(b => !b.Metadata.IsDeleting() && SecretOf(b) == key);
        var same = reference == GardenerLabels.ReferencedByCredentialsBinding ? credentials : secrets;
        if (same || await manager.Client.FindAsync<Secret>(key, cancellationToken) is not { } secret)
        {
            return;
        }

        if (secret.Metadata.Label(reference) is not null)
        {
            await LabelAsync(key, [reference], null, cancellationToken);
        }

        if (!credentials && !secrets)
        {
            await manager.Client.RemoveFinalizerAsync(secret, GardenerFinalizers.Gardener, cancellationToken);
        }
    }

    private async Task LabelAsync(ObjectKey key, string[] names, string? value, CancellationToken cancellationToken)
    {
        var labels = new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)value)));
        await manager.Client.PatchAsync<Secret>(
            key, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }), cancellationToken);
    }
}
