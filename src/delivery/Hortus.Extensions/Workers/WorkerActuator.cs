using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Machines = Hortus.Objects.Gardener.Machine;

namespace Hortus.Extensions;

/// <summary>
/// Turns the pools of a Worker into machine classes and machine deployments and waits until the machines are available.
/// What providers differ in comes from an <see cref="IWorkerProvider"/>.
/// </summary>
public sealed class WorkerActuator(IControllerManager manager, IWorkerProvider provider, string fieldManager, TimeProvider clock)
    : IActuator<Worker>
{
    /// <summary>How long machines may take to become available before the operation fails (and is tried again).</summary>
    public static TimeSpan AvailableTimeout { get; } = TimeSpan.FromMinutes(20);

    private readonly IKubernetesClient client = manager.Client;
    private readonly IObjectCache<Machines.MachineDeployment> deployments = manager.CacheOf<Machines.MachineDeployment>();
    private readonly IObjectCache<MachineSet> sets = manager.CacheOf<MachineSet>();
    private readonly IObjectCache<Machines.Machine> machines = manager.CacheOf<Machines.Machine>();

    /// <inheritdoc/>
    public async Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<Worker> request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var worker = request.Object;
        var plan = WorkerPlan.Of(worker, provider);
        var objects = new MachineObjects(request, provider);
        await Task.WhenAll(plan.Select(planned => DeployClassAsync(worker, planned, objects, cancellationToken)));
        await WriteListAsync(worker, plan, cancellationToken);
        var hibernated = request.Cluster?.IsHibernated == true;
        var written = await Task.WhenAll(plan.Select(planned => DeployAsync(planned, objects, hibernated, cancellationToken)));
        await Task.WhenAll(written.Select(deployment => WaitAsync(deployment, cancellationToken)));
        await RemoveUnwantedAsync(worker.Metadata.Namespace!, plan, cancellationToken);
        return null;
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(ActuatorRequest<Worker> request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var @namespace = request.Object.Metadata.Namespace!;
        await ForceAsync(@namespace, cancellationToken);
        await RemoveUnwantedAsync(@namespace, [], cancellationToken);
    }

    // The whole cluster goes: pods have nowhere to move, and its API server may be gone already.
    private async Task ForceAsync(string @namespace, CancellationToken cancellationToken)
    {
        var label = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [MachineObjects.ForceDeletionLabel] = "True" } },
        };
        var all = await client.ListAsync<Machines.Machine>(ListOptions.In(@namespace), cancellationToken);
        foreach (var machine in all.Items.Where(m => m.Metadata.Label(MachineObjects.ForceDeletionLabel) != "True"))
        {
            try
            {
                await client.PatchAsync<Machines.Machine>(machine.Key, Patch.Merge(label.DeepClone().AsObject()), cancellationToken);
            }
            catch (ApiException gone) when (gone.IsNotFound)
            {
                // Faster than the label.
            }
        }
    }

    private async Task DeployClassAsync(
        Worker worker, PlannedMachines planned, MachineObjects objects, CancellationToken cancellationToken)
    {
        var reference = planned.Pool.UserDataSecretRef;
        var key = new ObjectKey(worker.Metadata.Namespace, reference.Name);
        var source = await client.FindAsync<Secret>(key, cancellationToken)
            ?? throw new ExtensionException($"pool {planned.Pool.Name}: there is no Secret {key} with user data", []);
        var userData = source.Data?.GetValueOrDefault(reference.Key)
            ?? throw new ExtensionException($"pool {planned.Pool.Name}: Secret {key} has no key {reference.Key}", []);
        await client.ApplyAsync(objects.Secret(planned, userData), fieldManager, cancellationToken);
        await client.ApplyAsync(objects.Class(planned), fieldManager, cancellationToken);
    }

    // Written before the machines exist: the autoscaler's configuration is made from it.
    private Task WriteListAsync(Worker worker, IReadOnlyList<PlannedMachines> plan, CancellationToken cancellationToken)
    {
        var list = plan.Select(planned => (JsonNode)KubernetesJson.ToNode(new Hortus.Objects.Gardener.Extensions.MachineDeployment
        {
            Name = planned.Name,
            Minimum = planned.Minimum,
            Maximum = planned.Maximum,
            Priority = planned.Pool.Priority,
        }));
        var status = new JsonObject
        {
            ["machineDeployments"] = new JsonArray([.. list]),
            ["machineDeploymentsLastUpdateTime"] = JsonSerializer.SerializeToNode(clock.GetUtcNow(), KubernetesJson.Options),
        };
        return client.PatchAsync<Worker>(
            worker.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
    }

    private async Task<Machines.MachineDeployment> DeployAsync(
        PlannedMachines planned, MachineObjects objects, bool hibernated, CancellationToken cancellationToken)
    {
        var wanted = objects.Deployment(planned, 0);
        var current = await client.FindAsync<Machines.MachineDeployment>(wanted.Key, cancellationToken);
        var replicas = planned.Replicas(current?.Spec.Replicas, hibernated);
        return await client.ApplyAsync(objects.Deployment(planned, replicas), fieldManager, cancellationToken);
    }

    private async Task WaitAsync(Machines.MachineDeployment written, CancellationToken cancellationToken)
    {
        ExtensionException? failure = null;
        string? Look(Machines.MachineDeployment? seen)
        {
            try
            {
                MachineAvailability.ThrowIfFailed(seen, written.Metadata.Generation);
                return MachineAvailability.WhyNot(seen, written.Metadata.Generation);
            }
            catch (ExtensionException e)
            {
                failure = e;
                return null;
            }
        }

        try
        {
            await deployments.WaitUntilAsync(written.Key, Look, AvailableTimeout, clock, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new ExtensionException(e.Message, [], e);
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private async Task RemoveUnwantedAsync(
        string @namespace, IReadOnlyList<PlannedMachines> plan, CancellationToken cancellationToken)
    {
        var names = plan.Select(planned => planned.Name).ToHashSet();
        var classes = plan.Select(planned => planned.ClassName).ToHashSet();
        var present = await client.ListAsync<Machines.MachineDeployment>(ListOptions.In(@namespace), cancellationToken);
        var unwanted = present.Items.Select(item => item.Key).Where(key => !names.Contains(key.Name)).ToArray();
        foreach (var key in unwanted)
        {
            await client.DeleteAsync<Machines.MachineDeployment>(key, null, cancellationToken);
        }

        foreach (var key in unwanted)
        {
            await deployments.WaitAsync(key, seen => seen is null, cancellationToken);
        }

        if (plan.Count == 0)
        {
            await WaitUntilEmptyAsync(sets, @namespace, cancellationToken);
            await WaitUntilEmptyAsync(machines, @namespace, cancellationToken);
        }

        await RemoveClassesAsync(@namespace, classes, cancellationToken);
    }

    private async Task RemoveClassesAsync(string @namespace, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        var classes = await client.ListAsync<MachineClass>(ListOptions.In(@namespace), cancellationToken);
        foreach (var unwanted in classes.Items.Where(item => !wanted.Contains(item.Metadata.Name!)))
        {
            await client.DeleteAsync<MachineClass>(unwanted.Key, null, cancellationToken);
        }

        var own = ListOptions.In(@namespace) with { LabelSelector = $"{MachineObjects.PurposeLabel}={MachineObjects.Purpose}" };
        var inUse = (await client.ListAsync<MachineClass>(ListOptions.In(@namespace), cancellationToken))
            .Items.Select(item => item.Metadata.Name!).ToHashSet();
        foreach (var secret in (await client.ListAsync<Secret>(own, cancellationToken)).Items)
        {
            // A class that machines still hold needs its Secret to delete them.
            if (!wanted.Contains(secret.Metadata.Name!) && !inUse.Contains(secret.Metadata.Name!))
            {
                await client.DeleteAsync<Secret>(secret.Key, null, cancellationToken);
            }
        }
    }

    private static async Task WaitUntilEmptyAsync<T>(
        IObjectCache<T> cache, string @namespace, CancellationToken cancellationToken) where T : KubernetesObject
    {
        while (cache.List(@namespace) is [var first, ..])
        {
            await cache.WaitAsync(first.Key, seen => seen is null, cancellationToken);
        }
    }
}
