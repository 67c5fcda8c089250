using System.Text.Json;
using Hortus.Host;

namespace Hortus.Kubelet.Containers;

/// <summary>The containers of a root directory on disk: one folder each.</summary>
internal sealed class ContainerStore(string rootDirectory)
{
    private const string RecordFile = "container.json";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string folder = Path.Combine(rootDirectory, "containers");

    /// <summary>Folder of a container.</summary>
    public string FolderOf(string id) => Path.Combine(folder, id);

    /// <summary>Makes the folder of a new container.</summary>
    public string Create(string id) => Directory.CreateDirectory(FolderOf(id), OwnerOnly).FullName;

    /// <summary>Writes a record; a crash leaves the old one or the new one.</summary>
    public void Save(ContainerRecord record)
    {
        var path = Path.Combine(FolderOf(record.Id), RecordFile);
        var next = path + ".new";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(record, ContainerJson.Default.ContainerRecord));
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Forgets a container.</summary>
    public void Delete(string id)
    {
        if (Directory.Exists(FolderOf(id)))
        {
            Directory.Delete(FolderOf(id), recursive: true);
        }
    }

    /// <summary>All containers; a folder without a whole record is what a crash in the middle of a start left and is
    /// returned as a bare id.</summary>
    public IEnumerable<(string Id, ContainerRecord? Record)> Load()
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateDirectories(folder))
        {
            var record = Read(Path.Combine(path, RecordFile));
            yield return (Path.GetFileName(path), record is { Process: null }
                ? record with { Process = ReadProcess(path) } : record);
        }
    }

    /// <summary>The exit code that the supervisor wrote, or null.</summary>
    public int? ReadExitCode(string id)
    {
        var path = Path.Combine(FolderOf(id), "exit");
        return File.Exists(path) && int.TryParse(File.ReadAllText(path).Trim(), out var code) ? code : null;
    }

    private static ProcessIdentity? ReadProcess(string folder)
    {
        var path = Path.Combine(folder, "pid");
        var words = File.Exists(path) ? File.ReadAllText(path).Trim().Split(' ') : [];
        return words.Length == 2 && int.TryParse(words[0], out var id) && long.TryParse(words[1], out var ticks)
            ? new ProcessIdentity(id, ticks)
            : null;
    }

    private static ContainerRecord? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(
                File.ReadAllBytes(path), ContainerJson.Default.ContainerRecord) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
