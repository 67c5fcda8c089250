using Hortus.Host;

namespace Hortus.Kubelet.Containers;

/// <summary>Everything needed to start one container.</summary>
internal sealed record ContainerSpec
{
    /// <summary>Where privileged containers, which may be machines, find the root of the real machine.</summary>
    public const string RealRoot = "/run/hortus-root";

    /// <summary>What the container's root is laid over. The kernel stacks two overlays at most, so on a machine that is a container
    /// itself it is not that one's root, but the root of the real machine.</summary>
    public string BaseRoot { get; init; } = Directory.Exists(RealRoot) ? RealRoot : "/";

    public required string PodUid { get; init; }

    public required string PodNamespace { get; init; }

    public required string PodName { get; init; }

    /// <summary>Name of the container in its pod.</summary>
    public required string Name { get; init; }

    public required string Image { get; init; }

    /// <summary>How often the container was started before.</summary>
    public int Attempt { get; init; }

    /// <summary>Tells whether a running container still is what the pod asks for.</summary>
    public string SpecHash { get; init; } = "";

    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The whole environment of the program.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? WorkingDirectory { get; init; }

    /// <summary>Whether users may type into the program.</summary>
    public bool HasInput { get; init; }

    /// <summary>Whether the program's input ends when the first user who typed has left.</summary>
    public bool EndsInput { get; init; }

    /// <summary>Whether the program runs on a terminal.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>A process whose PID namespace the container shares; null gives it one of its own.</summary>
    public ProcessIdentity? SharesProcessesOf { get; init; }

    /// <summary>Whether the container is in the kubelet's own PID namespace.</summary>
    public bool SharesHostProcesses { get; init; }

    /// <summary>Whether the container is in the kubelet's own IPC namespace.</summary>
    public bool SharesHostIpc { get; init; }

    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];

    /// <summary>Folder whose files appear in the container's <c>/etc</c> (hosts, hostname, resolv.conf); null for
    /// none.</summary>
    public string? EtcDirectory { get; init; }

    /// <summary>File that stands for the network namespace; null keeps the kubelet's.</summary>
    public string? NetworkNamespacePath { get; init; }

    public required string Hostname { get; init; }

    public ContainerSecurity Security { get; init; } = new();

    /// <summary>Bound of what the container may write to its root file system.</summary>
    public long RootSizeBytes { get; init; } = 64L << 20;

    /// <summary>Host folders the container must not see.</summary>
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];

    /// <summary>Host folders visible at their own path, read-only, even below a fresh or masked folder.</summary>
    public IReadOnlyList<string> VisiblePaths { get; init; } = [];

    /// <summary>File in the container where the program may leave its last words; null for none.</summary>
    public string? TerminationMessagePath { get; init; }
}

/// <summary>A host file or folder bound into a container.</summary>
internal sealed record ContainerMount(string Source, string Target, bool ReadOnly);

/// <summary>What the program may do.</summary>
internal sealed record ContainerSecurity
{
    /// <summary>All capabilities, the host's devices and a writable <c>/sys</c>.</summary>
    public bool Privileged { get; init; }

    public bool ReadOnlyRoot { get; init; }

    public bool NoNewPrivileges { get; init; }

    /// <summary>Null means root.</summary>
    public long? User { get; init; }

    /// <summary>Null means the group with the user's number 0.</summary>
    public long? Group { get; init; }

    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];

    /// <summary>Capabilities beyond the default ones, without <c>CAP_</c>, or <c>ALL</c>.</summary>
    public IReadOnlyList<string> AddCapabilities { get; init; } = [];

    /// <summary>Default capabilities not wanted, or <c>ALL</c>.</summary>
    public IReadOnlyList<string> DropCapabilities { get; init; } = [];
}
