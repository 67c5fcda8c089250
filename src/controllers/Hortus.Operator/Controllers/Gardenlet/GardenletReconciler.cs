using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>
/// Deploys gardenlets for the first time, and again when that is asked for. After that they keep themselves. A Gardenlet keeps the name of
/// its kubeconfig until its Seed is there: without it, the next run would take the runtime cluster for the target.
/// </summary>
internal sealed class GardenletReconciler(GardenForGardenlets garden, GardenletDeployer deployer, TimeProvider clock) : IReconciler
{
    private static readonly TimeSpan RunMax = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan RegistrationPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AgainSoon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Whether a change of a Gardenlet may be for the operator; deletions are not.</summary>
    public static bool Matters(Gardenlet? before, Gardenlet? after) =>
        after is not null && before?.Metadata.Generation != after.Metadata.Generation;

    /// <summary>The Gardenlet of a Seed.</summary>
    public static ObjectKey KeyOf(Seed seed) => new(GardenerNames.GardenNamespace, seed.Metadata.Name ?? "");

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // Caches may be behind: a decision on an old state would deploy a gardenlet twice, or to the wrong cluster.
        if (key.Name.StartsWith(GardenletNames.SelfHostedPrefix, StringComparison.Ordinal)
            || await garden.Client.FindAsync<Gardenlet>(key, cancellationToken) is not { } gardenlet || gardenlet.Metadata.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var seed = await garden.Client.FindAsync<Seed>(ObjectKey.Cluster(key.Name), cancellationToken);
        return seed is not null && !GardenletOperation.IsForceRedeploy(gardenlet)
            ? await SettleAsync(gardenlet, cancellationToken)
            : await DeployAsync(gardenlet, seed, cancellationToken);
    }

    private async Task<ReconcileResult> DeployAsync(Gardenlet gardenlet, Seed? seed, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(RunMax, clock);
        using var run = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        string? said;
        try
        {
            said = await deployer.DeployAsync(gardenlet, seed, run.Token);
        }
        catch (Exception e) when (IsFailure(e, cancellationToken))
        {
            var text = e is OperationCanceledException
                ? $"the target cluster has not taken the gardenlet within {RunMax.TotalMinutes:0} minutes"
                : e.Message;
            garden.Events.Warning(gardenlet, GardenletReasons.ReconcileError, text);
            await SayAsync(gardenlet, ConditionStatus.False, GardenletReasons.ReconcileError, text, cancellationToken);
            return ReconcileResult.After(RetryPeriod);
        }

        var waiting = "Waiting for seed registration" + (said is null ? "" : $"; {said}");
        await SayAsync(gardenlet, ConditionStatus.Progressing, GardenletReasons.ReconcileError, waiting, cancellationToken);
        await ConsumeOperationAsync(gardenlet, cancellationToken);

        // A new Seed starts a run of its own; the run after a period is for what went by unseen.
        return ReconcileResult.After(seed is null ? RegistrationPeriod : AgainSoon);
    }

    private static bool IsFailure(Exception e, CancellationToken cancellationToken) =>
        e is GardenletDeployException or GardenletInstallException or ApiException or HttpRequestException or IOException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private async Task<ReconcileResult> SettleAsync(Gardenlet gardenlet, CancellationToken cancellationToken)
    {
        var found = Conditions.Find(gardenlet.Status?.Conditions, GardenerConditions.SeedRegistered);
        var isOwn = found is not null || gardenlet.Metadata.Annotation(GardenletNames.TargetCluster) is not null;
        if (gardenlet.Spec.KubeconfigSecretRef is null && (!isOwn || found?.Status == ConditionStatus.True))
        {
            // Either somebody else deployed it, or all is done.
            return ReconcileResult.Done;
        }

        try
        {
            await ForgetKubeconfigAsync(gardenlet, cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // It changed, and what changed may be what to do.
            return ReconcileResult.After(AgainSoon);
        }
        catch (ApiException e)
        {
            await SayAsync(
                gardenlet, ConditionStatus.False, GardenletReasons.ReconcileError,
                $"the kubeconfig of the target cluster cannot be deleted: {e.Message}", cancellationToken);
            return ReconcileResult.After(RetryPeriod);
        }

        var text = $"Gardenlet deployed and Seed \"{gardenlet.Metadata.Name}\" registered";
        await SayAsync(gardenlet, ConditionStatus.True, GardenletReasons.Reconciled, text, cancellationToken);
        garden.Events.Normal(gardenlet, GardenletReasons.Reconciled, text);
        return ReconcileResult.Done;
    }

    private async Task ForgetKubeconfigAsync(Gardenlet gardenlet, CancellationToken cancellationToken)
    {
        if (gardenlet.Spec.KubeconfigSecretRef is not { } reference)
        {
            return;
        }

        var key = new ObjectKey(gardenlet.Metadata.Namespace, reference.Name ?? "");
        if (await garden.Client.FindAsync<Secret>(key, cancellationToken) is { } secret)
        {
            var exactly = new DeleteOptions
            {
                PreconditionUid = secret.Metadata.Uid,
                PreconditionResourceVersion = secret.Metadata.ResourceVersion,
            };
            await garden.Client.DeleteAsync<Secret>(key, exactly, cancellationToken);
        }

        await garden.Client.PatchAsync<Gardenlet>(
            gardenlet.Key,
            Patch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = gardenlet.Metadata.ResourceVersion },
                ["spec"] = new JsonObject { ["kubeconfigSecretRef"] = null },
            }),
            cancellationToken);
    }

    private async Task ConsumeOperationAsync(Gardenlet gardenlet, CancellationToken cancellationToken)
    {
        if (GardenletOperation.IsForceRedeploy(gardenlet) || GardenletOperation.IsRenewKubeconfig(gardenlet))
        {
            await garden.Client.PatchAsync<Gardenlet>(
                gardenlet.Key, Annotations.Set(GardenerAnnotations.Operation, null), cancellationToken);
        }
    }

    private async Task SayAsync(
        Gardenlet gardenlet, string status, string reason, string message, CancellationToken cancellationToken)
    {
        var condition = new GardenerCondition
        {
            Type = GardenerConditions.SeedRegistered,
            Status = status,
            Reason = reason,
            Message = message,
        };
        await garden.Client.WriteConditionsAsync(
            gardenlet, found => found.Status?.Conditions, [condition], clock.GetUtcNow(), cancellationToken);
        if (gardenlet.Status?.ObservedGeneration != gardenlet.Metadata.Generation)
        {
            var patch = Patch.Merge(new JsonObject
            {
                ["status"] = new JsonObject { ["observedGeneration"] = gardenlet.Metadata.Generation },
            });
            await garden.Client.PatchAsync<Gardenlet>(gardenlet.Key, patch with { Subresource = "status" }, cancellationToken);
        }
    }
}
