using System.Net;
using Hortus.Host;
using Hortus.Kubelet.Network;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Services;

/// <summary>Keeps the node's packet rules as services, endpoints and pods ask for. Rules that did not change are not
/// applied again.</summary>
internal sealed class NodeRules(KubeletOptions options, string nodeIP, PodNetwork network, ILogger logger) : IReconciler
{
    /// <summary>The one key of this reconciler: all rules are made together.</summary>
    public static readonly ObjectKey Key = ObjectKey.Cluster("rules");

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Nftables tables = new(new ProcessRunner());
    private readonly Links links = new(new ProcessRunner());
    private readonly NetworkJournal journal = new(options.RootDirectory);
    private string applied = "";
    private HashSet<IPAddress> routed = [];

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
            var inputs = new RuleInputs
            {
                Table = Table,
                Services = Sources?.Services.List() ?? [],
                Slices = Sources?.Slices.List() ?? [],
                OwnAddresses = options.ClusterDns is { } dns ? new HashSet<string> { dns } : new HashSet<string>(),
                PodRange = network.Range,
                OtherPods = [.. network.Addresses.Where(a => network.Range?.Contains(a) != true)],
                DefaultLink = await links.FindDefaultLinkAsync(cancellationToken),
            };
            await RouteAsync(inputs, cancellationToken);
            var rules = ServiceRules.Render(inputs);
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

    /// <summary>Without a default route the node's own programs could not even begin to send to a service.</summary>
    private async Task RouteAsync(RuleInputs inputs, CancellationToken cancellationToken)
    {
        var source = IPAddress.Parse(nodeIP);
        IEnumerable<string> services = inputs.DefaultLink is null
            ? inputs.Services.Select(s => s.Spec.ClusterIP).OfType<string>()
                .Where(a => !inputs.OwnAddresses.Contains(a))
            : [];
        var wanted = services.Select(a => IPAddress.TryParse(a, out var address) ? address : null).OfType<IPAddress>()
            .Where(a => a.AddressFamily == source.AddressFamily).ToHashSet();
        var remove = routed.Except(wanted).ToList();
        var add = wanted.Except(routed).ToList();
        add.ForEach(a => journal.Add(NetworkJournal.Kind.Routes, a.ToString(), nodeIP));
        await links.ChangeLocalRoutesAsync(add, remove, source, cancellationToken);
        remove.ForEach(a => journal.Remove(NetworkJournal.Kind.Routes, a.ToString()));
        routed = wanted;
    }
}
