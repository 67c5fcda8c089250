using System.Diagnostics;
using System.Text;

namespace Hortus.Testing.Etcd;

/// <summary>One process of an etcd.</summary>
/// <param name="address">Where clients reach it.</param>
/// <param name="arguments">Its command line.</param>
/// <param name="dataFolder">Its data.</param>
public sealed class EtcdMember(Uri address, IReadOnlyList<string> arguments, string dataFolder)
{
    private Process? process;

    public Uri Address => address;

    /// <summary>Starts it, on the data it has, and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">It ended; the message has its log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var log = new StringBuilder();
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Read(object sender, DataReceivedEventArgs line)
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }

            if (line.Data?.Contains("serving client traffic", StringComparison.Ordinal) == true)
            {
                serving.TrySetResult();
            }
        }

        process = Process.Start(new ProcessStartInfo(Locate(), arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        process.ErrorDataReceived += Read;
        process.OutputDataReceived += Read;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var ended = process.WaitForExitAsync(cancellationToken);
        await Task.WhenAny(serving.Task, ended);
        cancellationToken.ThrowIfCancellationRequested();
        if (!serving.Task.IsCompleted)
        {
            lock (log)
            {
                throw new InvalidOperationException($"etcd ended:\n{log}");
            }
        }
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            process = null;
        }
    }

    /// <summary>Removes what a killed member has stored, as a disk that was lost does.</summary>
    public void Wipe() => Directory.Delete(dataFolder, recursive: true);

    /// <summary>The program etcd: the one that setup unpacked, or the one in PATH.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static string Locate()
    {
        var unpacked = Path.Combine(BuiltTools.Root, ".tools", "bin", "etcd");
        return File.Exists(unpacked)
            ? unpacked
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
                .Select(folder => Path.Combine(folder, "etcd"))
                .FirstOrDefault(File.Exists)
                ?? throw new FileNotFoundException(
                    "etcd is neither in .tools/bin of the repository nor in PATH; run ./eng/setup.sh, which unpacks it");
    }
}
