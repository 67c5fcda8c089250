using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Health;
using Hortus.Runtime;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager;

/// <summary>The last run did not bring everything to its wanted state; conditions say why, and it is tried again.</summary>
internal sealed class ManagedResourceException(string message) : Exception(message);

/// <summary>Keeps the objects of ManagedResources applied and says how they are.</summary>
internal sealed class ManagedResourceReconciler : IReconciler
{
    private static readonly TimeSpan PendingDelay = TimeSpan.FromSeconds(5);
    private readonly ResourceSurroundings world;
    private readonly IObjectCache<ManagedResource> cache;
    private readonly HealthConditions health;
    private readonly ObjectDeleter deleter;

    public ManagedResourceReconciler(ResourceSurroundings world)
    {
        this.world = world;
        cache = world.Source.CacheOf<ManagedResource>(world.CacheScope);
        health = new HealthConditions(world.Target, world.Memory, world.Clock);
        deleter = new ObjectDeleter(world.Target, world.CollectsGarbage, world.Clock);
    }

    /// <summary>Whether a change of a ManagedResource asks for something; its status, which is written here, does not.</summary>
    public static bool Matters(ManagedResource? old, ManagedResource? current) =>
        old is null || current is null || old.Metadata.Generation != current.Metadata.Generation
        || old.Metadata.DeletionTimestamp != current.Metadata.DeletionTimestamp
        || !(old.Metadata.Finalizers ?? []).SequenceEqual(current.Metadata.Finalizers ?? [])
        || !(old.Metadata.Annotations ?? new Dictionary<string, string>()).ToHashSet()
            .SetEquals(current.Metadata.Annotations ?? new Dictionary<string, string>());

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (cache.Find(key) is not { } resource)
        {
            Forget(key);
            return ReconcileResult.Done;
        }

        resource = world.Status.Latest(resource);
        var isMine = world.Scope.Includes(resource);
        var isDeleting = resource.Metadata.IsDeleting();
        if (!isDeleting && isMine && ResourceNames.IsTrue(resource.Metadata.Annotation(ResourceNames.Ignore)))
        {
            await SayIgnoredAsync(resource, cancellationToken);
            return ReconcileResult.Done;
        }

        if (isDeleting || !isMine)
        {
            return resource.Metadata.HasFinalizer(world.Scope.Finalizer)
                ? await DeleteAsync(resource, cancellationToken)
                : ReconcileResult.Done;
        }

        if (world.Scope.OtherFinalizer(resource) is not null)
        {
            // Another resource manager still deletes its objects; the change of the finalizers comes as an event.
            return ReconcileResult.Done;
        }

        resource = await world.Source.Client.AddFinalizerAsync(resource, world.Scope.Finalizer, cancellationToken);
        resource = await TakeOperationAsync(resource, cancellationToken);
        if (!IsUntouched(resource))
        {
            (resource, var isPending) = await new ApplyRun(world, deleter, resource).RunAsync(cancellationToken);
            if (isPending)
            {
                return ReconcileResult.After(PendingDelay);
            }
        }

        await CheckHealthAsync(resource, cancellationToken);
        return ReconcileResult.Done;
    }

    // Nothing that this process has applied has changed, and neither has what is wanted: no request is needed to know that.
    private bool IsUntouched(ManagedResource resource) =>
        !world.AlwaysUpdate
        && resource.Status?.ObservedGeneration == resource.Metadata.Generation
        && world.Memory.Find(resource.Key) is { } applied
        && applied.Checksum == resource.Status?.SecretsDataChecksum
        && applied.Inputs == ApplyRun.InputsOf(resource, world.Secrets.VersionsOf(resource))
        && applied.Objects.All(o => world.Target.Peek(o.Kind, o.Key) is { } live && o.IsUntouched(live));

    private async Task CheckHealthAsync(ManagedResource resource, CancellationToken cancellationToken)
    {
        var applied = resource.Status?.Conditions?.FirstOrDefault(c => c.Type == Names.Applied);
        if (applied?.Status != "True")
        {
            return;
        }

        IReadOnlyList<GardenerCondition> conditions;
        string? fault = null;
        try
        {
            conditions = await health.CheckAsync(resource.Key, resource.Status!.Resources ?? [], cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            fault = $"cannot check the objects: {e.Message}";
            conditions = [StatusWriter.Condition(Names.Healthy, "False", Names.HealthCheckError, fault)];
        }

        await world.Status.WriteAsync(resource, conditions, status => status, cancellationToken);
        if (fault is not null)
        {
            throw new ManagedResourceException(fault);
        }
    }

    private async Task<ManagedResource> TakeOperationAsync(ManagedResource resource, CancellationToken cancellationToken)
    {
        if (resource.Metadata.Annotation(GardenerAnnotations.Operation) != GardenerOperations.Reconcile)
        {
            return resource;
        }

        world.Memory.Forget(resource.Key);
        var annotations = new JsonObject { [GardenerAnnotations.Operation] = null };
        var body = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        return await world.Source.Client.PatchAsync<ManagedResource>(resource.Key, Patch.Merge(body), cancellationToken);
    }

    private async Task SayIgnoredAsync(ManagedResource resource, CancellationToken cancellationToken)
    {
        const string message = "the ManagedResource is marked to be ignored";
        world.Memory.Doubt(resource.Key);
        await world.Status.WriteAsync(
            resource,
            [
                StatusWriter.Condition(Names.Applied, "True", Names.Ignored, message),
                StatusWriter.Condition(Names.Healthy, "True", Names.Ignored, message),
                StatusWriter.Condition(Names.Progressing, "False", Names.Ignored, message),
            ],
            status => status,
            cancellationToken);
    }

    private async Task<ReconcileResult> DeleteAsync(ManagedResource resource, CancellationToken cancellationToken)
    {
        var objects = resource.Status?.Resources ?? [];
        world.Target.Users.Set(resource.Key, objects.Select(o => o.Id()));
        world.Memory.Forget(resource.Key);
        if (resource.Spec.KeepObjects != true && objects.Count > 0)
        {
            var result = await deleter.DeleteAsync(
                objects, world.Scope.OriginOf(resource.Key), resource.Spec.DeletePersistentVolumeClaims == true, cancellationToken);
            if (!result.IsDone)
            {
                await SayDeletingAsync(resource, result, cancellationToken);
                return ReconcileResult.After(PendingDelay);
            }
        }

        if (!resource.Metadata.IsDeleting())
        {
            // Handed over to another resource manager, which must not look for these objects.
            resource = await world.Status.WriteAsync(
                resource, StatusWriter.Pending, status => status with { Resources = null, SecretsDataChecksum = null }, cancellationToken);
        }

        await world.Source.Client.RemoveFinalizerAsync(resource, world.Scope.Finalizer, cancellationToken);
        Forget(resource.Key);
        return ReconcileResult.Done;
    }

    private async Task SayDeletingAsync(ManagedResource resource, DeletionResult result, CancellationToken cancellationToken)
    {
        var failed = result.Failed.Count > 0;
        var message = ApplyRun.Join((failed ? result.Failed : result.Pending).Values);
        await world.Status.WriteAsync(
            resource,
            [
                failed
                    ? StatusWriter.Condition(Names.Applied, "False", Names.DeletionFailed, message)
                    : StatusWriter.Condition(Names.Applied, Names.StatusProgressing, Names.DeletionPending, message),
                StatusWriter.Condition(Names.Healthy, "False", Names.DeletionPending, message),
                StatusWriter.Condition(Names.Progressing, "True", Names.DeletionPending, message),
            ],
            status => status,
            cancellationToken);
        if (failed)
        {
            throw new ManagedResourceException(message);
        }
    }

    private void Forget(ObjectKey key)
    {
        world.Memory.Forget(key);
        world.Status.Forget(key);
        world.Target.Users.Set(key, []);
        world.Target.FollowPods(key, false);
        world.Secrets.Users.Set(key, []);
    }
}
