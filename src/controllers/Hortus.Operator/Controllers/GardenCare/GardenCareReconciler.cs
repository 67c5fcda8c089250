using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Keeps the Garden's conditions true to what runs: API server, components in the runtime cluster, components of the
/// virtual garden.</summary>
public sealed class GardenCareReconciler(IControllerManager manager, ComponentContext context) : IReconciler
{
    private static readonly string[] VirtualComponents =
    [
        VirtualGardenNames.KubeControllerManager,
        VirtualGardenNames.GardenerControllerManager,
        VirtualGardenNames.GardenerScheduler,
    ];

    private readonly CacheScope scope = new(Namespace: VirtualGardenNames.Namespace);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (GardenReconciler.ManagedOf(manager.CacheOf<Garden>()) is not { } garden
            || garden.Key != key
            || garden.Metadata.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var current = garden.Status?.Conditions;
        var next = current;
        foreach (var check in new[]
        {
            Check(GardenerConditions.VirtualGardenAPIServerAvailable, "APIServerReady",
                UnhealthySets(VirtualGardenNames.ApiServer)),
            Check(GardenerConditions.RuntimeComponentsHealthy, "RuntimeComponentsRunning", UnhealthyExcept(VirtualComponents)),
            Check(GardenerConditions.VirtualComponentsHealthy, "VirtualComponentsRunning",
                [.. UnhealthySets(VirtualGardenNames.GardenerApiServer), .. Unhealthy(VirtualComponents)]),
        })
        {
            next = With(next, check);
        }

        if (!Equals(current, next))
        {
            var conditions = new JsonArray([.. next!.Select(condition => (JsonNode)KubernetesJson.ToNode(condition))]);

            // The list is replaced as a whole: a version that is not the latest must not bring old conditions back.
            var patch = Patch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = garden.Metadata.ResourceVersion },
                ["status"] = new JsonObject { ["conditions"] = conditions },
            });
            await manager.Client.PatchAsync<Garden>(key, patch with { Subresource = "status" }, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private static GardenerCondition Check(string type, string fine, IReadOnlyList<string> unhealthy) => new()
    {
        Type = type,
        Status = unhealthy.Count == 0 ? ConditionStatus.True : ConditionStatus.False,
        Reason = unhealthy.Count == 0 ? fine : "NotRolledOut",
        Message = unhealthy.Count == 0 ? "All components are rolled out" : "not rolled out: " + string.Join(", ", unhealthy),
    };

    private IReadOnlyList<GardenerCondition>? With(IReadOnlyList<GardenerCondition>? conditions, GardenerCondition wanted)
    {
        var found = conditions?.FirstOrDefault(condition => condition.Type == wanted.Type);
        if (found is not null && found.Status == wanted.Status && found.Reason == wanted.Reason && found.Message == wanted.Message)
        {
            return conditions;
        }

        var now = context.Clock.GetUtcNow();
        var next = wanted with
        {
            LastUpdateTime = now,
            LastTransitionTime = found?.Status == wanted.Status ? found.LastTransitionTime : now,
        };
        return [.. (conditions ?? []).Where(condition => condition.Type != wanted.Type), next];
    }

    private string[] UnhealthySets(string name) =>
        WorkloadHealth.IsRolledOut(manager.CacheOf<StatefulSet>(scope).Find(KeyOf(name))) ? [] : [name];

    private string[] Unhealthy(IEnumerable<string> names) =>
        [.. names.Where(name => !WorkloadHealth.IsRolledOut(manager.CacheOf<Deployment>(scope).Find(KeyOf(name))))];

    private string[] UnhealthyExcept(string[] names) =>
    [
        .. manager.CacheOf<Deployment>(scope).List()
            .Where(deployment => !names.Contains(deployment.Metadata.Name) && !WorkloadHealth.IsRolledOut(deployment))
            .Select(deployment => deployment.Metadata.Name!)
            .Order(StringComparer.Ordinal),
    ];

    private static ObjectKey KeyOf(string name) => new(VirtualGardenNames.Namespace, name);
}
