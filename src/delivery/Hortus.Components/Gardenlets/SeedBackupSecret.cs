using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Components.Gardenlets;

/// <summary>The Secret in the garden with the credentials of a seed's backups, which a Gardenlet's configuration names.</summary>
public static class SeedBackupSecret
{
    /// <summary>Checksum of the Secret's data, see <see cref="GardenletValueOptions.BackupChecksum"/>.</summary>
    /// <param name="gardenlet">The Gardenlet, or what a ManagedSeed makes one.</param>
    /// <param name="path">Where the configuration stands, for messages.</param>
    /// <param name="garden">The garden.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null when the configuration names no Secret.</returns>
    /// <exception cref="GardenletInstallException">The Secret is missing.</exception>
    public static async Task<string?> ChecksumAsync(
        Gardenlet gardenlet, FieldPath path, IKubernetesClient garden, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gardenlet);
        ArgumentNullException.ThrowIfNull(garden);
        if (KeyOf(gardenlet) is not { } key)
        {
            return null;
        }

        var secret = await garden.FindAsync<Secret>(key, cancellationToken)
            ?? throw new GardenletInstallException(
                GardenletInstallStep.Check,
                $"{path["seedConfig"]["spec"]["backup"]["credentialsRef"]}: Secret {key} is missing in the garden: create it");
        var data = new JsonObject((secret.Data ?? new Dictionary<string, byte[]>())
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, Convert.ToBase64String(entry.Value))));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data.ToJsonString(KubernetesJson.Options))));
    }

    private static ObjectKey? KeyOf(Gardenlet gardenlet)
    {
        var reference = ChartValues.Of(gardenlet.Spec.Config).At("seedConfig", "spec", "backup", "credentialsRef");
        return reference.Text("kind") == nameof(Secret) && reference.Text("name") is { } name
            ? new ObjectKey(reference.Text("namespace"), name)
            : null;
    }
}
