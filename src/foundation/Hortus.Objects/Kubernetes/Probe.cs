namespace Hortus.Objects.Kubernetes;

/// <summary>A check that the kubelet repeats; exactly one of exec, httpGet, tcpSocket and grpc is set.</summary>
public sealed record Probe : ApiType
{
    public ExecAction? Exec { get; init; }

    public HTTPGetAction? HttpGet { get; init; }

    public TCPSocketAction? TcpSocket { get; init; }

    public GRPCAction? Grpc { get; init; }

    public int? InitialDelaySeconds { get; init; }

    [DefaultJson("1")]
    public int? TimeoutSeconds { get; init; }

    [DefaultJson("10")]
    public int? PeriodSeconds { get; init; }

    [DefaultJson("1")]
    public int? SuccessThreshold { get; init; }

    [DefaultJson("3")]
    public int? FailureThreshold { get; init; }

    public long? TerminationGracePeriodSeconds { get; init; }
}

/// <summary>Runs a command in the container; exit code 0 is success.</summary>
public sealed record ExecAction : ApiType
{
    public IReadOnlyList<string>? Command { get; init; }
}

/// <summary>Asks by HTTP; a code from 200 to 399 is success.</summary>
public sealed record HTTPGetAction : ApiType
{
    [DefaultJson("\"/\"")]
    public string? Path { get; init; }

    [Required]
    public IntOrString Port { get; init; }

    /// <summary>Absent means the pod's address.</summary>
    public string? Host { get; init; }

    [DefaultJson("\"HTTP\"")]
    public string? Scheme { get; init; }

    public IReadOnlyList<HTTPHeader>? HttpHeaders { get; init; }
}

/// <summary>A header of the request.</summary>
public sealed record HTTPHeader : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public string Value { get => field ?? ""; init; }
}

/// <summary>Opens a connection.</summary>
public sealed record TCPSocketAction : ApiType
{
    [Required]
    public IntOrString Port { get; init; }

    public string? Host { get; init; }
}

/// <summary>Asks the gRPC health service.</summary>
public sealed record GRPCAction : ApiType
{
    [Required]
    public int Port { get; init; }

    public string? Service { get; init; }
}

/// <summary>Hooks of a container.</summary>
public sealed record Lifecycle : ApiType
{
    public LifecycleHandler? PostStart { get; init; }

    public LifecycleHandler? PreStop { get; init; }

    public string? StopSignal { get; init; }
}

/// <summary>Exactly one member is set.</summary>
public sealed record LifecycleHandler : ApiType
{
    public ExecAction? Exec { get; init; }

    public HTTPGetAction? HttpGet { get; init; }

    public TCPSocketAction? TcpSocket { get; init; }

    public SleepAction? Sleep { get; init; }
}

/// <summary>Waits.</summary>
public sealed record SleepAction : ApiType
{
    [Required]
    public long Seconds { get; init; }
}
