namespace Hortus.Kubelet;

/// <summary>Settings of one kubelet. Flags in brackets; null means "not given".</summary>
public sealed record KubeletOptions
{
    /// <summary>Name of the Node object (<c>--hostname-override</c>).</summary>
    public required string NodeName { get; init; }

    /// <summary>All state of this kubelet: containers, volumes, logs, addresses, certificates
    /// (<c>--root-dir</c>).</summary>
    public required string RootDirectory { get; init; }

    /// <summary>How to reach the API server (<c>--kubeconfig</c>). Null runs static pods only. With
    /// <see cref="BootstrapKubeconfig"/> this is the file that the bootstrap writes.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Used once to ask for a client certificate while <see cref="Kubeconfig"/> does not exist
    /// (<c>--bootstrap-kubeconfig</c>).</summary>
    public string? BootstrapKubeconfig { get; init; }

    /// <summary>Where issued certificates live (<c>--cert-dir</c>); null means <c>pki</c> below the root
    /// directory.</summary>
    public string? CertificateDirectory { get; init; }

    /// <summary>Folder of static pod manifests, watched for changes (<c>--pod-manifest-path</c>).</summary>
    public string? PodManifestPath { get; init; }

    /// <summary>YAML file that maps image names to commands (<c>--image-map</c>).</summary>
    public string? ImageMap { get; init; }

    /// <summary>Address range of this node's pods (<c>--pod-cidr</c>); null waits for <c>spec.podCIDR</c> of the
    /// Node.</summary>
    public string? PodCidr { get; init; }

    /// <summary>Address reported for the node (<c>--node-ip</c>); null takes the first address that is not
    /// loopback.</summary>
    public string? NodeIP { get; init; }

    /// <summary>Address the HTTPS server listens on (<c>--address</c>).</summary>
    public string Address { get; init; } = "0.0.0.0";

    /// <summary>Port of the HTTPS server (<c>--port</c>); 0 takes a free one and reports it in the Node.</summary>
    public int Port { get; init; } = 10250;

    /// <summary>PEM bundle that client certificates must chain to (<c>--client-ca-file</c>); null takes the CA of the
    /// kubeconfig.</summary>
    public string? ClientCaFile { get; init; }

    /// <summary>Serving certificate (<c>--tls-cert-file</c>); null means self-signed, or by CSR with <see
    /// cref="RotateServerCertificates"/>.</summary>
    public string? TlsCertFile { get; init; }

    /// <summary>Key of <see cref="TlsCertFile"/> (<c>--tls-private-key-file</c>).</summary>
    public string? TlsPrivateKeyFile { get; init; }

    /// <summary>Ask for the serving certificate by a <c>kubernetes.io/kubelet-serving</c> CSR
    /// (<c>--rotate-server-certificates</c>).</summary>
    public bool RotateServerCertificates { get; init; }

    /// <summary>Labels of the Node at registration (<c>--node-labels</c>).</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Taints of the Node at registration, <c>key=value:Effect</c> (<c>--register-with-taints</c>).</summary>
    public IReadOnlyList<string> RegisterWithTaints { get; init; } = [];

    /// <summary>Value of <c>spec.providerID</c> (<c>--provider-id</c>).</summary>
    public string? ProviderId { get; init; }

    /// <summary>Most pods the node reports to take (<c>--max-pods</c>).</summary>
    public int MaxPods { get; init; } = 110;

    /// <summary>Route ClusterIP and NodePort services by nftables (<c>--service-proxy</c>).</summary>
    public bool ServiceProxy { get; init; }

    /// <summary>Address of the cluster DNS server that this process serves (<c>--cluster-dns</c>); null serves
    /// none.</summary>
    public string? ClusterDns { get; init; }

    /// <summary>Name servers, <c>ADDRESS</c> or <c>ADDRESS:PORT</c>, that are asked for names outside the cluster before those of
    /// the host (<c>--dns-upstream</c>); when one refuses, the next is asked.</summary>
    public IReadOnlyList<string> DnsUpstream { get; init; } = [];

    /// <summary>DNS domain of the cluster (<c>--cluster-domain</c>).</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>MTU of pod links in bytes (<c>--network-mtu</c>).</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Folder of this node below which persistent volumes may be made, told to the controller manager by an annotation of the
    /// Node (<c>--volume-path</c>); null offers none.</summary>
    public string? VolumePath { get; init; }

    /// <summary>What the image map's word <c>hortus</c> stands for; null means the running executable.</summary>
    public IReadOnlyList<string>? HortusCommand { get; init; }

    /// <summary>Host folders that containers must not see, besides <see cref="RootDirectory"/>
    /// (<c>--masked-path</c>).</summary>
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];

    /// <summary>Folders with programs that containers run and would not see by themselves, such as those below /tmp.</summary>
    public IReadOnlyList<string> VisibleFolders { get; init; } = [];

    /// <summary>Kubernetes version that the Node reports for its kubelet (<c>--kubernetes-version</c>).</summary>
    public string KubernetesVersion { get; init; } = "v1.35.0";

    /// <summary>How much a container may write to its root file system, in bytes; it lives in memory
    /// (<c>--container-root-size</c>).</summary>
    public long ContainerRootSizeBytes { get; init; } = 512L << 20;

    /// <summary>The faults of these options; empty when there are none.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(NodeName))
        {
            faults.Add("--hostname-override: the node needs a name");
        }

        if (!Path.IsPathRooted(RootDirectory))
        {
            faults.Add($"--root-dir: want an absolute path, found \"{RootDirectory}\"");
        }

        if (VolumePath is not null && !Path.IsPathRooted(VolumePath))
        {
            faults.Add($"--volume-path: want an absolute path, found \"{VolumePath}\"");
        }

        if (Kubeconfig is null && PodManifestPath is null)
        {
            faults.Add("--kubeconfig or --pod-manifest-path: one is needed, else there is nothing to run");
        }

        if (BootstrapKubeconfig is not null && Kubeconfig is null)
        {
            faults.Add("--bootstrap-kubeconfig: needs --kubeconfig, the file to write");
        }

        if (Port is < 0 or > 65535)
        {
            faults.Add($"--port: want 0 to 65535, found {Port}");
        }

        if ((TlsCertFile is null) != (TlsPrivateKeyFile is null))
        {
            faults.Add("--tls-cert-file and --tls-private-key-file: give both or none");
        }

        AddAddressFaults(faults);
        return faults;
    }

    private void AddAddressFaults(List<string> faults)
    {
        if (PodCidr is not null && !System.Net.IPNetwork.TryParse(PodCidr, out _))
        {
            faults.Add($"--pod-cidr: want a range such as 10.1.0.0/16, found \"{PodCidr}\"");
        }

        faults.AddRange(DnsUpstream.Where(server => !System.Net.IPEndPoint.TryParse(server, out _))
            .Select(server => $"--dns-upstream: want ADDRESS or ADDRESS:PORT, found \"{server}\""));
        foreach (var (flag, value) in new[] { ("--node-ip", NodeIP), ("--address", Address),
            ("--cluster-dns", ClusterDns) })
        {
            if (value is not null && !System.Net.IPAddress.TryParse(value, out _))
            {
                faults.Add($"{flag}: want an IP address, found \"{value}\"");
            }
        }
    }
}
