using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;
using MachineObject = Hortus.Objects.Gardener.Machine.Machine;

namespace Hortus.Gardenlet;

/// <summary>Keeps the conditions of a shoot true: looks every minute, and at once when something it depends on changes.</summary>
internal sealed class ShootCareReconciler(GardenletSurroundings surroundings) : IReconciler
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Registers the controller with what it watches in garden and seed.</summary>
    public static void AddTo(GardenletSurroundings surroundings)
    {
        var reconciler = new ShootCareReconciler(surroundings);
        var shoots = surroundings.Garden.CacheOf<Shoot>(surroundings.Scopes.Shoots);
        surroundings.Garden.AddController("shoot-care", reconciler, controller => controller
            .For<Shoot>((old, shoot) => shoot is not null
                && ShootReconciler.IsOurs(shoot, surroundings.SeedName)
                && (old is null || State(old) != State(shoot)), surroundings.Scopes.Shoots)
            .WithConcurrency(surroundings.Settings.ConcurrentShoots)
            .WithResync(surroundings.Settings.ShootCarePeriod));

        // The keys of both are those of Shoots in the garden; only the place of the watch differs.
        surroundings.Seed.AddController("shoot-care-seed", reconciler, controller => controller
            .Watches<ManagedResource>(r => ShootsIn(shoots, r.Metadata.Namespace), (old, r) => Fault(old) != Fault(r))
            .Watches<MachineObject>(m => ShootsIn(shoots, m.Metadata.Namespace), (old, m) => Phase(old) != Phase(m))
            .WithConcurrency(surroundings.Settings.ConcurrentShoots));
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var shoot = await surroundings.GardenClient.FindAsync<Shoot>(key, cancellationToken);
        if (shoot?.Status is not { TechnicalID.Length: > 0 } status || shoot.Metadata.IsDeleting()
            || !ShootReconciler.IsOurs(shoot, surroundings.SeedName)
            || status.LastOperation is { Type: LastOperationType.Create, State: not LastOperationState.Succeeded, Progress: < 100 })
        {
            // While a shoot is being made, what is missing is no illness.
            return ReconcileResult.Done;
        }

        var results = await CheckAsync(shoot, cancellationToken);
        var before = status.Conditions ?? [];
        var (patience, now) = (surroundings.Settings.ShootGraceTimes, surroundings.Clock.GetUtcNow());
        var after = ConditionThresholds.Apply(before, results, patience, now);
        if (!ReferenceEquals(before, after))
        {
            // The list is replaced as a whole and has several writers, so the version guards it.
            var body = StatusPatches.Of("conditions", StatusPatches.List(after));
            body["metadata"] = new JsonObject { ["resourceVersion"] = shoot.Metadata.ResourceVersion };
            await surroundings.GardenClient.PatchAsync<Shoot>(
                key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
        }

        return new ReconcileResult(ConditionThresholds.UntilNextLook(after, [.. results.Select(result => result.Type)], patience, now));
    }

    private async Task<IReadOnlyList<HealthCheckResult>> CheckAsync(Shoot shoot, CancellationToken cancellationToken)
    {
        var space = ListOptions.In(shoot.Status!.TechnicalID);
        var now = surroundings.Clock.GetUtcNow();
        var resources = await surroundings.SeedClient.ListAsync<ManagedResource>(space, cancellationToken);
        var inside = await ReadInsideAsync(shoot.Status.TechnicalID, cancellationToken);
        var results = new List<HealthCheckResult>
        {
            ShootHealth.ApiServer(inside.Fault),
            ShootHealth.ControlPlane(resources.Items, await ReadExtensionsAsync(space, cancellationToken), now),
        };
        if (shoot.Spec.Provider.Workers is { Count: > 0 } workers)
        {
            results.Add(ShootHealth.Nodes(workers, inside.Nodes));
        }

        results.Add(ShootHealth.SystemComponents(resources.Items, inside.Pods, now));
        return results;
    }

    private async Task<IReadOnlyList<Ext.ExtensionObject>> ReadExtensionsAsync(ListOptions space, CancellationToken cancellationToken) =>
    [
        .. (await surroundings.SeedClient.ListAsync<Ext.Infrastructure>(space, cancellationToken)).Items,
        .. (await surroundings.SeedClient.ListAsync<Ext.ControlPlane>(space, cancellationToken)).Items,
        .. (await surroundings.SeedClient.ListAsync<Ext.Network>(space, cancellationToken)).Items,
        .. (await surroundings.SeedClient.ListAsync<Ext.Worker>(space, cancellationToken)).Items,
    ];

    private async Task<(string? Fault, IReadOnlyList<Node>? Nodes, IReadOnlyList<Pod>? Pods)> ReadInsideAsync(
        string technicalID, CancellationToken cancellationToken)
    {
        if (await ShootConnector.FindAsync(surroundings, technicalID, cancellationToken) is not { } client)
        {
            return (ShootConnector.NoCredentials, null, null);
        }

        using var timeout = new CancellationTokenSource(CheckTimeout, surroundings.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var nodes = await client.ListAsync<Node>(ListOptions.All, both.Token);
            var pods = await client.ListAsync<Pod>(ListOptions.In("kube-system"), both.Token);
            return (null, nodes.Items, pods.Items);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && e is ApiException or HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return (e is OperationCanceledException ? $"no answer within {CheckTimeout.TotalSeconds} s" : e.Message, null, null);
        }
    }

    private static IEnumerable<ObjectKey> ShootsIn(IObjectCache<Shoot> shoots, string? technicalID) =>
        shoots.List().Where(shoot => shoot.Status?.TechnicalID == technicalID).Select(shoot => shoot.Key);

    private static string State(Shoot shoot) => $"{shoot.Status?.LastOperation?.Type} {shoot.Status?.LastOperation?.State}";

    private static string? Fault(ManagedResource? resource) => ManagedResourceHealth.WaitsFor(resource);

    private static string? Phase(MachineObject? machine) => machine?.Status?.CurrentStatus?.Phase;
}
