using System.Globalization;

namespace Hortus.Conformance.Tests.Running;

/// <summary>A server of the garden's kinds with the repository's examples applied, without a shoot.</summary>
public sealed class GardenServer : IAsyncLifetime
{
    private int count;

    public Server Server { get; } = new();

    public async Task InitializeAsync()
    {
        if (Target.IsForeign)
        {
            return; // All tests of this fixture are skipped then.
        }

        await Server.InitializeAsync();
        (await Server.Admin.RunAsync("create namespace garden")).Succeeds();
        foreach (var example in new[] { "10-cloudprofile", "20-project", "30-credentials", "50-domains", "40-seed" })
        {
            (await Server.Admin.RunAsync($"apply -f {Path.Combine(Examples(), example + ".yaml")}")).Succeeds();
        }
    }

    public Task DisposeAsync() => Server.DisposeAsync();

    public string NewName() => "shoot" + Interlocked.Increment(ref count).ToString(CultureInfo.InvariantCulture);

    /// <summary>The Shoot of the examples under another name.</summary>
    public string Shoot(string name) => File.ReadAllText(Path.Combine(Examples(), "90-shoot.yaml"))
        .Replace("  name: local\n  namespace", $"  name: {name}\n  namespace", StringComparison.Ordinal);

    /// <summary>Applies the Shoot of the examples, changed.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateShootAsync(Func<string, string> change)
    {
        var name = NewName();
        (await PipeAsync(change(Shoot(name)), "apply -f -")).Succeeds().ShouldContain("created");
        return name;
    }

    /// <summary>kubectl with a manifest as standard input.</summary>
    public Task<KubectlResult> PipeAsync(string manifest, string arguments) =>
        Server.Admin.RunAsync(arguments.Split(' '), manifest);

    /// <summary>The repository's examples.</summary>
    private static string Examples() => SearchUpwards.Folder("examples", "90-shoot.yaml")
        ?? throw new InvalidOperationException("the folder examples is missing from the repository");
}

/// <summary>Finds folders of the repository and beside it.</summary>
internal static class SearchUpwards
{
    /// <summary>The nearest folder of the name that holds the file; null when there is none.</summary>
    public static string? Folder(string relative, string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, relative);
            if (File.Exists(Path.Combine(candidate, file)))
            {
                return candidate;
            }
        }

        return null;
    }
}
