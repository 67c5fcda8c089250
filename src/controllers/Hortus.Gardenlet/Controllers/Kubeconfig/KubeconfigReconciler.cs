using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Gardenlet;

/// <summary>Renews the gardenlet's certificate for the garden before it expires and when somebody asks for it, and goes on with
/// whatever kubeconfig the Secret holds, without an interruption of what is under way.</summary>
internal sealed partial class KubeconfigReconciler(
    GardenletSurroundings surroundings, GardenAccessSettings settings, GardenPass pass, SeedStatusWriter status) : IReconciler
{
    /// <summary>Event of a Seed whose gardenlet does not get another certificate.</summary>
    public const string FailedReason = "GardenletCertificateRotationFailed";

    // Timers do not run for months, and a clock may be set.
    private static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    private readonly KubeconfigSecrets secrets = new(surroundings.SeedClient, settings);
    private readonly ILogger log = surroundings.Logs.CreateLogger<KubeconfigReconciler>();
    private readonly ObjectKey seedKey = ObjectKey.Cluster(surroundings.SeedName);

    /// <summary>The one Secret that is watched.</summary>
    private CacheScope Scope => new(settings.KubeconfigSecret.Namespace, FieldSelector: $"metadata.name={settings.KubeconfigSecret.Name}");

    /// <summary>Registers the controller.</summary>
    public void AddTo(IControllerManager seed) => seed.AddController("gardenlet-kubeconfig", this, controller => controller
        .For<Secret>((_, secret) => secret is not null, Scope)
        .WatchesOn<Seed>(
            surroundings.Garden,
            _ => [settings.KubeconfigSecret],
            (_, found) => found?.Metadata.Name == surroundings.SeedName && IsAsked(found, GardenerOperations.RenewKubeconfig))
        .WithConcurrency(1));

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await surroundings.SeedClient.FindAsync<Secret>(settings.KubeconfigSecret, cancellationToken) is not { } secret)
        {
            return ReconcileResult.Done;
        }

        TakeOver(KubeconfigSecrets.Parse(secret));
        var seed = await surroundings.GardenClient.FindAsync<Seed>(seedKey, cancellationToken);
        var asked = IsAsked(secret, GardenerOperations.Renew) || IsAsked(seed, GardenerOperations.RenewKubeconfig);
        if (asked || pass.RenewAt <= surroundings.Clock.GetUtcNow())
        {
            await RenewAsync(seed, cancellationToken);
        }

        await ReportAsync(seed, cancellationToken);
        return pass.RenewAt is { } at ? ReconcileResult.After(Wait(at)) : ReconcileResult.Done;
    }

    private async Task RenewAsync(Seed? seed, CancellationToken cancellationToken)
    {
        try
        {
            var request = new SeedCertificateRequest(surroundings.GardenClient, settings, surroundings.Clock);
            var pair = await request.ObtainAsync(cancellationToken);
            var renewed = GardenCredentials.Of(pass.Credentials.Connection, pair);
            await secrets.StoreAsync(renewed, cancellationToken);
            TakeOver(renewed);
            LogRenewed(log, settings.SeedName, renewed.Validity!.Value.NotAfter);
        }
        catch (Exception e) when (e is GardenAccessException or ApiException or HttpRequestException or IOException)
        {
            if (seed is not null)
            {
                surroundings.Garden.Events.Warning(
                    seed,
                    FailedReason,
                    $"the client certificate, valid until {pass.Credentials.Validity?.NotAfter:u}, is not renewed: {e.Message}");
            }

            throw;
        }

        if (IsAsked(seed, GardenerOperations.RenewKubeconfig))
        {
            await surroundings.GardenClient.PatchAsync<Seed>(
                seedKey,
                Patch.Merge(new JsonObject
                {
                    ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [GardenerAnnotations.Operation] = null } },
                }),
                cancellationToken);
        }
    }

    private void TakeOver(GardenCredentials credentials)
    {
        if (pass.Take(credentials))
        {
            LogTaken(log, settings.KubeconfigSecret);
        }
    }

    // The seed's own controller writes the field too, but only when the Seed changes.
    private async Task ReportAsync(Seed? seed, CancellationToken cancellationToken)
    {
        if (seed is not null && pass.Credentials.Validity is { } validity
            && seed.Status?.ClientCertificateExpirationTimestamp != validity.NotAfter)
        {
            await status.PatchAsync(
                seed, new SeedStatus { ClientCertificateExpirationTimestamp = validity.NotAfter }, cancellationToken);
        }
    }

    private TimeSpan Wait(DateTimeOffset at)
    {
        var left = at - surroundings.Clock.GetUtcNow();
        return left > LookAgain ? LookAgain : left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static bool IsAsked(KubernetesObject? value, string operation) =>
        value?.Metadata.Annotation(GardenerAnnotations.Operation) == operation;

    [LoggerMessage(7130, LogLevel.Information, "seed {Seed} has another client certificate for the garden, valid until {Until}")]
    private static partial void LogRenewed(ILogger logger, string seed, DateTimeOffset until);

    [LoggerMessage(7131, LogLevel.Information, "going on with the kubeconfig for the garden that Secret {Secret} holds now")]
    private static partial void LogTaken(ILogger logger, ObjectKey secret);
}
