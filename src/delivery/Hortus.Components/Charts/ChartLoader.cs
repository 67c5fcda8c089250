using System.Security.Cryptography;
using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Oci;
using Hortus.Pki;

namespace Hortus.Components.Charts;

/// <summary>Brings the chart that an API object refers to, with the Secrets that the reference names.</summary>
/// <param name="puller">Brings it from registries.</param>
/// <param name="caBundle">Certificates, PEM, that every pull trusts in addition, see <see cref="ChartTrust"/>; null for none.</param>
public sealed class ChartLoader(IArtifactPuller puller, string? caBundle)
{
    /// <summary>Key of the credentials in pull Secrets.</summary>
    public const string PullSecretKey = ".dockerconfigjson";

    /// <summary>Key of the certificates in CA Secrets.</summary>
    public const string CASecretKey = "bundle.crt";

    /// <summary>A chart that stands in the object itself.</summary>
    public static LoadedChart Load(byte[] rawChart) =>
        new($"sha256:{Convert.ToHexStringLower(SHA256.HashData(rawChart))}", rawChart, null);

    /// <summary>The complete reference: <c>ref</c>, else the repository with the digest, else with the tag.</summary>
    public static string ReferenceOf(OCIRepository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return !string.IsNullOrEmpty(repository.Ref) ? repository.Ref
            : !string.IsNullOrEmpty(repository.Digest) ? $"{repository.Repository}@{repository.Digest}"
            : $"{repository.Repository}:{repository.Tag}";
    }

    /// <summary>A chart of a registry.</summary>
    /// <param name="repository">Where it is.</param>
    /// <param name="client">The cluster with the Secrets.</param>
    /// <param name="namespace">Namespace of the Secrets.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="OciException">It cannot be had; the message says why: a Secret that is not as it must be, or what the registry
    /// said.</exception>
    public async Task<LoadedChart> LoadAsync(
        OCIRepository repository, IKubernetesClient client, string @namespace, CancellationToken cancellationToken)
    {
        var text = ReferenceOf(repository);
        if (!OciReference.TryParse(text, out var reference, out var fault))
        {
            throw new OciException(OciFailure.BadRequest, $"the chart reference \"{text}\" cannot be used: {fault}");
        }

        var pulled = await puller.PullChartAsync(
            new ChartPull
            {
                Reference = reference,
                DockerConfigJson = await CredentialsAsync(repository, client, @namespace, cancellationToken),
                CaBundle = Join(caBundle, await AuthoritiesAsync(repository, client, @namespace, cancellationToken)),
            },
            cancellationToken);
        return new LoadedChart(pulled.Digest, pulled.Archive, pulled.StaleNote);
    }

    // Not byte[]: null would become an empty memory, and empty credentials are something else than none.
    private static async Task<ReadOnlyMemory<byte>?> CredentialsAsync(
        OCIRepository repository, IKubernetesClient client, string @namespace, CancellationToken cancellationToken)
    {
        if (repository.PullSecretRef?.Name is not { Length: > 0 } name)
        {
            return null;
        }

        var key = new ObjectKey(@namespace, name);
        return await ReadAsync(client, "pull secret", key, GardenerRoles.HelmPullSecret, PullSecretKey, cancellationToken);
    }

    private static async Task<string?> AuthoritiesAsync(
        OCIRepository repository, IKubernetesClient client, string @namespace, CancellationToken cancellationToken)
    {
        if (repository.CaBundleSecretRef?.Name is not { Length: > 0 } name)
        {
            return null;
        }

        var key = new ObjectKey(@namespace, name);
        var bytes = await ReadAsync(client, "CA bundle secret", key, GardenerRoles.OciCABundle, CASecretKey, cancellationToken);
        var text = Encoding.UTF8.GetString(bytes);
        return ChartTrust.Fault(text) is { } fault
            ? throw new OciException(OciFailure.BadRequest, $"CA bundle secret {key}: {CASecretKey} {fault}")
            : text;
    }

    private static async Task<byte[]> ReadAsync(
        IKubernetesClient client, string what, ObjectKey key, string role, string dataKey, CancellationToken cancellationToken)
    {
        var secret = await client.FindAsync<Secret>(key, cancellationToken)
            ?? throw new OciException(OciFailure.BadRequest, $"{what} {key} is missing");
        if (secret.Metadata.Label(GardenerLabels.Role) != role)
        {
            throw new OciException(OciFailure.BadRequest, $"{what} {key} lacks the label {GardenerLabels.Role}={role}");
        }

        return (secret.Data ?? new Dictionary<string, byte[]>()).TryGetValue(dataKey, out var value)
            ? value.Length > 0 ? value : throw new OciException(OciFailure.BadRequest, $"{what} {key}: {dataKey} is empty")
            : throw new OciException(OciFailure.BadRequest, $"{what} {key} lacks the key {dataKey}");
    }

    private static string? Join(string? first, string? second) =>
        first is null ? second : second is null ? first : Pem.Bundle(first, second);
}
