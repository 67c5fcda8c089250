using System.Diagnostics;

namespace Hortus.Testing.Etcd;

/// <summary>One process of an etcd.</summary>
/// <param name="address">Where clients reach it.</param>
/// <param name="arguments">Its command line.</param>
/// <param name="dataFolder">Its data.</param>
public sealed class EtcdMember(Uri address, IReadOnlyList<string> arguments, string dataFolder)
{
    /// <summary>The program.</summary>
    public const string Program = "etcd";

    private ServerProcess? process;

    public Uri Address => address;

    /// <summary>Starts it, on the data it has, and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">It ended; the message has its log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken) => process = await ServerProcess.StartAsync(
        new ProcessStartInfo(BuiltTools.Installed(Program), arguments),
        line => line.Contains("serving client traffic", StringComparison.Ordinal),
        printed: null,
        cancellationToken);

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (process is not null)
        {
            await process.KillAsync();
            process = null;
        }
    }

    /// <summary>Removes what a killed member has stored, as a disk that was lost does.</summary>
    public void Wipe() => Directory.Delete(dataFolder, recursive: true);
}
