using System.Security.Cryptography;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Microsoft.Extensions.Logging;

namespace Hortus.Gardenlet;

/// <summary>Keeps the authority in a gardenlet's kubeconfig that of the garden, which may have been rotated.</summary>
internal sealed partial class GardenAuthority(
    KubeconfigSecrets secrets, Func<ClientConnection, IKubernetesClient> connect, ILoggerFactory logs)
{
    private static readonly ObjectKey Published = new(GardenerNames.PublicNamespace, GardenerInfo.RootAuthorityConfigMap);

    private readonly ILogger log = logs.CreateLogger<GardenAuthority>();

    /// <summary>The credentials with the garden's authority of today; they are stored when that is another one.</summary>
    public async Task<GardenCredentials> RefreshAsync(GardenCredentials credentials, CancellationToken cancellationToken)
    {
        var map = await connect(credentials.Connection).FindAsync<ConfigMap>(Published, cancellationToken);
        if (map?.Data?.GetValueOrDefault("ca.crt") is not { Length: > 0 } published
            || credentials.Connection is not
            { CertificateAuthorityPem: { } known, InsecureSkipTlsVerify: false, ClientCertificatePem: not null }
            || !Differ(known, published))
        {
            return credentials;
        }

        var renewed = credentials.WithAuthority(published);
        try
        {
            await connect(renewed.Connection).FindAsync<ConfigMap>(Published, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            // The way to the garden may lead over a server of another authority than the API server's.
            LogKept(log, Published, e.Message);
            return credentials;
        }

        await secrets.StoreAsync(renewed, cancellationToken);
        LogRenewed(log, Published);
        return renewed;
    }

    private bool Differ(string known, string published)
    {
        try
        {
            return Pem.Bundle(known) != Pem.Bundle(published);
        }
        catch (CryptographicException e)
        {
            LogKept(log, Published, e.Message);
            return false;
        }
    }

    [LoggerMessage(7125, LogLevel.Information, "the garden's authority has changed; the new one is from ConfigMap {Key}")]
    private static partial void LogRenewed(ILogger logger, ObjectKey key);

    [LoggerMessage(7126, LogLevel.Warning, "the authority in ConfigMap {Key} of the garden is not taken over: {Reason}")]
    private static partial void LogKept(ILogger logger, ObjectKey key, string reason);
}
