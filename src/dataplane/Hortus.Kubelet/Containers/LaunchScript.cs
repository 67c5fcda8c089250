using System.Globalization;
using System.Text;
using Hortus.Kubelet.Images;

namespace Hortus.Kubelet.Containers;

/// <summary>
/// Writes the two small shell scripts that start a container. The supervisor waits outside and keeps the exit code on
/// disk, so that no kubelet is needed while the container runs; the other one runs as the first process of the new
/// namespaces, builds the root file system and becomes the program.
/// </summary>
internal static class LaunchScript
{
    /// <summary>Where the host's root is while volumes are bound; gone before the program starts.</summary>
    private const string Old = "/.hortus-host";

    /// <summary>The program and arguments that run the supervisor in the container's namespaces; its first child
    /// becomes the first process of the PID namespace.</summary>
    public static IReadOnlyList<string> Command(ContainerSpec spec, string folder)
    {
        string[] network = spec.NetworkNamespacePath is { } path ? [Programs.Nsenter, $"--net={path}"] : [];
        string[] processes = spec.SharesProcessesOf is { } other
            ? [Programs.Nsenter, "--no-fork", $"--pid=/proc/{other.Id}/ns/pid"]
            : [];
        string[] own =
        [
            .. spec.SharesHostIpc ? (string[])[] : ["--ipc"],
            .. spec.SharesHostProcesses || spec.SharesProcessesOf is not null ? (string[])[] : ["--pid"],
        ];
        return
        [
            Programs.SetSession, .. network, .. processes,
            Programs.Unshare, "--mount", "--propagation", "private", "--uts", .. own,
            Programs.Shell, folder + "/supervisor.sh",
        ];
    }

    /// <summary>The pipe through which users type into a program without a terminal.</summary>
    public static string InputPipe(string folder) => folder + "/stdin";

    /// <summary>The supervisor. After the container's end its PID namespace admits no process, hence only built-in
    /// commands.</summary>
    /// <param name="spec">The container.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="terminal">The terminal's file when the container has one.</param>
    public static string Supervisor(ContainerSpec spec, string folder, string? terminal)
    {
        var pipe = Quote(InputPipe(folder));
        var streams = terminal is not null
            ? $"<>{Quote(terminal)} 1>&0 2>&0"
            : $"{(spec.HasInput ? "<" + pipe : "")} 1>>{Quote(folder + "/stdout")} 2>>{Quote(folder + "/stderr")}";
        // In parentheses: what the shell says about a program that was killed must not get among what the program said.
        var session = terminal is null ? "" : $"{Programs.SetSession} --ctty ";

        // Input that no user ends stays open when the kubelet, who holds the other end, is replaced.
        var keep = terminal is null && spec is { HasInput: true, EndsInput: false } ? $"6<>{pipe}" : "";
        return $"""
            umask 022
            cd /
            exec 3>&1 1>/dev/null 2>/dev/null </dev/null 5>{Quote(folder + "/exit")} {keep}
            (exec {session}{Programs.Shell} {Quote(folder + "/init.sh")}) {streams} 5>&- 6>&-
            echo $? >&5

            """;
    }

    /// <summary>The first process: root file system, devices, volumes, then the program.</summary>
    public static string Init(ContainerSpec spec, string folder, string deviceTemplate)
    {
        var script = new StringBuilder();
        AddStart(script, spec, folder);
        AddRoot(script, spec, folder);
        AddWays(script, spec);
        AddKernelFileSystems(script, spec, deviceTemplate);
        AddHidden(script, spec);
        AddMounts(script, spec, folder);
        AddEnd(script, spec);
        return script.ToString();
    }

    internal static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static void AddStart(StringBuilder script, ContainerSpec spec, string folder) => script.Append($$"""
        set -e
        exec 4>&2 2>{{Quote(folder + "/setup.log")}}
        read -r stat </proc/self/stat
        set -- $stat
        id="$1 ${22}"
        echo "$id" >{{Quote(folder + "/pid")}}
        echo {{Quote(spec.Hostname)}} >/proc/sys/kernel/hostname

        """);

    private static void AddRoot(StringBuilder script, ContainerSpec spec, string folder)
    {
        var root = folder + "/root";
        var layers = $"lowerdir={spec.BaseRoot},upperdir={root}/upper,workdir={root}/work";
        var size = spec.RootSizeBytes.ToString(CultureInfo.InvariantCulture);
        script.Append($"""
            {Programs.Mount} -n -t tmpfs -o mode=0755,size={size} tmpfs {Quote(root)}
            {Programs.MakeDirectory} -p {Quote(root + "/upper/etc")} {Quote(root + "/upper" + Old)} \
              {Quote(root + "/work")} {Quote(root + "/merged")}

            """);
        if (spec.EtcDirectory is { } etc)
        {
            script.Append($"{Programs.Copy} {Quote(etc)}/* {Quote(root + "/upper/etc/")}\n");
        }

        script.Append($"""
            {Programs.Mount} -n -t overlay -o {Quote(layers)} overlay {Quote(root + "/merged")}
            cd {Quote(root + "/merged")}
            {Programs.PivotRoot} . .{Old}
            cd /
            {Programs.Mount} -n -t proc proc /proc

            """);
    }

    // A home that only its owner may enter would keep programs in it from a container of another user. Entering is all that is given,
    // in the container's own root; what is in such a folder keeps its rights.
    private static void AddWays(StringBuilder script, ContainerSpec spec)
    {
        foreach (var folder in spec.VisiblePaths.SelectMany(Ancestors).Distinct())
        {
            script.Append($"if [ -d {Quote(folder)} ]; then {Programs.ChangeMode} o+x {Quote(folder)}; fi\n");
        }
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is { Length: > 1 }; folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }

    private static void AddKernelFileSystems(StringBuilder script, ContainerSpec spec, string deviceTemplate)
    {
        if (spec.Security.Privileged)
        {
            script.Append($"""
                {Programs.Mount} -n -o rbind {Old}/dev /dev
                {Programs.Mount} -n -t sysfs sysfs /sys
                if [ -d {Old}/sys/fs/cgroup ]; then {Programs.Mount} -n -o rbind {Old}/sys/fs/cgroup /sys/fs/cgroup; fi

                """);
        }
        else
        {
            script.Append($"""
                {Programs.Mount} -n -t tmpfs -o mode=0755,size=1m tmpfs /dev
                {Programs.Copy} -a {Old}{Quote(deviceTemplate)}/. /dev/
                {Programs.Mount} -n -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts /dev/pts
                {Programs.Mount} -n -t tmpfs -o mode=1777,size=64m tmpfs /dev/shm
                {Programs.Mount} -n -t sysfs -o ro sysfs /sys
                {Programs.Mount} -n -o bind,ro /proc/sys /proc/sys

                """);
        }

        var size = spec.RootSizeBytes.ToString(CultureInfo.InvariantCulture);
        script.Append($"""
            {Programs.Mount} -n -t tmpfs -o mode=1777,size={size} tmpfs /tmp
            {Programs.Mount} -n -t tmpfs -o mode=0755,size={size} tmpfs /run

            """);
        if (spec.Security.Privileged)
        {
            var (source, target) = (Quote(Old + spec.BaseRoot), ContainerSpec.RealRoot);
            script.Append($"{Programs.MakeDirectory} {target}\n{Programs.Mount} -n -o bind,ro {source} {target}\n");
        }
    }

    private static void AddHidden(StringBuilder script, ContainerSpec spec)
    {
        foreach (var path in spec.MaskedPaths)
        {
            script.Append(
                $"if [ -d {Quote(path)} ]; then {Programs.Mount} -n -t tmpfs -o mode=0755,size=64k tmpfs {Quote(path)}; fi\n");
        }
    }

    private static void AddMounts(StringBuilder script, ContainerSpec spec, string folder)
    {
        // A mount at /a must be there before one at /a/b: a volume at /tmp must not hide what has to be visible below it.
        var visible = spec.VisiblePaths.Select(path => new ContainerMount(path, path, ReadOnly: true));
        foreach (var mount in visible.Concat(spec.Mounts).OrderBy(m => m.Target.Count(c => c == '/')))
        {
            AddMount(script, mount);
        }

        if (spec.TerminationMessagePath is { } message)
        {
            AddMount(script, new ContainerMount(folder + "/termination-log", message, ReadOnly: false));
        }
    }

    private static void AddMount(StringBuilder script, ContainerMount mount)
    {
        var target = Quote(mount.Target);
        if (Directory.Exists(mount.Source))
        {
            script.Append($"[ -d {target} ] || {Programs.MakeDirectory} -p {target}\n");
        }
        else
        {
            var parent = Quote(Path.GetDirectoryName(mount.Target) ?? "/");
            script.Append($"[ -d {parent} ] || {Programs.MakeDirectory} -p {parent}\n[ -e {target} ] || : >{target}\n");
        }

        script.Append(
            $"{Programs.Mount} -n -o rbind{(mount.ReadOnly ? ",ro" : "")} {Old}{Quote(mount.Source)} {target}\n");
    }

    private static void AddEnd(StringBuilder script, ContainerSpec spec)
    {
        script.Append($"{Programs.Unmount} -n -l {Old}\n{Programs.RemoveDirectory} {Old}\n");
        if (spec.WorkingDirectory is { } directory)
        {
            script.Append($"[ -d {Quote(directory)} ] || {Programs.MakeDirectory} -p {Quote(directory)}\n");
        }

        if (spec.Security.ReadOnlyRoot)
        {
            script.Append($"{Programs.Mount} -n -o remount,bind,ro /\n");
        }

        if (spec.WorkingDirectory is { } start)
        {
            script.Append($"cd {Quote(start)}\n");
        }

        var command = Capabilities.RunAs(spec.Security, Programs.SetPrivileges).Concat(spec.Command).Select(Quote);
        script.Append($"echo \"$id\" >&3\nexec {string.Join(' ', command)} 2>&4 3>&- 4>&-\n");
    }
}
