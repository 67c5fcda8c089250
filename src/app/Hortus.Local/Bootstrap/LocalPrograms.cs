namespace Hortus.Local.Bootstrap;

/// <summary>Finds the programs of this machine that a local garden runs.</summary>
public static class LocalPrograms
{
    /// <summary>The program that stands for the image of etcd.</summary>
    public const string Etcd = "etcd";

    /// <summary>What eng/setup.sh unpacks stands here, seen from the folder of the built executable.</summary>
    private const string Tools = "../.tools/bin";

    /// <summary>The full path of a program on the PATH, in the folders of system programs, or among the tools beside the
    /// executable; null when it is nowhere.</summary>
    public static string? Find(string program, string executable)
    {
        ArgumentNullException.ThrowIfNull(executable);
        var beside = Path.GetDirectoryName(Path.GetFullPath(executable)) ?? "/";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/sbin", beside, Path.GetFullPath(Tools, beside)])
            .Select(folder => Path.GetFullPath(Path.Combine(folder, program)))
            .FirstOrDefault(File.Exists);
    }
}
