using System.Net;

namespace Hortus.Local;

/// <summary>What a local garden is made of. The same options give the same garden; they are kept in the state directory, so
/// that a later <c>hortus up</c> resumes it.</summary>
public sealed record LocalGardenOptions
{
    /// <summary>Folder that holds everything; absolute.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Port on 127.0.0.1 under which all API servers are reached (told apart by TLS server name). Default 6443.</summary>
    public int Port { get; init; } = 6443;

    /// <summary>Port on 127.0.0.1, UDP and TCP, under which the garden's DNS zones are answered. 0, the default, takes a free one
    /// and keeps it; it stands in the file <c>dns-port</c> of the state directory.</summary>
    public int DnsPort { get; init; }

    /// <summary>Manifests of the Garden and of what stands beside it; null takes those of an earlier start, or else the
    /// example.</summary>
    public string? GardenFile { get; init; }

    /// <summary>Where the API servers of the virtual garden keep their objects, <c>embedded</c> or <c>etcd</c>; null leaves it to the
    /// Garden's manifest.</summary>
    public string? Store { get; init; }

    /// <summary>How many seeds the garden has, each on a cluster of its own; the first is the runtime cluster. Default 1.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Two of each component that can have several. Stays with the garden.</summary>
    public bool IsHighlyAvailable { get; init; }

    /// <summary>Leaves out what a Shoot can do without. Stays with the garden.</summary>
    public bool IsMinimal { get; init; }

    /// <summary>How long <c>hortus up</c> waits for garden and seed. Default 3 minutes.</summary>
    public TimeSpan ReadyTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The executable that pods and processes run; the running one by default.</summary>
    public string Executable { get; init; } = Environment.ProcessPath ?? "hortus";

    /// <summary>Checks all options at once.</summary>
    /// <returns>One line per fault; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (!Path.IsPathFullyQualified(StateDirectory))
        {
            faults.Add($"--state-dir: \"{StateDirectory}\" is not an absolute path");
        }

        if (Port is < 1 or > IPEndPoint.MaxPort)
        {
            faults.Add($"--port: {Port} is not between 1 and {IPEndPoint.MaxPort}");
        }

        if (DnsPort is < 0 or > IPEndPoint.MaxPort)
        {
            faults.Add($"--dns-port: {DnsPort} is not between 0 and {IPEndPoint.MaxPort}");
        }

        if (Seeds is < 1 or > LocalCluster.SeedsMax)
        {
            faults.Add($"--seeds: {Seeds} is not between 1 and {LocalCluster.SeedsMax}");
        }

        if (IsHighlyAvailable && IsMinimal)
        {
            faults.Add("--ha and --minimal: want one of them, two of everything or as little as possible");
        }

        if (ReadyTimeout <= TimeSpan.Zero)
        {
            faults.Add($"--timeout: {ReadyTimeout} is not positive");
        }

        return faults;
    }
}
