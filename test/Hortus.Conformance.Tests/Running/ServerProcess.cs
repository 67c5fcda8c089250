using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Hortus.Conformance.Tests.Running;

/// <summary><c>hortus apiserver</c> as users run it: the built program, TLS, a data folder on disk.</summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private readonly Process process;
    private readonly StringBuilder log = new();
    private readonly TaskCompletionSource<Uri> serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => serving.TrySetException(new InvalidOperationException($"hortus apiserver ended:\n{Log}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it serves.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Everything it wrote.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <summary>Starts on a free port of 127.0.0.1; done when it serves.</summary>
    /// <param name="pki">Certificates and tokens.</param>
    /// <param name="dataFolder">Folder of the store.</param>
    /// <param name="arguments">Further flags.</param>
    public static async Task<ServerProcess> StartAsync(ServerCredentials pki, string dataFolder, params string[] arguments)
    {
        string[] all =
        [
            "apiserver", "--bind-address", "127.0.0.1", "--secure-port", "0", "--data-dir", dataFolder,
            "--cert-dir", Path.Combine(pki.Folder, "serving"),
            "--tls-cert-file", pki.ServingCertificateFile, "--tls-private-key-file", pki.ServingKeyFile,
            "--client-ca-file", pki.ClientAuthorityFile, "--token-auth-file", pki.TokenFile,
            "--service-account-signing-key-file", pki.ServiceAccountKeyFile,
            "--service-account-key-file", pki.ServiceAccountKeyFile, .. arguments,
        ];
        var process = Process.Start(new ProcessStartInfo(Locate(), all)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = pki.Folder,
        })!;
        var server = new ServerProcess(process);
        try
        {
            server.Address = await server.serving.Task.WaitAsync(StartDeadline);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as a power cut would: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (log)
        {
            log.AppendLine(line);
        }

        if (Serving().Match(line) is { Success: true } match)
        {
            serving.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    /// <summary>The program of the configuration that these tests were built in.</summary>
    internal static string Locate()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var output = Path.Combine(folder.FullName, "src", "app", "Hortus", "bin", configuration, "net10.0", "hortus");
            if (File.Exists(output))
            {
                return output;
            }
        }

        throw new InvalidOperationException($"the program hortus is not built in configuration {configuration}; run make build");
    }

    [GeneratedRegex(@"serving the Kubernetes API at (https://[^\s]+)")]
    private static partial Regex Serving();
}
