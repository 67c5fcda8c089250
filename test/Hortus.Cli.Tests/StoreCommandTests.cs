using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Cli.Store;
using Hortus.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Cli.Tests;

public sealed class StoreCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-store-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    private string Data => Path.Combine(folder, "data");

    private string Backup => Path.Combine(folder, "backup");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Check_says_what_is_there()
    {
        await FillAsync();

        (await RunAsync("check", "--data-dir", Data)).ShouldBe(0, errors.ToString());

        output.ToString().ShouldContain("revision 4, 3 keys, ");
        output.ToString().ShouldContain("sound");
    }

    [Fact]
    public async Task Check_of_damage_fails_and_names_the_place()
    {
        await FillAsync();
        var file = Directory.GetFiles(Data, "snap-*").ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^20] ^= 8;
        await File.WriteAllBytesAsync(file, bytes);

        (await RunAsync("check", "--data-dir", Data)).ShouldBe(1);

        errors.ToString().ShouldContain($"{file} at offset 28");
        errors.ToString().ShouldContain("restore the folder from a backup");
    }

    [Fact]
    public async Task Restore_gives_back_what_was_backed_up()
    {
        await FillAsync();
        var restored = Path.Combine(folder, "restored");

        (await RunAsync("backup", "--data-dir", Data, "--file", Backup)).ShouldBe(0, errors.ToString());
        (await RunAsync("check", "--file", Backup)).ShouldBe(0, errors.ToString());
        (await RunAsync("restore", "--file", Backup, "--data-dir", restored, "--skip-revisions", "100")).ShouldBe(0, errors.ToString());
        (await RunAsync("restore", "--file", Backup, "--data-dir", restored)).ShouldBe(1);

        output.ToString().ShouldContain("3 keys, goes on at revision 104");
        errors.ToString().ShouldContain("is not empty");
    }

    [Fact]
    public async Task Export_leaves_secrets_out_unless_told()
    {
        await FillAsync();

        (await RunAsync("export", "--data-dir", Data)).ShouldBe(0, errors.ToString());

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).ToList();
        lines.Select(l => l["metadata"]!["name"]!.ToString()).ShouldBe(["a", "b"]);
        lines[1]["metadata"]!["resourceVersion"]!.ToString().ShouldBe("3");
        errors.ToString().ShouldContain("2 objects of revision 4; 1 Secrets left out");

        var yaml = Path.Combine(folder, "yaml");
        (await RunAsync("export", "--data-dir", Data, "--yaml-dir", yaml, "--with-secrets")).ShouldBe(0, errors.ToString());
        (await File.ReadAllTextAsync(Path.Combine(yaml, "registry/secrets/default/s.yaml"))).ShouldContain("kind: Secret");
        File.GetUnixFileMode(Path.Combine(yaml, "registry/secrets/default/s.yaml"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private Task<int> RunAsync(params string[] arguments)
    {
        var root = new RootCommand { new StoreCommands(output, errors, TimeProvider.System).Create() };
        return root.Parse(["store", .. arguments]).InvokeAsync();
    }

    private async Task FillAsync()
    {
        await using var store = await EmbeddedStore.OpenAsync(
            new EmbeddedStoreOptions { Directory = Data },
            TimeProvider.System,
            NullLogger<EmbeddedStore>.Instance,
            CancellationToken.None);
        foreach (var (kind, plural, name) in new[] { ("ConfigMap", "configmaps", "a"), ("ConfigMap", "configmaps", "b"), ("Secret", "secrets", "s") })
        {
            var json = $$$"""{"apiVersion":"v1","kind":"{{{kind}}}","metadata":{"name":"{{{name}}}","namespace":"default"}}""";
            await store.WriteAsync(
                new WriteRequest($"/registry/{plural}/default/{name}", 0, Encoding.UTF8.GetBytes(json)), CancellationToken.None);
        }
    }
}
