using System.Text;
using System.Text.Json;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.ResourceManager.Webhooks.NodeAgents;

/// <summary>Looks up what belongs to the agent of a machine.</summary>
/// <param name="source">Cluster with the machines.</param>
/// <param name="target">Cluster with the nodes.</param>
/// <param name="machineNamespace">Where the machines are; null means that there are none and nodes have the agents' names.</param>
internal sealed class NodeAgentFacts(IKubernetesClient source, IKubernetesClient target, string? machineNamespace)
{
    /// <summary>Namespace of everything that a node's agent reads.</summary>
    public const string SystemNamespace = "kube-system";

    private const string LabelHostname = "kubernetes.io/hostname";
    private const string ConfigurationKey = "osc.yaml";

    private static readonly string[] EveryAgent = ["gardener-valitail", "gardener-opentelemetry-collector"];

    private static readonly string[] AgentsWithoutMachine =
        ["shoot-access-kube-controller-manager", "shoot-access-kube-scheduler", "shoot-access-cluster-admin"];

    /// <summary>The node of an agent, or why there is none.</summary>
    public async Task<(Node? Node, string Problem)> NodeAsync(string agent, CancellationToken cancellationToken)
    {
        var name = agent;
        if (machineNamespace is not null)
        {
            var machine = await MachineAsync(agent, cancellationToken);
            if (machine?.Metadata.Label(GardenerLabels.MachineNode) is not { Length: > 0 } node)
            {
                return (null, machine is null
                    ? $"there is no Machine {machineNamespace}/{agent}"
                    : $"Machine {machineNamespace}/{agent} has no node yet (label {GardenerLabels.MachineNode})");
            }

            name = node;
        }

        var found = await target.FindAsync<Node>(ObjectKey.Cluster(name), cancellationToken);
        return (found, found is null ? $"there is no Node {name}" : "");
    }

    /// <summary>The pod, or null.</summary>
    public Task<Pod?> PodAsync(ObjectKey key, CancellationToken cancellationToken) => target.FindAsync<Pod>(key, cancellationToken);

    /// <summary>Who made a certificate request; null when it does not exist.</summary>
    public async Task<string?> RequesterAsync(string request, CancellationToken cancellationToken) =>
        (await target.FindAsync<CertificateSigningRequest>(ObjectKey.Cluster(request), cancellationToken)) is { } found
            ? found.Spec.Username ?? ""
            : null;

    /// <summary>The Secrets in kube-system that an agent may read.</summary>
    public async Task<IReadOnlyList<string>> SecretsAsync(string agent, CancellationToken cancellationToken)
    {
        if (machineNamespace is null)
        {
            return [.. EveryAgent, .. AgentsWithoutMachine, .. await SecretsOfNodeAsync(agent, cancellationToken)];
        }

        if (await MachineAsync(agent, cancellationToken) is not { } machine
            || machine.Spec.NodeTemplate?.Metadata?.Label(GardenerLabels.NodeAgentSecretName) is not { Length: > 0 } configuration)
        {
            return EveryAgent;
        }

        var node = machine.Metadata.Label(GardenerLabels.MachineNode) is { Length: > 0 } name
            ? await target.FindAsync<Node>(ObjectKey.Cluster(name), cancellationToken)
            : null;
        var secret = await target.FindAsync<Secret>(new(SystemNamespace, configuration), cancellationToken);
        return [.. EveryAgent, configuration, .. ReferencesOf(secret, node?.Metadata.Label(LabelHostname))];
    }

    /// <summary>The Secrets that the files of an operating system configuration refer to.</summary>
    /// <param name="secret">Holds the configuration.</param>
    /// <param name="hostname">Leaves out files of other hosts; null leaves out none.</param>
    internal static IEnumerable<string> ReferencesOf(Secret? secret, string? hostname)
    {
        if (secret?.Data?.GetValueOrDefault(ConfigurationKey) is not { } yaml)
        {
            return [];
        }

        try
        {
            var configuration = KubernetesYaml.Deserialize<OperatingSystemConfig>(Encoding.UTF8.GetString(yaml));
            return
            [
                .. (configuration.Spec.Files ?? []).Concat(configuration.Status?.ExtensionFiles ?? [])
                    .Where(f => hostname is null || f.HostName is null || f.HostName == hostname)
                    .Select(f => f.Content.SecretRef?.Name)
                    .OfType<string>(),
            ];
        }
        catch (Exception e) when (e is YamlFormatException or JsonException)
        {
            // Whoever wrote it is told elsewhere; the agent reads no more than what is certain.
            return [];
        }
    }

    // A node that does not exist yet has not said of which pool it is: its agent reads the configurations of all.
    private async Task<IEnumerable<string>> SecretsOfNodeAsync(string name, CancellationToken cancellationToken)
    {
        var node = await target.FindAsync<Node>(ObjectKey.Cluster(name), cancellationToken);
        var configurations = await target.ListAsync<Secret>(
            new ListOptions { Namespace = SystemNamespace, LabelSelector = GardenerLabels.WorkerPool }, cancellationToken);
        return configurations.Items
            .Where(s => node is null || s.Metadata.Name == node.Metadata.Label(GardenerLabels.NodeAgentSecretName))
            .SelectMany(s => ReferencesOf(s, node?.Metadata.Label(LabelHostname)).Prepend(s.Metadata.Name!));
    }

    private Task<Machine?> MachineAsync(string name, CancellationToken cancellationToken) =>
        source.FindAsync<Machine>(new(machineNamespace, name), cancellationToken);
}
