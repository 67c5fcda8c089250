namespace Hortus.Kubelet.Containers;

/// <summary>Which Linux capabilities a container keeps.</summary>
internal static class Capabilities
{
    /// <summary>What an unprivileged container has when it asks for nothing: enough for usual servers, nothing that
    /// reaches the host (no device nodes, no mounts, no network set-up).</summary>
    private static readonly string[] Default =
    [
        "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service",
            "net_raw",
        "sys_chroot", "audit_write", "setfcap",
    ];

    /// <summary>The program and arguments that start a command with the user and capabilities of a container; empty
    /// when nothing has to change.</summary>
    public static IReadOnlyList<string> RunAs(ContainerSecurity security, string setpriv)
    {
        var arguments = new List<string> { setpriv };
        if (BoundingSet(security) is { } bounding)
        {
            arguments.Add($"--bounding-set={bounding}");
        }

        if (security.User is { } user)
        {
            arguments.AddRange([$"--reuid={user}", $"--regid={security.Group ?? 0}"]);
            arguments.Add(Groups(security));
        }
        else if (security.Group is { } group)
        {
            arguments.AddRange([$"--regid={group}", Groups(security)]);
        }

        if (security.NoNewPrivileges)
        {
            arguments.Add("--no-new-privs");
        }

        return arguments.Count == 1 ? [] : [.. arguments, "--"];
    }

    private static string Groups(ContainerSecurity security) => security.SupplementalGroups.Count == 0
        ? "--clear-groups"
        : $"--groups={string.Join(',', security.SupplementalGroups)}";

    private static string? BoundingSet(ContainerSecurity security)
    {
        var add = security.AddCapabilities.Select(Normalize).ToList();
        var drop = security.DropCapabilities.Select(Normalize).ToHashSet();
        if (security.Privileged || (add.Contains("all") && drop.Count == 0))
        {
            return null;
        }

        var kept = drop.Contains("all") ? [] : Default.Where(c => !drop.Contains(c));
        return string.Join(
            ',', kept.Concat(add.Where(c => c != "all")).Distinct().Order().Select(c => $"+{c}").Prepend("-all"));
    }

    private static string Normalize(string capability)
    {
        var name = capability.ToLowerInvariant();
        return name.StartsWith("cap_", StringComparison.Ordinal) ? name[4..] : name;
    }
}
