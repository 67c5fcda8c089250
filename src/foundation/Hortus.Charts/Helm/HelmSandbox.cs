using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hortus.Host;

namespace Hortus.Charts;

/// <summary>How a run of helm ended.</summary>
/// <param name="ExitCode">0 means success.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">The beginning of standard error.</param>
internal sealed record HelmResult(int ExitCode, string Output, string Error);

/// <summary>A run took more than it may; the message says of what.</summary>
internal sealed class HelmLimitException(string message) : Exception(message);

/// <summary>
/// Runs helm with as few means as the machine lets us take away from it: always without our environment and with limits; in a network
/// namespace of its own, which is empty, and without privileges where the system allows that.
/// </summary>
internal sealed class HelmSandbox(string binary, HelmLimits limits) : IDisposable
{
    private const int ErrorMax = 64 * 1024;
    private const int BufferSize = 64 * 1024;
    private const int ProcessorsMax = 2;
    private readonly SemaphoreSlim probing = new(1);
    private string[]? wrapper;

    /// <summary>Runs helm once.</summary>
    /// <param name="folder">A private folder, the only one that it is told of.</param>
    /// <param name="arguments">Arguments of helm.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="HelmLimitException">It took too long, or its output is too large.</exception>
    /// <exception cref="HostException">It cannot be started.</exception>
    public async Task<HelmResult> RunAsync(
        string folder, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        wrapper ??= await ProbeAsync(folder, cancellationToken);
        return await RunAsync(wrapper, folder, arguments, input, cancellationToken);
    }

    public void Dispose() => probing.Dispose();

    // What is allowed differs between machines, containers and users, so it is tried with helm itself, once.
    private async Task<string[]> ProbeAsync(string folder, CancellationToken cancellationToken)
    {
        await probing.WaitAsync(cancellationToken);
        try
        {
            if (wrapper is not null)
            {
                return wrapper;
            }

            var last = new HelmResult(0, "", "");
            foreach (var candidate in Candidates())
            {
                last = await RunAsync(candidate, folder, ["version", "--short"], ReadOnlyMemory<byte>.Empty, cancellationToken);
                if (last.ExitCode == 0)
                {
                    return candidate;
                }
            }

            throw new HostException($"{binary} version ended with code {last.ExitCode}: {HelmErrors.FirstLine(last.Error)}");
        }
        finally
        {
            probing.Release();
        }
    }

    private IEnumerable<string[]> Candidates()
    {
        string[] bounds =
        [
            Tool("prlimit"),
            $"--data={limits.Memory}",
            ProcessorLimit,
            "--fsize=0",
            "--core=0",
        ];
        string[] powerless = [Tool("setpriv"), "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"];
        yield return [Tool("unshare"), "--net", "--ipc", .. powerless, .. bounds];
        yield return [Tool("unshare"), "--user", "--map-current-user", "--net", "--ipc", .. powerless, .. bounds];
        yield return [Tool("setpriv"), "--no-new-privs", .. bounds];
        yield return bounds;
    }

    // More than it can use until its time is over, so that it ends for that reason; it counts when nobody is left to stop it.
    private string ProcessorLimit => string.Create(
        CultureInfo.InvariantCulture, $"--cpu={1 + (long)Math.Ceiling(ProcessorsMax * limits.Time.TotalSeconds)}");

    private static string Tool(string name) => HelmBinary.InPath(name) ?? name;

    private async Task<HelmResult> RunAsync(
        IReadOnlyList<string> prefix,
        string folder,
        IReadOnlyList<string> arguments,
        ReadOnlyMemory<byte> input,
        CancellationToken cancellationToken)
    {
        using var process = ProcessRunner.Start(StartOf([.. prefix, binary, .. arguments], folder));
        using var time = new CancellationTokenSource(limits.Time, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        using var kill = both.Token.Register(static id => ProcessTable.KillTree((int)id!), process.Id);
        try
        {
            var output = ReadUntilAsync(process.StandardOutput.BaseStream, limits.Output, both.Token);
            var error = ReadBeginningAsync(process.StandardError.BaseStream, ErrorMax, both.Token);
            await WriteAsync(process.StandardInput.BaseStream, input, both.Token);
            var text = await output;
            if (text.Length > limits.Output)
            {
                ProcessTable.KillTree(process.Id);
                throw new HelmLimitException($"it renders to more than {limits.Output} bytes");
            }

            await process.WaitForExitAsync(both.Token);
            return new HelmResult(process.ExitCode, Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(await error));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HelmLimitException(
                string.Create(CultureInfo.InvariantCulture, $"rendering took longer than {limits.Time.TotalSeconds:0.#} s"));
        }
    }

    private ProcessStartInfo StartOf(IReadOnlyList<string> command, string folder)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Clear();
        foreach (var (name, value) in EnvironmentOf(folder))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private Dictionary<string, string> EnvironmentOf(string folder) => new()
    {
        ["HOME"] = Path.Combine(folder, "home"),
        ["TMPDIR"] = folder,
        ["XDG_CACHE_HOME"] = Path.Combine(folder, "cache"),
        ["XDG_CONFIG_HOME"] = Path.Combine(folder, "config"),
        ["XDG_DATA_HOME"] = Path.Combine(folder, "data"),
        ["HELM_CACHE_HOME"] = Path.Combine(folder, "cache"),
        ["HELM_CONFIG_HOME"] = Path.Combine(folder, "config"),
        ["HELM_DATA_HOME"] = Path.Combine(folder, "data"),
        ["HELM_PLUGINS"] = Path.Combine(folder, "plugins"),
        ["HELM_NO_PLUGINS"] = "1",
        ["KUBECONFIG"] = "/dev/null",
        ["LANG"] = "C.UTF-8",
        ["TZ"] = "UTC",
        ["NO_COLOR"] = "1",
        // Go gives memory back before it reaches the limit, and says little when it dies.
        ["GOMEMLIMIT"] = (limits.Memory * 3 / 4).ToString(CultureInfo.InvariantCulture),
        ["GOTRACEBACK"] = "none",
        ["GOMAXPROCS"] = ProcessorsMax.ToString(CultureInfo.InvariantCulture),
    };

    private static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await using (stream)
            {
                await stream.WriteAsync(input, cancellationToken);
            }
        }
        catch (IOException)
        {
            // It did not read all of its input; its exit code tells whether that matters.
        }
    }

    // Ends as soon as there is more than may be: one byte more tells so.
    private static async Task<byte[]> ReadUntilAsync(Stream stream, int bytesMax, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[BufferSize];
        int read;
        while (kept.Length <= bytesMax && (read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await kept.WriteAsync(buffer.AsMemory(0, (int)Math.Min(read, bytesMax + 1 - kept.Length)), cancellationToken);
        }

        return kept.ToArray();
    }

    // Everything is read, so that the program never waits for us; only the beginning is kept.
    private static async Task<byte[]> ReadBeginningAsync(Stream stream, int bytesMax, CancellationToken cancellationToken)
    {
        var kept = await ReadUntilAsync(stream, bytesMax, cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
        return kept;
    }
}
