using Hortus.Local.Node;
using Hortus.Local.Registry;

namespace Hortus.Local.Bootstrap;

/// <summary>Checks what a local garden needs before anything is started, so that a failure leaves nothing behind.</summary>
public static class Preflight
{
    private static readonly string[] Programs = ["ip", "nft", "unshare", "nsenter", "setsid", "mount", LocalRegistry.Program];

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

        IEnumerable<string> store = GardenManifest.Read(options, state).UsesEtcd ? [LocalPrograms.Etcd] : [];
        var missing = Programs.Concat(store).Where(program => LocalPrograms.Find(program, options.Executable) is null).ToArray();
        if (missing.Length > 0)
        {
            throw new LocalGardenException(
                $"missing on this machine: {string.Join(", ", missing)}; run eng/setup.sh, or install iproute2, "
                + "nftables, util-linux, docker-registry and, for a garden on etcd, etcd-server");
        }

        var runs = new ProcessFile(state.NodePid).FindRunning() is not null;
        if (runs && !File.Exists(state.RegistryPassword))
        {
            throw new LocalGardenException(
                $"the garden in {state.Root} was started by an older hortus, which knows no registry; run `hortus down` first: "
                + "the data stays");
        }

        if (state.KnownPort is { } port && port != options.Port && runs)
        {
            throw new LocalGardenException(
                $"the garden in {state.Root} runs on port {port}; use it, or run `hortus down` before choosing another port");
        }

        if (state.Clusters.Count > options.Seeds)
        {
            throw new LocalGardenException(
                $"--seeds: the garden in {state.Root} has {state.Clusters.Count} seeds and cannot come back with {options.Seeds}; "
                + "leave --seeds out, or run `hortus down --delete-state` and start anew");
        }

        if (!runs)
        {
            LocalNode.Listen(options.Port).Dispose();
        }
    }
}
