using System.Text.Json.Serialization;
using Hortus.Host;

namespace Hortus.Kubelet.Containers;

/// <summary>What the kubelet remembers on disk about a container, so that a later kubelet can adopt it.</summary>
internal sealed record ContainerRecord
{
    public required string Id { get; init; }

    public required string PodUid { get; init; }

    public required string PodNamespace { get; init; }

    public required string PodName { get; init; }

    public required string Name { get; init; }

    public required string Image { get; init; }

    public int Attempt { get; init; }

    public string SpecHash { get; init; } = "";

    public required string LogPath { get; init; }

    public string? NetworkNamespacePath { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>First process of the container's PID namespace; null until started.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>The shell that waits for the container and writes its exit code.</summary>
    public ProcessIdentity? Supervisor { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>Why it ended: <c>Completed</c>, <c>Error</c>, <c>StartError</c>,
    /// <c>ContainerStatusUnknown</c>.</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }

    /// <summary>File that holds the program's last words; null when it has none.</summary>
    public string? TerminationMessageFile { get; init; }

    /// <summary>Program and arguments that give a command the container's user and capabilities; empty for
    /// root.</summary>
    public IReadOnlyList<string> RunAs { get => field ??= []; init; }

    public string? WorkingDirectory { get; init; }

    public bool HasInput { get; init; }

    public bool EndsInput { get; init; }

    public bool HasTerminal { get; init; }

    /// <summary>Whether the first process is not that of a PID namespace: its end does not end the others.</summary>
    public bool SharesProcesses { get; init; }

    [JsonIgnore]
    public bool IsRunning => Process is not null && FinishedAt is null;
}

[JsonSerializable(typeof(ContainerRecord))]
[JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ContainerJson : JsonSerializerContext;
