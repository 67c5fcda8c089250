using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.Gardenlet;

/// <summary>Sees to it that a gardenlet gets into the garden: with the certificate that it has, or with one that it asks for. May be
/// stopped at any moment and goes on where it was.</summary>
/// <param name="secrets">Where kubeconfigs are kept.</param>
/// <param name="settings">What to ask for.</param>
/// <param name="connect">Opens a client for the garden; the caller keeps it.</param>
/// <param name="clock">Time.</param>
/// <param name="logs">Loggers.</param>
internal sealed partial class GardenBootstrap(
    KubeconfigSecrets secrets,
    GardenAccessSettings settings,
    Func<ClientConnection, IKubernetesClient> connect,
    TimeProvider clock,
    ILoggerFactory logs)
{
    /// <summary>How long it is tried before the process gives up and is started anew.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(15);

    /// <summary>Time between two tries.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ILogger log = logs.CreateLogger<GardenBootstrap>();

    /// <summary>Why the gardenlet is not in the garden; null when it is.</summary>
    public string? Fault { get; private set; } = "access to the garden is not checked yet";

    /// <summary>Returns when the gardenlet is in the garden.</summary>
    /// <exception cref="GardenAccessException">It is not, after all that time; the message is that of the last try.</exception>
    public async Task<GardenCredentials> EnsureAsync(CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + TimeMax;
        while (true)
        {
            try
            {
                var credentials = await TryAsync(cancellationToken);
                Fault = null;
                return credentials;
            }
            catch (Exception e) when (e is GardenAccessException or ApiException or HttpRequestException or IOException)
            {
                Fault = e.Message;
                LogNotIn(log, settings.SeedName, e.Message);
                await ExplainAsync(e.Message, cancellationToken);
                if (clock.GetUtcNow() >= until)
                {
                    throw new GardenAccessException($"no access to the garden after {TimeMax.TotalMinutes} min: {e.Message}", e);
                }
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private async Task<GardenCredentials> TryAsync(CancellationToken cancellationToken)
    {
        var (bootstrap, fault) = await ReadBootstrapAsync(cancellationToken);
        if (await ReadOwnAsync(bootstrap is not null, cancellationToken) is not { } credentials)
        {
            credentials = await RequestAsync(
                bootstrap ?? throw fault ?? new GardenAccessException(
                    $"neither Secret {settings.KubeconfigSecret} nor a Secret to bootstrap with" +
                    (settings.BootstrapSecret is { } key ? $" ({key})" : "") +
                    " is there: annotate the Gardenlet with gardener.cloud/operation=force-redeploy and give it a kubeconfigSecretRef"),
                cancellationToken);
            LogBootstrapped(log, settings.SeedName, settings.KubeconfigSecret);
        }

        if (bootstrap is not null)
        {
            await ForgetAsync(bootstrap, credentials, cancellationToken);
        }

        return await new GardenAuthority(secrets, connect, logs).RefreshAsync(credentials, cancellationToken);
    }

    // What is wrong with it matters only to a gardenlet that needs it.
    private async Task<(GardenCredentials?, GardenAccessException?)> ReadBootstrapAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await secrets.ReadBootstrapAsync(cancellationToken), null);
        }
        catch (GardenAccessException e)
        {
            return (null, e);
        }
    }

    private async Task<GardenCredentials?> ReadOwnAsync(bool canBootstrap, CancellationToken cancellationToken)
    {
        try
        {
            if (await secrets.ReadAsync(cancellationToken) is not { } own)
            {
                return null;
            }

            return own.Validity?.IsExpired(clock) != true
                ? own
                : throw new GardenAccessException(
                    $"Secret {settings.KubeconfigSecret}: the client certificate has expired at {own.Validity.Value.NotAfter:u}: annotate "
                    + "the Gardenlet with gardener.cloud/operation=force-redeploy and give it a kubeconfigSecretRef");
        }
        catch (GardenAccessException e) when (canBootstrap)
        {
            LogReplacing(log, e.Message);
            return null;
        }
    }

    private async Task<GardenCredentials> RequestAsync(GardenCredentials bootstrap, CancellationToken cancellationToken)
    {
        var known = bootstrap.Connection;
        var target = settings.Address is { } address ? known with { Server = new Uri(address) } : known;
        try
        {
            var pair = await new SeedCertificateRequest(connect(known), settings, clock).ObtainAsync(cancellationToken);
            var credentials = GardenCredentials.Of(target, pair);
            await secrets.StoreAsync(credentials, cancellationToken);
            return credentials;
        }
        catch (ApiException e) when (e.Code == 401)
        {
            throw new GardenAccessException(
                $"the garden at {known.Server} refused the bootstrap token of Secret {settings.BootstrapSecret}: "
                + $"401 {e.Status.Message ?? e.Reason}: "
                + "it has expired, was deleted, or belongs to another garden; the operator makes another one when the Gardenlet is "
                + "reconciled again",
                e);
        }
    }

    // The Secret goes last: it tells a gardenlet that starts again which token is still to be deleted.
    private async Task ForgetAsync(GardenCredentials bootstrap, GardenCredentials credentials, CancellationToken cancellationToken)
    {
        if (bootstrap.Connection.Token?.Split('.') is [{ Length: > 0 } id, _])
        {
            try
            {
                await connect(credentials.Connection).DeleteAsync<Secret>(
                    new ObjectKey("kube-system", GardenerNames.BootstrapTokenPrefix + id), null, cancellationToken);
            }
            catch (ApiException e) when (e.Code == 403)
            {
                // A token that somebody made by hand is not the gardenlet's to delete; it expires.
                LogTokenLeft(log, id, e.Message);
            }
        }

        await secrets.DeleteBootstrapAsync(cancellationToken);
    }

    private async Task ExplainAsync(string fault, CancellationToken cancellationToken)
    {
        try
        {
            await secrets.ExplainAsync(fault, cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            LogUnexplained(log, e.Message);
        }
    }

    [LoggerMessage(7120, LogLevel.Error, "the gardenlet of seed {Seed} has no access to the garden: {Reason}")]
    private static partial void LogNotIn(ILogger logger, string seed, string reason);

    [LoggerMessage(7121, LogLevel.Information, "seed {Seed} has got a client certificate for the garden; it is kept in Secret {Secret}")]
    private static partial void LogBootstrapped(ILogger logger, string seed, ObjectKey secret);

    [LoggerMessage(7122, LogLevel.Warning, "the kubeconfig for the garden is replaced: {Reason}")]
    private static partial void LogReplacing(ILogger logger, string reason);

    [LoggerMessage(7124, LogLevel.Information, "bootstrap token {Id} is left to expire: {Reason}")]
    private static partial void LogTokenLeft(ILogger logger, string id, string reason);

    [LoggerMessage(7123, LogLevel.Debug, "the seed does not take note of why there is no access: {Reason}")]
    private static partial void LogUnexplained(ILogger logger, string reason);
}
