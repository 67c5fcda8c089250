using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Hortus.Oci;

/// <summary>
/// What everybody may read, kept in the cache folder so that a process that starts while a registry is down knows it: that a
/// digest is public, and what a tag stood for last. Nothing about private repositories, and so no trace of credentials, is
/// written.
/// </summary>
internal sealed class PublicRecords
{
    private const int CountMax = 10_000;

    private readonly string? folder;
    private readonly ConcurrentDictionary<string, string> digests = new();

    /// <summary>Reads what earlier processes have noted.</summary>
    /// <param name="cacheFolder">Null notes nothing.</param>
    public PublicRecords(string? cacheFolder)
    {
        folder = cacheFolder is null ? null : Path.Combine(cacheFolder, "public");
        Tried(() =>
        {
            Directory.CreateDirectory(folder!);
            var files = new DirectoryInfo(folder!).GetFiles().OrderByDescending(f => f.LastWriteTimeUtc).ToList();
            foreach (var file in files.Take(CountMax))
            {
                digests[file.Name] = File.ReadAllText(file.FullName);
            }

            files.Skip(CountMax).ToList().ForEach(f => f.Delete());
        });
    }

    /// <summary>What a tag or digest of a repository stood for; null when that is not known.</summary>
    public string? Find(OciReference reference, string target) =>
        digests.TryGetValue(NameOf(reference, target), out var digest) && OciGrammar.DigestFault(digest) is null ? digest : null;

    /// <summary>Notes what a registry told somebody without credentials.</summary>
    public void Note(OciReference reference, string target, string digest)
    {
        var name = NameOf(reference, target);
        if (folder is null || (digests.TryGetValue(name, out var known) && known == digest))
        {
            return;
        }

        digests[name] = digest;
        Tried(() =>
        {
            var temporary = Path.Combine(folder, $"{name}.{Guid.NewGuid():n}.tmp");
            File.WriteAllText(temporary, digest);
            File.Move(temporary, Path.Combine(folder, name), overwrite: true);
        });
    }

    private void Tried(Action work)
    {
        try
        {
            if (folder is not null)
            {
                work();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The cache of blobs, in the same folder, has told what is wrong with it; what is not noted is asked for again.
        }
    }

    private static string NameOf(OciReference reference, string target) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{reference.Name}\n{target}")));
}
