using Hortus.Objects.Gardener;
using Hortus.Runtime;

namespace Hortus.Extensions;

/// <summary>Settings that every extension has.</summary>
public abstract record ExtensionOptions
{
    /// <summary>Kubeconfig of the cluster with the extension objects; absent means the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Port for /healthz, /readyz and /metrics; 0 means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Classes of the objects that this instance serves: garden, seed, shoot. Shoot when absent or empty. What the
    /// instance calls itself follows from it, so that instances with other classes on the same cluster do not meet.</summary>
    public IReadOnlyList<string>? ExtensionClasses { get; init; }

    /// <summary>Works only while it holds a lease, so that several replicas may run.</summary>
    public bool LeaderElect { get; init; }

    /// <summary>Who this instance is. A pod's name lets its restarted container go on at once with the lease that it had; absent means a
    /// new name with each start.</summary>
    public string? LeaderElectionIdentity { get; init; }

    /// <summary>Namespace of the lease.</summary>
    public string LeaderElectionNamespace { get; init; } = GardenerNames.GardenNamespace;

    /// <summary>Objects of one kind handled side by side.</summary>
    public int ConcurrentReconciles { get; init; } = 20;

    /// <summary>The classes that <see cref="ExtensionClasses"/> names.</summary>
    /// <exception cref="SettingException">There is no such class.</exception>
    public ExtensionClasses Classes => Hortus.Extensions.ExtensionClasses.Parse(ExtensionClasses);

    /// <summary>How to host an extension with these settings.</summary>
    /// <param name="component">Name of the extension; the instance's name follows from it and the classes.</param>
    /// <exception cref="SettingException">There is no such class.</exception>
    public ComponentHostOptions HostOptions(string component)
    {
        var name = Classes.NameOf(component);
        return new()
        {
            Name = name,
            Kubeconfig = Kubeconfig,
            HealthPort = HealthPort,
            LeaderElection = LeaderElect
                ? new LeaderElectionOptions { Namespace = LeaderElectionNamespace, Name = name, Identity = LeaderElectionIdentity }
                : null,
        };
    }
}
