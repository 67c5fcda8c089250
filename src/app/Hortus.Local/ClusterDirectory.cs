namespace Hortus.Local;

/// <summary>The folder of one cluster of a local garden, and the names of what is in it. The runtime cluster's is the state directory
/// itself.</summary>
public sealed class ClusterDirectory
{
    private readonly StateDirectory state;

    internal ClusterDirectory(StateDirectory state, LocalCluster cluster)
    {
        this.state = state;
        Cluster = cluster;
        Root = cluster.IsRuntime ? state.Root : Path.Combine(state.Seeds, cluster.SeedName);
    }

    /// <summary>Whose folder it is.</summary>
    public LocalCluster Cluster { get; }

    public string Root { get; }

    public string Pki => Path.Combine(Root, "pki");

    /// <summary>The administrator's, for clients of this machine.</summary>
    public string Kubeconfig =>
        Path.Combine(state.Kubeconfigs, Cluster.IsRuntime ? "runtime.yaml" : $"seed-{Cluster.SeedName}.yaml");

    /// <summary>The administrator's, for processes inside the garden's network.</summary>
    public string NodeAdminKubeconfig => Path.Combine(Pki, "node-admin.kubeconfig");

    /// <summary>The kubelet's.</summary>
    public string KubeletKubeconfig => Path.Combine(Pki, "kubelet.kubeconfig");

    public string StaticPods => Path.Combine(Root, "manifests");

    public string Kubelet => Path.Combine(Root, "kubelet");

    public string Volumes => Path.Combine(Root, "volumes");

    /// <summary>Data of the API server.</summary>
    public string Store => Path.Combine(Root, "runtime-store");

    public string KubeletPid => Path.Combine(Root, "kubelet.pid");

    public string KubeletLog => Path.Combine(state.Logs, KubeletName + ".log");

    /// <summary>What the kubelet of this cluster is called among those of the garden.</summary>
    public string KubeletName => Cluster.IsRuntime ? "kubelet" : "kubelet-" + Cluster.SeedName;

    /// <summary>Name of the network namespace that stands for the node; differs between state directories, so that gardens do not
    /// meet.</summary>
    public string NetworkNamespace => $"hortus-node-{state.Identity}" + (Cluster.IsRuntime ? "" : "-" + Cluster.SeedName);

    /// <summary>All folders that have to be there before the node starts.</summary>
    internal IEnumerable<string> Folders => [Root, Pki, StaticPods, Kubelet, Volumes];
}
