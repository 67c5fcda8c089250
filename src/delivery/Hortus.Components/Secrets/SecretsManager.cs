using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.Components;

/// <summary>
/// Keeps the certificates and keys of one control plane as Secrets of its namespace. Each has a logical name (label
/// <c>name</c>); the Secret's own name carries a hash of what it was made from, so that a changed request makes a new Secret
/// and the old one stays until its users have moved. Asking twice for the same gives the same Secret.
/// </summary>
public sealed class SecretsManager(IKubernetesClient client, string @namespace, string identity, TimeProvider time)
{
    /// <summary>Label with the logical name.</summary>
    public const string NameLabel = "name";

    private const string ManagedByLabel = "managed-by";
    private const string ManagedBy = "secrets-manager";
    private const string IdentityLabel = "manager-identity";

    /// <summary>Label selector for all Secrets of one manager.</summary>
    public static string SelectorOf(string identity) => $"{ManagedByLabel}={ManagedBy},{IdentityLabel}={identity}";

    /// <summary>A certificate authority; made on the first call.</summary>
    public Task<ManagedSecret> EnsureAuthorityAsync(string name, CancellationToken cancellationToken) =>
        EnsureAuthorityAsync(name, 1, cancellationToken);

    /// <summary>A certificate authority of which there are several, one after the other; made on the first call.</summary>
    /// <param name="name">Logical name of all of them.</param>
    /// <param name="generation">Which one, beginning with 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ManagedSecret> EnsureAuthorityAsync(string name, int generation, CancellationToken cancellationToken) =>
        await EnsureAsync(name, OfGeneration("authority", generation), () =>
        {
            var authority = CertificateAuthority.Create(name, CertificateAuthority.ValidityDefault, time);
            return new Dictionary<string, byte[]>
            {
                ["ca.crt"] = Encoding.UTF8.GetBytes(authority.CertificatePem),
                ["ca.key"] = Encoding.UTF8.GetBytes(authority.PrivateKeyPem),
            };
        }, cancellationToken);

    /// <summary>A certificate (<c>tls.crt</c>, <c>tls.key</c>, and the authority as <c>ca.crt</c>) of an authority made before.</summary>
    public Task<ManagedSecret> EnsureCertificateAsync(
        string name, ManagedSecret authority, CertificateSpec spec, CancellationToken cancellationToken) =>
        EnsureCertificateAsync(name, authority, spec, 1, cancellationToken);

    /// <summary>A certificate of which there are several, one after the other.</summary>
    /// <param name="name">Logical name of all of them.</param>
    /// <param name="authority">Signs it.</param>
    /// <param name="spec">What it is for.</param>
    /// <param name="generation">Which one, beginning with 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ManagedSecret> EnsureCertificateAsync(
        string name, ManagedSecret authority, CertificateSpec spec, int generation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(spec);
        var request = string.Join('\n', [
            authority.SecretName,
            spec.CommonName,
            spec.Usages.ToString(),
            .. spec.Organizations.Select(organization => "organization " + organization),
            .. spec.DnsNames.Select(host => "name " + host),
            .. spec.IPAddresses.Select(address => "address " + address),
        ]);
        return await EnsureAsync(name, OfGeneration(request, generation), () =>
        {
            var pair = CertificateAuthority.Load(authority.Text("ca.crt"), authority.Text("ca.key"), time).Issue(spec);
            return new Dictionary<string, byte[]>
            {
                ["ca.crt"] = authority.Data["ca.crt"],
                ["tls.crt"] = Encoding.UTF8.GetBytes(pair.CertificatePem),
                ["tls.key"] = Encoding.UTF8.GetBytes(pair.PrivateKeyPem),
            };
        }, cancellationToken);
    }

    /// <summary>A key pair that signs service account tokens (<c>id_rsa</c> private, <c>id_rsa.pub</c> public).</summary>
    public async Task<ManagedSecret> EnsureSigningKeyAsync(string name, CancellationToken cancellationToken) =>
        await EnsureAsync(name, "signing-key", () =>
        {
            var pair = SigningKeyPair.Create();
            return new Dictionary<string, byte[]>
            {
                ["id_rsa"] = Encoding.UTF8.GetBytes(pair.PrivateKeyPem),
                ["id_rsa.pub"] = Encoding.UTF8.GetBytes(pair.PublicKeyPem),
            };
        }, cancellationToken);

    /// <summary>Any other generated content, made once for the given request text.</summary>
    public async Task<ManagedSecret> EnsureAsync(
        string name, string request, Func<Dictionary<string, byte[]>> create, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(create);
        var key = new ObjectKey(@namespace, $"{name}-{Hash(request)}");
        if (await client.FindAsync<Secret>(key, cancellationToken) is { } found)
        {
            return new ManagedSecret(key.Name, found.Data ?? new Dictionary<string, byte[]>());
        }

        var secret = new Secret
        {
            Metadata = new ObjectMeta
            {
                Namespace = key.Namespace,
                Name = key.Name,
                Labels = new Dictionary<string, string>
                {
                    [NameLabel] = name,
                    [ManagedByLabel] = ManagedBy,
                    [IdentityLabel] = identity,
                },
            },
            Type = "Opaque",
            Immutable = true,
            Data = create(),
        };
        try
        {
            var created = await client.CreateAsync(secret, cancellationToken);
            return new ManagedSecret(key.Name, created.Data!);
        }
        catch (ApiException exists) when (exists.IsAlreadyExists)
        {
            var winner = await client.GetAsync<Secret>(key, cancellationToken);
            return new ManagedSecret(key.Name, winner.Data!);
        }
    }

    // The first one has the name that it had before there were others.
    private static string OfGeneration(string request, int generation) =>
        generation == 1 ? request : string.Create(CultureInfo.InvariantCulture, $"{request}\ngeneration {generation}");

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}

/// <summary>A Secret that the manager keeps.</summary>
/// <param name="SecretName">Name of the Secret.</param>
/// <param name="Data">Its content.</param>
public sealed record ManagedSecret(string SecretName, IReadOnlyDictionary<string, byte[]> Data)
{
    /// <summary>A value as text.</summary>
    public string Text(string key) => Encoding.UTF8.GetString(Data[key]);

    /// <summary>The name only: the data is secret.</summary>
    public override string ToString() => SecretName;
}
