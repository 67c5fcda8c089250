using System.Globalization;
using Hortus.Local.Node;

namespace Hortus.Local.Bootstrap;

/// <summary>Checks what a local garden needs before anything is started, so that a failure leaves nothing behind.</summary>
public static class Preflight
{
    private static readonly string[] Programs = ["ip", "nft", "unshare", "nsenter", "setsid", "mount"];

    /// <summary>Checks user, programs and, when the garden does not run yet, the port.</summary>
    /// <exception cref="LocalGardenException">Something is missing; the message says what to do.</exception>
    public static void Check(LocalGardenOptions options, StateDirectory state)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(state);
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new LocalGardenException(string.Join("; ", faults));
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new LocalGardenException(
                "a local garden needs root: it makes network and mount namespaces; run `sudo hortus up`");
        }

        var missing = Programs.Where(program => FindOnPath(program) is null).ToArray();
        if (missing.Length > 0)
        {
            throw new LocalGardenException(
                $"missing on this machine: {string.Join(", ", missing)}; run eng/setup.sh, or install iproute2, nftables and util-linux");
        }

        if (File.Exists(state.PortFile)
            && int.TryParse(File.ReadAllText(state.PortFile), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port != options.Port && new ProcessFile(state.NodePid).FindRunning() is not null)
        {
            throw new LocalGardenException(
                $"the garden in {state.Root} runs on port {port}; use it, or run `hortus down` before choosing another port");
        }

        if (new ProcessFile(state.NodePid).FindRunning() is null)
        {
            LocalNode.Listen(options.Port).Dispose();
        }
    }

    private static string? FindOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/sbin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
