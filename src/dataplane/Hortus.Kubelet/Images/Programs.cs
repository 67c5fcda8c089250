namespace Hortus.Kubelet.Images;

/// <summary>Absolute paths of the system programs that start containers; the container's PATH must not matter to
/// them.</summary>
internal static class Programs
{
    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin",
        "/usr/local/sbin"];

    public static string Shell { get; } = Find("sh");

    public static string SetSession { get; } = Find("setsid");

    public static string Unshare { get; } = Find("unshare");

    public static string Nsenter { get; } = Find("nsenter");

    public static string SetPrivileges { get; } = Find("setpriv");

    public static string Mount { get; } = Find("mount");

    public static string Unmount { get; } = Find("umount");

    public static string PivotRoot { get; } = Find("pivot_root");

    public static string MakeDirectory { get; } = Find("mkdir");

    public static string RemoveDirectory { get; } = Find("rmdir");

    public static string Copy { get; } = Find("cp");

    public static string ChangeMode { get; } = Find("chmod");

    /// <summary>The programs that this machine lacks, for a message before anything starts.</summary>
    public static IReadOnlyList<string> Missing() =>
        [.. new[] { "sh", "setsid", "unshare", "nsenter", "setpriv", "mount", "umount", "pivot_root", "mkdir", "cp",
            "chmod", "ip", "nft" }
            .Where(name => !Folders.Any(folder => File.Exists(Path.Combine(folder, name))))];

    private static string Find(string name) =>
        Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? Path.Combine(Folders[0], name);
}
