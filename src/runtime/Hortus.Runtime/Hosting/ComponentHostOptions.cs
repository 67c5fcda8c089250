using System.Net;
using Hortus.Client;
using Hortus.Telemetry;

namespace Hortus.Runtime;

/// <summary>What <see cref="ComponentHost"/> needs to run a component.</summary>
public sealed record ComponentHostOptions
{
    /// <summary>Name of the component, for example <c>hortus-gardenlet</c>: User-Agent, event source, log line at
    /// start.</summary>
    public required string Name { get; init; }

    /// <summary>Kubeconfig file; null means <c>KUBECONFIG</c>, then the pod's service account, then
    /// <c>~/.kube/config</c>.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Uses this client instead of connecting by <see cref="Kubeconfig"/>; it stays the caller's. For
    /// in-process use.</summary>
    public IKubernetesClient? Client { get; init; }

    /// <summary>Runs the component only while it holds this lease; null means at once.</summary>
    public LeaderElectionOptions? LeaderElection { get; init; }

    /// <summary>Runs from the start, whether or not the lease is held, for servers that every instance offers. The component ends when
    /// it ends. Null means nothing.</summary>
    public Func<ComponentContext, CancellationToken, Task>? Beside { get; init; }

    /// <summary>Port for <c>/healthz</c>, <c>/livez</c>, <c>/readyz</c> and <c>/metrics</c> over plain HTTP; 0
    /// (default) means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Another port for the same, for those who only want metrics; 0 (default) means none.</summary>
    public int MetricsPort { get; init; }

    /// <summary>Address for that port. Default all addresses, because probes come from outside the pod.</summary>
    public IPAddress HealthAddress { get; init; } = IPAddress.Any;

    /// <summary>Log form and level.</summary>
    public LogOptions Log { get; init; } = new();

    /// <summary>Cancels the component on SIGTERM and SIGINT. Default true; false inside a process that handles them
    /// itself.</summary>
    public bool HandleSignals { get; init; } = true;

    /// <summary>How long the component may take to stop after cancellation. Default 20 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time source of the component and everything it uses.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>Exit codes of all components.</summary>
public static class ExitCode
{
    public const int Success = 0;

    /// <summary>The component failed; the log says why.</summary>
    public const int Failure = 1;

    /// <summary>Flags, configuration or kubeconfig are unusable; a restart does not help.</summary>
    public const int BadConfiguration = 2;

    /// <summary>Another instance took the lease over; a restart makes this one a candidate again.</summary>
    public const int LeadershipLost = 3;
}
