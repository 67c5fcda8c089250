namespace Hortus.MachineController;

/// <summary>Settings of the machine controller manager. Times hold for machines that do not set their own.</summary>
public sealed record MachineControllerManagerOptions
{
    /// <summary>Kubeconfig of the cluster with the machine objects; absent means the pod's service account.</summary>
    public string? ControlKubeconfig { get; init; }

    /// <summary>Kubeconfig of the cluster that the machines join.</summary>
    public required string TargetKubeconfig { get; init; }

    /// <summary>Namespace of the machine objects.</summary>
    public required string Namespace { get; init; }

    /// <summary>Machine driver; only <c>local</c> is known.</summary>
    public string Driver { get; init; } = "local";

    /// <summary>Port for /healthz, /readyz and /metrics; 0 means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Machines handled side by side; a drain occupies one place until it ends.</summary>
    public int ConcurrentMachines { get; init; } = 50;

    /// <summary>How long a machine may take from its creation until its node is ready.</summary>
    public TimeSpan MachineCreationTimeout { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How long a node may be unhealthy before its machine counts as failed.</summary>
    public TimeSpan MachineHealthTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long pods may take to leave a node before they are deleted without grace.</summary>
    public TimeSpan MachineDrainTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Time between two searches for machines that no object knows.</summary>
    public TimeSpan MachineSafetyOrphanVmsPeriod { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Time between two looks whether the target's API server answers.</summary>
    public TimeSpan MachineSafetyApiserverStatuscheckPeriod { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one such look may take.</summary>
    public TimeSpan MachineSafetyApiserverStatuscheckTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Node conditions that make a machine unhealthy when they are True.</summary>
    public IReadOnlyList<string> NodeConditions { get; init; } =
        ["KernelDeadlock", "ReadonlyFilesystem", "DiskPressure", "NetworkUnavailable"];
}
