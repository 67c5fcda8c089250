using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Nodes;

/// <summary>Registers the Node, reports its status and renews its lease.</summary>
internal sealed class NodeReporter(KubeletOptions options, string nodeIP, TimeProvider time, ILogger logger)
{
    private const string LeaseNamespace = "kube-node-lease";
    private const int LeaseSeconds = 40;
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim changed = new(0, 1);
    private long statusAt;
    private bool reportStatus = true;

    /// <summary>Port of the kubelet's server as it listens.</summary>
    public int Port { get; set; } = options.Port;

    /// <summary>Why the node takes no pods yet; null when it is ready.</summary>
    public string? NotReady { get; private set; } = "the node has no pod address range (spec.podCIDR) yet";

    /// <summary>Sets whether the node is ready; a change is reported at once.</summary>
    public void SetReady(string? notReady)
    {
        if (NotReady != notReady)
        {
            NotReady = notReady;
            reportStatus = true;
            if (changed.CurrentCount == 0)
            {
                changed.Release();
            }
        }
    }

    /// <summary>Keeps the Node up to date until the token is cancelled.</summary>
    public async Task RunAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        var registered = false;
        while (true)
        {
            var wait = HeartbeatPeriod;
            try
            {
                registered = registered || await RegisterAsync(client, cancellationToken);
                if (reportStatus || time.GetElapsedTime(statusAt) > StatusPeriod)
                {
                    reportStatus = false;
                    await ReportAsync(client, cancellationToken);
                    statusAt = time.GetTimestamp();
                }

                await RenewAsync(client, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or ApiException or TimeoutException)
            {
                registered = registered && e is not ApiException { IsNotFound: true };
                reportStatus = true;
                wait = RetryPeriod;
                logger.NodeNotUpdated(options.NodeName, e.Message);
            }

            using var timer = new CancellationTokenSource(wait, time);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Time for the next heartbeat.
            }
        }
    }

    private async Task<bool> RegisterAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string>(options.NodeLabels)
        {
            ["kubernetes.io/hostname"] = options.NodeName,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = NodeFacts.ArchitectureName,
        };
        var annotations = options.VolumePath is { } path
            ? new Dictionary<string, string> { [NodeVolumes.PathAnnotation] = path }
            : null;
        var key = ObjectKey.Cluster(options.NodeName);
        if (await client.FindAsync<Node>(key, cancellationToken) is not null)
        {
            var metadata = new JsonObject
            {
                ["labels"] = new JsonObject(
                labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))),
                ["annotations"] = new JsonObject { [NodeVolumes.PathAnnotation] = options.VolumePath },
            };
            await client.PatchAsync<Node>(
                key, Patch.Merge(new JsonObject { ["metadata"] = metadata }), cancellationToken);
            return true;
        }

        await client.CreateAsync(
            new Node
            {
                Metadata = new ObjectMeta { Name = options.NodeName, Labels = labels, Annotations = annotations },
                Spec = new NodeSpec
                {
                    PodCIDR = options.PodCidr,
                    PodCIDRs = options.PodCidr is null ? null : [options.PodCidr],
                    ProviderID = options.ProviderId,
                    Taints = options.RegisterWithTaints.Count == 0 ? null
                        : [.. options.RegisterWithTaints.Select(ParseTaint)],
                },
            },
            cancellationToken);
        return true;
    }

    private async Task ReportAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Cluster(options.NodeName);
        var node = await client.GetAsync<Node>(key, cancellationToken);
        var capacity = NodeFacts.Capacity(options);
        var own = new[]
        {
            Condition(
                node, "MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            Condition(node, "DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            Condition(node, "PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            Condition(
                node, "Ready", NotReady is null, NotReady is null ? "KubeletReady" : "KubeletNotReady", NotReady
                    ?? "kubelet is ready to run pods"),
        };
        var foreign = (node.Status.Conditions ?? []).Where(c => own.All(o => o.Type != c.Type));
        var status = new NodeStatus
        {
            Capacity = capacity,
            Allocatable = capacity,
            Conditions = [.. own, .. foreign],
            Addresses =
            [
                new NodeAddress { Type = "InternalIP", Address = nodeIP },
                new NodeAddress { Type = "Hostname", Address = options.NodeName },
            ],
            DaemonEndpoints = new NodeDaemonEndpoints { KubeletEndpoint = new DaemonEndpoint { Port = Port } },
            NodeInfo = NodeFacts.SystemInfo(options),
        };
        var body = new JsonObject { ["status"] = KubernetesJson.ToNode(status) };
        await client.PatchAsync<Node>(key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
    }

    private async Task RenewAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(LeaseNamespace, options.NodeName);
        var now = time.GetUtcNow();
        if (await client.FindAsync<Lease>(key, cancellationToken) is { } lease)
        {
            await client.UpdateAsync(
                lease with
                {
                    Spec = lease.Spec with
                    {
                        HolderIdentity = options.NodeName,
                        LeaseDurationSeconds = LeaseSeconds,
                        RenewTime = now
                    }
                },
                cancellationToken);
            return;
        }

        await client.CreateAsync(
            new Lease
            {
                Metadata = new ObjectMeta { Namespace = LeaseNamespace, Name = options.NodeName },
                Spec = new LeaseSpec
                {
                    HolderIdentity = options.NodeName,
                    LeaseDurationSeconds = LeaseSeconds,
                    RenewTime = now
                },
            },
            cancellationToken);
    }

    private NodeCondition Condition(Node node, string type, bool value, string reason, string message)
    {
        var status = value ? "True" : "False";
        var old = node.Status.Conditions?.FirstOrDefault(c => c.Type == type);
        var now = time.GetUtcNow();
        return new NodeCondition
        {
            Type = type,
            Status = status,
            LastHeartbeatTime = now,
            LastTransitionTime = old?.Status == status ? old.LastTransitionTime : now,
            Reason = reason,
            Message = message,
        };
    }

    private static Taint ParseTaint(string text)
    {
        var colon = text.LastIndexOf(':');
        var pair = (colon < 0 ? text : text[..colon]).Split('=', 2);
        return new Taint
        {
            Key = pair[0],
            Value = pair.Length > 1 ? pair[1] : null,
            Effect = colon < 0 ? "NoSchedule"
            : text[(colon + 1)..]
        };
    }
}
