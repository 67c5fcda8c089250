namespace Hortus.Fuzz;

/// <summary>Recorded requests: what kubectl, helm, controllers and our own parts send, in an order in which all of them are
/// served.</summary>
public static class Corpus
{
    /// <summary>All requests; those that create come before those that need what was created.</summary>
    public static IReadOnlyList<FuzzRequest> All { get; } = Load();

    private static List<FuzzRequest> Load()
    {
        var assembly = typeof(Corpus).Assembly;
        var requests = new List<FuzzRequest>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".http", StringComparison.Ordinal)).Order())
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            requests.AddRange(FuzzRequest.ParseAll(reader.ReadToEnd()));
        }

        return requests;
    }
}
