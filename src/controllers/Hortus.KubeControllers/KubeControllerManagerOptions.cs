namespace Hortus.KubeControllers;

/// <summary>Settings of <c>hortus kube-controller-manager</c>; the names are those of upstream's flags.</summary>
public sealed record KubeControllerManagerOptions
{
    /// <summary>Kubeconfig file; null means the pod's service account, then <c>KUBECONFIG</c>.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>PEM bundle published as ConfigMap kube-root-ca.crt in every namespace and put into token
    /// Secrets.</summary>
    public string? RootCaFile { get; init; }

    /// <summary>CA certificate (PEM) that signs approved certificate requests; null means none are signed.</summary>
    public string? ClusterSigningCertFile { get; init; }

    /// <summary>Private key (PEM) of the signing CA.</summary>
    public string? ClusterSigningKeyFile { get; init; }

    /// <summary>Longest validity of signed certificates. Default one year.</summary>
    public TimeSpan ClusterSigningDuration { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Private key (PEM) that signs the tokens in service account token Secrets; null means none are
    /// filled.</summary>
    public string? ServiceAccountPrivateKeyFile { get; init; }

    /// <summary>Folder of this machine below which persistent volumes are made, for clusters whose nodes share it; null makes them on
    /// the nodes that say where (annotation <c>node.hortus.dev/volume-path</c>), and none where no node does.</summary>
    public string? LocalVolumePath { get; init; }

    /// <summary>Controllers to run: <c>*</c> for all, <c>name</c> for one, <c>-name</c> for all but one.</summary>
    public IReadOnlyList<string> Controllers { get; init; } = ["*"];

    /// <summary>Address range of all pods, out of which each node gets its own.</summary>
    public string? ClusterCidr { get; init; }

    /// <summary>Prefix length of a node's pod range. Default 24.</summary>
    public int NodeCidrMaskSizeIPv4 { get; init; } = 24;

    /// <summary>Gives every node a pod range out of the cluster CIDR.</summary>
    public bool AllocateNodeCidrs { get; init; }

    /// <summary>Works only while holding the lease kube-system/kube-controller-manager. Default true.</summary>
    public bool LeaderElect { get; init; } = true;

    /// <summary>Port for health checks and metrics over plain HTTP; 0 means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Whether a controller is switched on under one of its names.</summary>
    public bool IsEnabled(string name, string shortName)
    {
        bool Lists(string prefix) => Controllers.Contains(prefix + name, StringComparer.Ordinal) ||
            Controllers.Contains(prefix + shortName, StringComparer.Ordinal);
        return Lists("") || (Controllers.Contains("*", StringComparer.Ordinal) && !Lists("-"));
    }
}
