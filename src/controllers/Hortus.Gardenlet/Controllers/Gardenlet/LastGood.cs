using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>What is known of rollouts before the present one.</summary>
internal sealed record LastGood
{
    /// <summary>The last release that rolled out; null for none.</summary>
    public GardenletRelease? Release { get; init; }

    /// <summary>The generation of a Gardenlet whose release did not roll out, see <see cref="LastGoodStore.MarkOf"/>; null for
    /// none.</summary>
    public string? Failed { get; init; }

    /// <summary>Why it did not.</summary>
    public string? Failure { get; init; }
}

/// <summary>
/// Keeps the last release that rolled out in the Secret <see cref="GardenletNames.LastGoodSecret"/>: as rendered, because the way back
/// must need neither a registry nor helm. Whichever replica leads goes on from there.
/// </summary>
internal sealed class LastGoodStore(IKubernetesClient seed)
{
    private const string ReleaseKey = "release.json.br";
    private const string FailedKey = "failed";
    private const string FailureKey = "failure";

    private static readonly ObjectKey Key = new(GardenerNames.GardenNamespace, GardenletNames.LastGoodSecret);

    /// <summary>Stands for what a Gardenlet asks for at one time.</summary>
    public static string MarkOf(KubernetesObject gardenlet) => $"{gardenlet.Metadata.Uid}/{gardenlet.Metadata.Generation}";

    /// <summary>Reads what is kept. A release that cannot be read is none: the next good one replaces it.</summary>
    public async Task<LastGood> ReadAsync(CancellationToken cancellationToken)
    {
        var data = (await seed.FindAsync<Secret>(Key, cancellationToken))?.Data ?? new Dictionary<string, byte[]>();
        return new LastGood
        {
            Release = data.TryGetValue(ReleaseKey, out var bytes) ? Unpack(bytes) : null,
            Failed = Text(data, FailedKey),
            Failure = Text(data, FailureKey),
        };
    }

    /// <summary>Keeps all of it.</summary>
    /// <returns>False when the release does not fit into a Secret; then none is kept.</returns>
    public async Task<bool> WriteAsync(LastGood value, CancellationToken cancellationToken)
    {
        var data = new Dictionary<string, byte[]>();
        var packed = value.Release is { } release ? Pack(release) : null;
        var fits = packed is null || packed.Length < ManagedResourceWriter.SecretSizeMax;
        if (packed is not null && fits)
        {
            data[ReleaseKey] = packed;
        }

        if (value.Failed is { } failed)
        {
            data[FailedKey] = Encoding.UTF8.GetBytes(failed);
            data[FailureKey] = Encoding.UTF8.GetBytes(value.Failure ?? "");
        }

        await seed.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = Key.Namespace, Name = Key.Name },
                Type = "Opaque",
                Data = data,
            },
            GardenletIdentity.FieldManager,
            cancellationToken);
        return fits;
    }

    private static string? Text(IReadOnlyDictionary<string, byte[]> data, string key) =>
        data.TryGetValue(key, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static byte[] Pack(GardenletRelease release)
    {
        var tree = new JsonObject
        {
            ["chart"] = release.Reference,
            ["digest"] = release.Digest,
            ["version"] = release.Version,
            ["objects"] = new JsonArray([.. release.Objects.Select(value => value.DeepClone())]),
        };
        return ManifestCompression.Compress(Encoding.UTF8.GetBytes(tree.ToJsonString(KubernetesJson.Options)));
    }

    private static GardenletRelease? Unpack(byte[] bytes)
    {
        try
        {
            var tree = JsonNode.Parse(ManifestCompression.Decompress(bytes));
            return new GardenletRelease
            {
                Reference = tree.Text("chart") ?? "",
                Digest = tree.Text("digest") ?? "",
                Version = tree.Text("version") ?? "",
                Objects = [.. tree.Items("objects")],
            };
        }
        catch (Exception e) when (e is JsonException or ManifestFormatException)
        {
            return null;
        }
    }
}
