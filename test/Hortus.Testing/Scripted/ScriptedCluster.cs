using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Testing.Scripted;

/// <summary>
/// Stands in for controllers and kubelets of a cluster: reports workloads as rolled out unless they are said to be broken,
/// lets objects go that are deleted in the foreground, finishes namespaces, and calls servers behind APIServices available.
/// </summary>
public sealed class ScriptedCluster : IAsyncDisposable
{
    private const string Foreground = "foregroundDeletion";

    private readonly ConcurrentDictionary<string, bool> broken = new(StringComparer.Ordinal);
    private readonly IKubernetesClient client;
    private readonly RunningComponent running;

    private ScriptedCluster(IKubernetesClient client, TimeProvider clock)
    {
        this.client = client;
        running = RunningComponent.Start("scripted-cluster", client, clock, (context, token) =>
        {
            var manager = context.CreateManager();
            manager.AddController("deployments", new Script(ReportAsync<Deployment>), script => script.For<Deployment>());
            manager.AddController("sets", new Script(ReportAsync<StatefulSet>), script => script.For<StatefulSet>());
            manager.AddController("apis", new Script(MakeAvailableAsync), script => script.For<APIService>());
            manager.AddController("namespaces", new Script(FinishAsync), script => script.For<Namespace>());
            return manager.RunAsync(token);
        });
    }

    /// <summary>Puts the script to work.</summary>
    public static ScriptedCluster Start(IKubernetesClient client, TimeProvider clock) => new(client, clock);

    /// <summary>From now on, no replica of workloads of this name is ready.</summary>
    public Task BreakAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject
    {
        broken[key.Name] = true;
        return ReportAsync<T>(key, cancellationToken);
    }

    /// <summary>All replicas are ready again.</summary>
    public Task RepairAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject
    {
        broken.TryRemove(key.Name, out _);
        return ReportAsync<T>(key, cancellationToken);
    }

    public ValueTask DisposeAsync() => running.DisposeAsync();

    private async Task MakeAvailableAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await client.FindAsync<APIService>(key, cancellationToken) is not { Spec.Service: not null } service
            || service.Status.Conditions is { Count: > 0 })
        {
            return;
        }

        await client.UpdateStatusAsync(
            service with
            {
                Status = new APIServiceStatus
                {
                    Conditions = [new APIServiceCondition { Type = "Available", Status = "True", Reason = "Passed" }],
                },
            },
            cancellationToken);
    }

    private async Task ReportAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject
    {
        if (await client.FindAsync<T>(key, cancellationToken) is not { } value)
        {
            return;
        }

        if (value.Metadata.DeletionTimestamp is not null)
        {
            await client.RemoveFinalizerAsync(value, Foreground, cancellationToken);
            return;
        }

        var wanted = (value as Deployment)?.Spec.Replicas ?? (value as StatefulSet)?.Spec.Replicas ?? 1;
        var ready = broken.ContainsKey(key.Name) ? 0 : wanted;
        var (observed, available) = value switch
        {
            Deployment deployment => (deployment.Status?.ObservedGeneration, deployment.Status?.AvailableReplicas),
            StatefulSet set => (set.Status?.ObservedGeneration, set.Status?.AvailableReplicas),
            _ => throw new ArgumentException($"{typeof(T).Name} is no workload", nameof(key)),
        };
        if (observed == value.Metadata.Generation && available == ready)
        {
            return;
        }

        var status = new JsonObject
        {
            ["observedGeneration"] = value.Metadata.Generation,
            ["replicas"] = wanted,
            ["updatedReplicas"] = wanted,
            ["readyReplicas"] = ready,
            ["availableReplicas"] = ready,
        };
        if (value is Deployment)
        {
            status["conditions"] = new JsonArray(
                new JsonObject { ["type"] = "Available", ["status"] = ready == wanted ? "True" : "False", ["reason"] = "Scripted" },
                new JsonObject { ["type"] = "Progressing", ["status"] = "True", ["reason"] = "NewReplicaSetAvailable" });
        }

        await client.PatchAsync<T>(
            key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
    }

    private async Task FinishAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await client.FindAsync<Namespace>(key, cancellationToken) is { Metadata.DeletionTimestamp: not null } leaving)
        {
            var empty = leaving with { Spec = new NamespaceSpec { Finalizers = [] } };
            await client.UpdateSubresourceAsync(empty, "finalize", cancellationToken);
        }
    }

    private sealed class Script(Func<ObjectKey, CancellationToken, Task> run) : IReconciler
    {
        public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            await run(key, cancellationToken);
            return ReconcileResult.Done;
        }
    }
}
