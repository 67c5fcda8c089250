using Hortus.Host;

namespace Hortus.Kubelet.Volumes;

/// <summary>A file that a volume shows.</summary>
/// <param name="Mode">Permission bits.</param>
internal sealed record VolumeFile(byte[] Content, int Mode);

/// <summary>Writes the files of a volume. Each file is replaced as a whole; containers that have the volume see it at
/// once.</summary>
internal static class VolumeFiles
{
    /// <summary>Makes a folder hold exactly these files.</summary>
    /// <param name="files">By relative path.</param>
    /// <param name="group">Group that may read them; null leaves root's.</param>
    public static void Write(string folder, IReadOnlyDictionary<string, VolumeFile> files, long? group)
    {
        Directory.CreateDirectory(folder);
        foreach (var (path, file) in files)
        {
            var target = Path.GetFullPath(Path.Combine(folder, path));
            if (!target.StartsWith(folder + "/", StringComparison.Ordinal))
            {
                throw new KubeletException($"volume path \"{path}\" leaves its volume");
            }

            Replace(target, file, group);
        }

        var wanted = files.Keys.Select(path => Path.GetFullPath(Path.Combine(folder, path))).ToHashSet();
        foreach (var stale in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !wanted.Contains(f)).ToList())
        {
            File.Delete(stale);
        }
    }

    private static void Replace(string target, VolumeFile file, long? group)
    {
        if (File.Exists(target) && File.ReadAllBytes(target).AsSpan().SequenceEqual(file.Content))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var next = target + ".hortus-new";
        using (var stream = new FileStream(next, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(file.Content);
        }

        const int GroupRead = 0x20;
        File.SetUnixFileMode(next, (UnixFileMode)(group is null ? file.Mode : file.Mode | GroupRead));
        if (group is not null)
        {
            HostFile.SetOwner(next, null, group);
        }

        File.Move(next, target, overwrite: true);
    }
}
