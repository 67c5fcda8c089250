using System.Text.RegularExpressions;
using Hortus.Testing;
using Hortus.Testing.Registry;

namespace Hortus.Gardenlet.Tests.Extensions;

/// <summary>An open registry for the tests of a class; each pushes below a path of its own.</summary>
public sealed partial class ChartRegistry : IAsyncLifetime
{
    public DockerRegistry Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        using var deadline = ExtensionWorld.NewDeadline();
        Server = await DockerRegistry.StartAsync(RegistrySetup.Open, deadline.Token);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>Pushes a chart with the real helm.</summary>
    /// <returns>The digest of its manifest.</returns>
    public static async Task<string> PushAsync(DockerRegistry registry, string path, byte[] chart)
    {
        var file = Path.Combine(Path.GetTempPath(), $"hortus-{Guid.NewGuid():N}.tgz");
        await File.WriteAllBytesAsync(file, chart);
        try
        {
            var pushed = await Commands.RunAsync(
                BuiltTools.Helm, TimeSpan.FromSeconds(30), "push", file, $"oci://{registry.Name}/{path}", "--plain-http");
            return Digest().Match(pushed.Succeeded() + pushed.Error).Value is { Length: > 0 } digest
                ? digest
                : throw new InvalidOperationException($"helm push told no digest: {pushed.Output}{pushed.Error}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex Digest();
}
