using Hortus.Host;
using Hortus.Kubelet.Network;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Services;

/// <summary>Keeps the node's packet rules as services, endpoints and pods ask for. Rules that did not change are not
/// applied again.</summary>
internal sealed class NodeRules(KubeletOptions options, PodNetwork network, ILogger logger) : IReconciler
{
    /// <summary>The one key of this reconciler: all rules are made together.</summary>
    public static readonly ObjectKey Key = ObjectKey.Cluster("rules");

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Nftables tables = new(new ProcessRunner());
    private readonly Links links = new(new ProcessRunner());
    private readonly NetworkJournal journal = new(options.RootDirectory);
    private string applied = "";

    /// <summary>Where services and endpoints come from; null while there is no API server.</summary>
    public (IObjectCache<Service> Services, IObjectCache<EndpointSlice> Slices)? Sources { get; set; }

    /// <summary>Name of the node's table.</summary>
    public string Table => $"hortus-{options.NodeName}";

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await ApplyAsync(cancellationToken);
        return ReconcileResult.Done;
    }

    /// <summary>Applies the rules for what is known now.</summary>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var rules = ServiceRules.Render(new RuleInputs
            {
                Table = Table,
                Services = Sources?.Services.List() ?? [],
                Slices = Sources?.Slices.List() ?? [],
                OwnAddresses = options.ClusterDns is { } dns ? new HashSet<string> { dns } : new HashSet<string>(),
                PodRange = network.Range,
                OtherPods = [.. network.Addresses.Where(a => network.Range?.Contains(a) != true)],
                DefaultLink = await links.FindDefaultLinkAsync(cancellationToken),
            });
            if (rules != applied)
            {
                journal.Add(NetworkJournal.Kind.Tables, Table, options.NodeName);
                await tables.ApplyAsync(rules, cancellationToken);
                applied = rules;
            }
        }
        catch (HostException e)
        {
            logger.RulesNotApplied(e.Message);
            throw;
        }
        finally
        {
            gate.Release();
        }
    }
}
