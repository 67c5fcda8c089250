namespace Hortus.Extensions;

/// <summary>How long to wait for an extension.</summary>
/// <param name="Severe">Gives up early when the object keeps reporting an error for this long.</param>
/// <param name="Timeout">Gives up.</param>
public sealed record ExtensionWaitTimes(TimeSpan Severe, TimeSpan Timeout)
{
    /// <summary>Infrastructure: 3 min, 10 min.</summary>
    public static ExtensionWaitTimes Infrastructure { get; } = new(TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(10));

    /// <summary>Worker: 30 s, 10 min.</summary>
    public static ExtensionWaitTimes Worker { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10));

    /// <summary>ControlPlane, Network, OperatingSystemConfig, Extension, ContainerRuntime: 30 s, 3 min.</summary>
    public static ExtensionWaitTimes Standard { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(3));

    /// <summary>BackupBucket and BackupEntry: 30 s, 1 min.</summary>
    public static ExtensionWaitTimes Backup { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));

    /// <summary>DNSRecord: 15 s, 2 min.</summary>
    public static ExtensionWaitTimes DnsRecord { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(2));
}
