namespace Hortus.Kubelet.Network;

/// <summary>Remembers on disk what this kubelet changed in the machine's network, before it changes it, so that any
/// later process can undo it.</summary>
internal sealed class NetworkJournal(string rootDirectory)
{
    private readonly string folder = Path.Combine(rootDirectory, "network");

    /// <summary>Kinds of entries.</summary>
    public enum Kind
    {
        /// <summary>A network namespace; the content is the pod's UID.</summary>
        Namespaces,

        /// <summary>A link of the kubelet's namespace.</summary>
        Links,

        /// <summary>An nftables table.</summary>
        Tables,

        /// <summary>A local address; the content is the link.</summary>
        Addresses,

        /// <summary>A route of local programs to a service; the content is the address they send from.</summary>
        Routes,
    }

    public void Add(Kind kind, string name, string content)
    {
        Directory.CreateDirectory(FolderOf(kind));
        File.WriteAllText(Path.Combine(FolderOf(kind), name), content);
    }

    public void Remove(Kind kind, string name) => File.Delete(Path.Combine(FolderOf(kind), name));

    public IReadOnlyDictionary<string, string> List(Kind kind) => Directory.Exists(FolderOf(kind))
        ? Directory.EnumerateFiles(FolderOf(kind)).ToDictionary(f => Path.GetFileName(f), File.ReadAllText)
        : new Dictionary<string, string>();

    private string FolderOf(Kind kind) => Path.Combine(folder, kind.ToString().ToLowerInvariant());
}
