using System.Net;
using System.Text.Json;
using Hortus.Host;
using Hortus.Kubelet.Pods;
using Hortus.Objects;
using Hortus.Objects.Calico;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Network;

/// <summary>Where a pod's containers are in the network.</summary>
/// <param name="Address">The pod's address.</param>
/// <param name="NamespacePath">File of its network namespace; null for the node's own.</param>
/// <param name="IsNew">Whether the namespace was made just now.</param>
internal sealed record PodAttachment(IPAddress Address, string? NamespacePath, bool IsNew);

/// <summary>Gives pods a network namespace with a routed address.</summary>
internal sealed class PodNetwork(string rootDirectory, int mtu, PodObjects objects)
{
    private const string PoolAnnotation = "cni.projectcalico.org/ipv4pools";
    private static readonly ProcessRunner Processes = new();
    private readonly NetworkNamespaces namespaces = new(Processes);
    private readonly Links links = new(Processes);
    private readonly AddressPool addresses = new(rootDirectory);
    private readonly NetworkJournal journal = new(rootDirectory);

    /// <summary>The node's range of pod addresses; null while it is not known.</summary>
    public IPNetwork? Range { get; set; }

    /// <summary>Called when pods got or gave back an address.</summary>
    public Action OnChanged { get; set; } = () => { };

    /// <summary>Addresses of all pods of this node.</summary>
    public IReadOnlyList<IPAddress> Addresses => addresses.List();

    /// <summary>Makes the pod's namespace; one that is there stays.</summary>
    /// <exception cref="PodWaitException">The node's range or the pod's pool is not known yet.</exception>
    public async Task<PodAttachment> AttachAsync(Pod pod, CancellationToken cancellationToken)
    {
        var range = await FindRangeAsync(pod, cancellationToken);
        var address = addresses.Take(range, pod.Uid());
        var name = NameOf(pod);
        var path = namespaces.PathOf(name);
        if (namespaces.List().Contains(name) && (await links.ListAsync(cancellationToken)).Contains(LinkOf(pod)))
        {
            return new PodAttachment(address, path, IsNew: false);
        }

        journal.Add(NetworkJournal.Kind.Namespaces, name, pod.Uid());
        journal.Add(NetworkJournal.Kind.Links, LinkOf(pod), pod.Uid());
        await namespaces.DeleteAsync(name, cancellationToken);
        await namespaces.CreateAsync(name, cancellationToken);
        await links.CreateRoutedAsync(
            new RoutedLink { Name = LinkOf(pod), Namespace = name, Addresses = [address], Mtu = mtu },
                cancellationToken);
        OnChanged();
        return new PodAttachment(address, path, IsNew: true);
    }

    /// <summary>Removes the pod's namespace and gives its address back.</summary>
    public async Task DetachAsync(string podUid, CancellationToken cancellationToken)
    {
        await RemoveAsync(
            NetworkJournal.Kind.Namespaces, podUid, name => namespaces.DeleteAsync(name, cancellationToken));
        await RemoveAsync(NetworkJournal.Kind.Links, podUid, name => links.DeleteAsync(name, cancellationToken));
        addresses.Release(podUid);
        OnChanged();
    }

    /// <summary>UIDs of pods that have a namespace.</summary>
    public IReadOnlyCollection<string> Owners() => [.. journal.List(NetworkJournal.Kind.Namespaces).Values.Distinct()];

    private async Task RemoveAsync(NetworkJournal.Kind kind, string podUid, Func<string, Task> remove)
    {
        foreach (var (name, _) in journal.List(kind).Where(e => e.Value == podUid))
        {
            await remove(name);
            journal.Remove(kind, name);
        }
    }

    private async Task<IPNetwork> FindRangeAsync(Pod pod, CancellationToken cancellationToken)
    {
        if (pod.Metadata.Annotations?.GetValueOrDefault(PoolAnnotation) is not { } annotation)
        {
            return Range ?? throw new PodWaitException(
                PodWaitException.Creating, "network not ready: the node has no pod address range (spec.podCIDR) yet");
        }

        string? name;
        try
        {
            name = JsonSerializer.Deserialize<string[]>(annotation)?.FirstOrDefault();
        }
        catch (JsonException e)
        {
            throw new PodWaitException(
                PodWaitException.Creating, $"annotation {PoolAnnotation}: want a JSON list of pool names", e);
        }

        var pool = await objects.NeedAsync<IPPool>(ObjectKey.Cluster(name ?? ""), false, cancellationToken);
        return IPNetwork.TryParse(pool!.Spec.Cidr, out var range)
            ? range
            : throw new PodWaitException(
                PodWaitException.Creating, $"IPPool {name}: spec.cidr \"{pool.Spec.Cidr}\" is no address range");
    }

    private string NameOf(Pod pod) => $"hortus-{Hash(pod)}";

    private string LinkOf(Pod pod) => $"hv{Hash(pod)}";

    private string Hash(Pod pod) => PodFacts.ShortHash($"{rootDirectory}\n{pod.Uid()}", 12);
}
