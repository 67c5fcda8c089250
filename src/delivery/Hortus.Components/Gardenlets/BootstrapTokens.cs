using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Gardenlets;

/// <summary>
/// The tokens by which new gardenlets ask for their first certificate: Secrets of the garden that the API server takes as credentials
/// until they expire. One per Gardenlet or ManagedSeed, under a name that follows from the object's.
/// </summary>
/// <param name="garden">The garden.</param>
/// <param name="clock">Says what has expired.</param>
public sealed class BootstrapTokens(IKubernetesClient garden, TimeProvider clock)
{
    /// <summary>How long a new token is good for.</summary>
    public static TimeSpan Validity { get; } = TimeSpan.FromHours(24);

    private const string Namespace = "kube-system";
    private const string SecretType = "bootstrap.kubernetes.io/token";
    private const string FieldManager = "gardenlet-bootstrap";
    private const string SecretCharacters = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int SecretLength = 16;
    private const int IdLength = 6;
    private const string IdKey = "token-id";
    private const string SecretKey = "token-secret";
    private const string ExpirationKey = "expiration";

    /// <summary>Id of the token of an object.</summary>
    public static string IdOf(ObjectKey owner) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Namespace}--{owner.Name}")))[..IdLength];

    /// <summary>Where the token of an object is kept.</summary>
    public static ObjectKey KeyOf(ObjectKey owner) => new(Namespace, GardenerNames.BootstrapTokenPrefix + IdOf(owner));

    /// <summary>A token that is valid now: the one that is there, renewed when it has expired, or a new one.</summary>
    /// <param name="owner">The Gardenlet or ManagedSeed that the token is for; only its kind and name matter.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns><c>id.secret</c>; a secret.</returns>
    public async Task<string> EnsureAsync(KubernetesObject owner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(owner);
        var id = IdOf(owner.Key);
        var data = (await garden.FindAsync<Secret>(KeyOf(owner.Key), cancellationToken))?.Data;
        var secret = Text(data, SecretKey);
        var isWhole = secret.Length == SecretLength && Text(data, IdKey) == id;
        if (isWhole && ExpirationOf(data) > clock.GetUtcNow())
        {
            return $"{id}.{secret}";
        }

        secret = isWhole ? secret : RandomNumberGenerator.GetString(SecretCharacters, SecretLength);
        await garden.ApplyAsync(NewSecret(owner, id, secret), FieldManager, cancellationToken);
        return $"{id}.{secret}";
    }

    private Secret NewSecret(KubernetesObject owner, string id, string secret)
    {
        var texts = new Dictionary<string, string>
        {
            [IdKey] = id,
            [SecretKey] = secret,
            [ExpirationKey] = (clock.GetUtcNow() + Validity).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),

            // Those who approve certificate requests read from it whom the token is for.
            ["description"] = $"A bootstrap token for the Gardenlet for {owner.ApiVersion}.{owner.Kind} resource "
                + $"{owner.Metadata.Namespace}/{owner.Metadata.Name}.",
            ["usage-bootstrap-authentication"] = "true",
            ["usage-bootstrap-signing"] = "true",
        };
        var key = KeyOf(owner.Key);
        return new Secret
        {
            Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
            Type = SecretType,
            Data = texts.ToDictionary(text => text.Key, text => Encoding.UTF8.GetBytes(text.Value)),
        };
    }

    // A time that cannot be read counts as past, as it does for the API server.
    private static DateTimeOffset ExpirationOf(IReadOnlyDictionary<string, byte[]>? data) => DateTimeOffset.TryParse(
        Text(data, ExpirationKey), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? end : default;

    private static string Text(IReadOnlyDictionary<string, byte[]>? data, string key) =>
        data?.GetValueOrDefault(key) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
}
