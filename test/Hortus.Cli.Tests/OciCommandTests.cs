using System.CommandLine;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Hortus.Cli.Oci;
using Hortus.Pki;
using Hortus.Testing.Registry;

namespace Hortus.Cli.Tests;

[Trait("Category", "RealParts")]
public sealed class OciCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-oci-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Charts_and_files_go_to_a_registry_with_TLS_and_password_and_come_back()
    {
        using var deadline = new CancellationTokenSource(Limit);
        var authority = CertificateAuthority.Create("registries", TimeSpan.FromDays(1), TimeProvider.System);
        await using var registry = await DockerRegistry.StartAsync(
            new RegistrySetup { Authority = authority, HasPassword = true }, deadline.Token);
        var chart = InFolder("garden.tgz");
        File.WriteAllBytes(chart, Chart());
        File.WriteAllText(InFolder("note.txt"), "hello");
        File.WriteAllText(InFolder("ca.crt"), authority.CertificatePem);
        File.WriteAllBytes(InFolder("config.json"), registry.DockerConfig());
        string[] way = ["--ca-file", InFolder("ca.crt"), "--docker-config", InFolder("config.json")];

        var pushed = await SucceedAsync(["push", $"oci://{registry.Name}/charts", chart, .. way]);
        pushed.ShouldStartWith($"{registry.Name}/charts/garden:1.0.0_b@sha256:");
        (await SucceedAsync(["resolve", $"{registry.Name}/charts/garden:1.0.0_b", .. way])).ShouldBe(pushed);
        var pulled = await SucceedAsync(["pull", pushed, "--output", InFolder("out"), .. way]);
        pulled.ShouldBe($"{pushed}\n{InFolder("out/garden-1.0.0+b.tgz")}");
        File.ReadAllBytes(InFolder("out/garden-1.0.0+b.tgz")).ShouldBe(File.ReadAllBytes(chart));

        // A tag of one's own is kept, and so is the path before it.
        (await SucceedAsync(["push", $"{registry.Name}/other/path:latest", chart, .. way]))
            .ShouldBe($"{registry.Name}/other/path:latest@{pushed.Split('@')[1]}");

        var files = await SucceedAsync(["push", $"{registry.Name}/files:1", InFolder("note.txt"), chart, .. way]);
        await SucceedAsync(["pull", files, "-o", InFolder("out"), .. way]);
        File.ReadAllText(InFolder("out/note.txt")).ShouldBe("hello");
        File.ReadAllBytes(InFolder("out/garden.tgz")).ShouldBe(File.ReadAllBytes(chart));

        (await RunAsync(["resolve", $"{registry.Name}/charts/garden:2", .. way])).ShouldBe(1);
        errors.ToString().ShouldStartWith($"hortus: cannot determine digest of {registry.Name}/charts/garden:2: HEAD: ");
    }

    [Fact]
    public async Task What_cannot_work_is_told_in_one_line()
    {
        File.WriteAllText(InFolder("text.tgz"), "text");

        (await RunAsync("resolve", "foo")).ShouldBe(2);
        (await RunAsync("resolve", "127.0.0.1:1/foo")).ShouldBe(2);
        (await RunAsync("push", "127.0.0.1:1/foo", InFolder("missing"))).ShouldBe(1);
        (await RunAsync("push", "127.0.0.1:1/foo", InFolder("text.tgz"))).ShouldBe(1);

        var lines = errors.ToString().TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(4);
        lines[0].ShouldContain("\"foo\" is no reference");
        lines[1].ShouldContain("neither tag nor digest");
        lines[2].ShouldContain("missing");
        lines[3].ShouldContain("not a packed chart");
    }

    private string InFolder(string name) => Path.Combine(folder, name);

    private async Task<string> SucceedAsync(params string[] arguments)
    {
        output.GetStringBuilder().Clear();
        (await RunAsync(arguments)).ShouldBe(0, errors.ToString());
        return output.ToString().TrimEnd('\n');
    }

    private Task<int> RunAsync(params string[] arguments) =>
        new OciCommands(output, errors, TimeProvider.System).Create().Parse(arguments).InvokeAsync();

    private static byte[] Chart()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "garden/Chart.yaml")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes("apiVersion: v2\nname: garden\nversion: 1.0.0+b\n")),
            });
        }

        return packed.ToArray();
    }
}
