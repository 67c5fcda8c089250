using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.ResourceManager.Collection;

/// <summary>
/// Deletes Secrets and ConfigMaps that are named after their content and that nothing refers to any more. Whoever refers to one
/// says so in an annotation.
/// </summary>
internal sealed partial class ReferenceCollection(TargetCluster target, TimeProvider clock, ILogger log)
{
    /// <summary>Younger ones stay: what refers to them may be on its way.</summary>
    public static readonly TimeSpan AgeMin = TimeSpan.FromMinutes(10);

    private static readonly ResourceKind[] Candidates = [ResourceKind.Of<Secret>(), ResourceKind.Of<ConfigMap>()];

    private static readonly (string ApiVersion, string Kind)[] Referrers =
    [
        ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("batch/v1", "Job"), ("batch/v1", "CronJob"),
        ("v1", "Pod"), ("resources.gardener.cloud/v1alpha1", "ManagedResource"), ("monitoring.coreos.com/v1", "Prometheus"),
    ];

    /// <summary>Collects again and again until cancelled.</summary>
    public async Task RunAsync(TimeSpan period, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, clock);
        try
        {
            do
            {
                try
                {
                    await CollectAsync(cancellationToken);
                }
                catch (Exception e) when (e is ApiException or HttpRequestException)
                {
                    LogFailed(log, e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The normal end.
        }
    }

    /// <summary>Collects once.</summary>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="ApiException">Not all that may refer to something could be read: nothing was deleted.</exception>
    public async Task<int> CollectAsync(CancellationToken cancellationToken)
    {
        var garbage = new Dictionary<(string Kind, ObjectKey Key), (ResourceKind Kind, string? Uid)>();
        var selector = new ListOptions { LabelSelector = $"{ResourceNames.GarbageCollectable}=true" };
        foreach (var kind in Candidates)
        {
            var (items, _) = await target.Dynamic.ListAsync(kind, selector, cancellationToken);
            foreach (var item in items.Where(IsOld))
            {
                garbage[(kind.Kind, KeyOf(item))] = (kind, item.Text("metadata", "uid"));
            }
        }

        if (garbage.Count == 0)
        {
            return 0;
        }

        foreach (var (apiVersion, name) in Referrers)
        {
            await TakeOutAsync(garbage, apiVersion, name, cancellationToken);
        }

        foreach (var (id, (kind, uid)) in garbage)
        {
            try
            {
                await target.Dynamic.DeleteAsync(kind, id.Key, new DeleteOptions { PreconditionUid = uid }, cancellationToken);
                LogDeleted(log, kind.Kind, id.Key.Namespace, id.Key.Name);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Made anew meanwhile: not the one that nobody refers to.
            }
        }

        return garbage.Count;
    }

    private async Task TakeOutAsync(
        Dictionary<(string Kind, ObjectKey Key), (ResourceKind Kind, string? Uid)> garbage,
        string apiVersion,
        string kind,
        CancellationToken cancellationToken)
    {
        var found = await target.Kinds.FindAsync(apiVersion, kind, cancellationToken);
        if (found.Kind is null)
        {
            if (found.Away is { } why)
            {
                throw new HttpRequestException($"{apiVersion} of the target cluster is away: {why}");
            }

            return;
        }

        var (items, _) = await target.Dynamic.ListAsync(found.Kind, ListOptions.All, cancellationToken);
        foreach (var item in items)
        {
            foreach (var (annotation, name) in item.Texts("metadata", "annotations"))
            {
                var of = annotation.StartsWith(ResourceNames.ReferencePrefix + "secret-", StringComparison.Ordinal) ? "Secret"
                    : annotation.StartsWith(ResourceNames.ReferencePrefix + "configmap-", StringComparison.Ordinal) ? "ConfigMap" : null;
                if (of is not null)
                {
                    garbage.Remove((of, new ObjectKey(item.Text("metadata", "namespace"), name)));
                }
            }
        }
    }

    private bool IsOld(JsonObject item) =>
        KubernetesJson.Deserialize<ObjectMeta>(item["metadata"]!).CreationTimestamp is { } created
        && clock.GetUtcNow() - created > AgeMin;

    private static ObjectKey KeyOf(JsonObject item) => new(item.Text("metadata", "namespace"), item.Text("metadata", "name") ?? "");

    [LoggerMessage(6400, LogLevel.Information, "{Kind} {Namespace}/{Name} is deleted: nothing refers to it")]
    private static partial void LogDeleted(ILogger logger, string kind, string? @namespace, string name);

    [LoggerMessage(6401, LogLevel.Error, "cannot collect unused Secrets and ConfigMaps, trying again later: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
