using Hortus.Pki;
using Hortus.Testing;
using Hortus.Testing.Registry;

namespace Hortus.Oci.Tests;

/// <summary>The real helm writes what we read, and reads what we write.</summary>
[Trait("Category", "RealParts")]
public sealed class HelmTests : IDisposable
{
    private readonly CertificateAuthority authority =
        CertificateAuthority.Create("registries", TimeSpan.FromDays(1), TimeProvider.System);

    private readonly string folder = Pulls.TemporaryFolder();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("helm", true)]
    [InlineData("helm-3", false)] // it speaks no TLS to loopback addresses
    public async Task Helm_and_we_read_what_the_other_has_pushed(string program, bool hasTls)
    {
        await using var registry = await DockerRegistry.StartAsync(
            new RegistrySetup { Authority = hasTls ? authority : null, HasPassword = true }, Pulls.Deadline());
        var bundle = hasTls ? authority.CertificatePem : null;
        var ca = Path.Combine(folder, "ca.crt");
        File.WriteAllText(ca, authority.CertificatePem);
        File.WriteAllBytes(Path.Combine(folder, "config.json"), registry.DockerConfig());
        var theirs = Pulls.Chart("theirs", "1.2.3+build.4");
        var packed = Path.Combine(folder, "theirs-1.2.3+build.4.tgz");
        File.WriteAllBytes(packed, theirs.Archive.ToArray());

        var pushed = await HelmAsync("push", packed, $"oci://{registry.Name}/charts");
        using var puller = Pulls.Puller();
        var pulled = await puller.PullChartAsync(
            Pulls.Pull($"oci://{registry.Name}/charts/theirs:1.2.3_build.4", registry.DockerConfig(), bundle),
            Pulls.Deadline());
        pulled.Archive.ToArray().ShouldBe(theirs.Archive.ToArray());
        pushed.ShouldContain(pulled.Digest);

        var ours = Pulls.Chart("ours", "2.0.0");
        var digest = await registry.PushAsync("charts/ours", ours, registry.DockerConfig(), bundle);
        var answer = await HelmAsync("pull", $"oci://{registry.Name}/charts/ours", "--version", "2.0.0", "--destination", folder);
        answer.ShouldContain(digest);
        File.ReadAllBytes(Path.Combine(folder, "ours-2.0.0.tgz")).ShouldBe(ours.Archive.ToArray());
        (await HelmAsync("show", "chart", $"oci://{registry.Name}/charts/ours", "--version", "2.0.0")).ShouldContain("description: a test");

        async Task<string> HelmAsync(params string[] arguments)
        {
            // Its folders are those of the test, not of the user.
            string[] surroundings = [$"HOME={folder}", $"HELM_CACHE_HOME={folder}", $"HELM_CONFIG_HOME={folder}", $"HELM_DATA_HOME={folder}"];
            var helm = BuiltTools.Installed(program);
            var result = await Commands.RunAsync(
                "env",
                Pulls.Limit,
                ["-i", .. surroundings, helm, .. arguments, .. hasTls ? ["--ca-file", ca] : (string[])["--plain-http"],
                    "--registry-config", Path.Combine(folder, "config.json")]);
            result.Succeeded();
            return result.Output + result.Error;
        }
    }
}
