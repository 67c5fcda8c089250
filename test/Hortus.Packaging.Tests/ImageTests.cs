using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Testing;
using Hortus.Testing.Registry;

namespace Hortus.Packaging.Tests;

/// <summary><c>make image</c> into a real registry, on a base from that registry: no other one is needed.</summary>
[Trait("Category", "RealParts")]
public sealed class ImageTests
{
    private const string ImageManifest = "application/vnd.oci.image.manifest.v1+json";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task The_image_has_the_program_and_helm_and_runs_them_as_the_charts_do()
    {
        using var deadline = new CancellationTokenSource(Limit);
        await using var registry = await DockerRegistry.StartAsync(RegistrySetup.Open, deadline.Token);
        using var http = new HttpClient { BaseAddress = registry.Address };
        await PushBaseAsync(http, deadline.Token);

        (await Commands.RunAsync(
            "/usr/bin/env", Limit, $"DOTNET_CONTAINER_INSECURE_REGISTRIES={registry.Name}",
            "make", "image", $"IMAGE={registry.Name}/hortus/hortus:1.2.3", $"BASE={registry.Name}/base:1", "CONFIGURATION=Release"))
            .Succeeded().ShouldContain($"{registry.Name}/hortus/hortus:1.2.3");

        var manifest = await JsonAsync(http, "v2/hortus/hortus/manifests/1.2.3", deadline.Token);
        var config = (await JsonAsync(http, BlobOf(manifest["config"]!), deadline.Token))["config"]!;
        config["Entrypoint"]!.ToJsonString().ShouldBe("""["dotnet","/app/hortus.dll"]""");
        ((string?)config["User"]).ShouldBe("65532");
        config["Env"]!.AsArray().Select(variable => (string?)variable).ShouldContain("HELM_BINARY=/app/helm");
        var files = await FilesAsync(http, BlobOf(manifest["layers"]!.AsArray()[^1]!), deadline.Token);
        foreach (var program in new[] { "app/hortus", "app/helm" })
        {
            files.Keys.ShouldContain(program);
            files[program].HasFlag(UnixFileMode.OtherExecute).ShouldBeTrue(program);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("registry.example.com/hortus/hortus")]
    [InlineData("registry.example.com:5000/hortus")]
    public async Task An_image_without_registry_name_and_tag_is_refused(string image)
    {
        var made = await Commands.RunAsync("make", TimeSpan.FromMinutes(2), "image", $"IMAGE={image}");

        made.ExitCode.ShouldNotBe(0);
        made.Error.ShouldContain("image: want IMAGE=registry/name:tag");
    }

    // The least that is an image: one empty layer.
    private static async Task PushBaseAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "app/"), cancellationToken);
        }

        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(archive.ToArray(), cancellationToken);
        }

        var config = new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject(),
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(Digest(archive.ToArray())) },
        };
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ImageManifest,
            ["config"] = await PushAsync(
                http, Encoding.UTF8.GetBytes(config.ToJsonString()), "application/vnd.oci.image.config.v1+json", cancellationToken),
            ["layers"] = new JsonArray(
                await PushAsync(http, packed.ToArray(), "application/vnd.oci.image.layer.v1.tar+gzip", cancellationToken)),
        };
        using var content = new StringContent(manifest.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(ImageManifest));
        using var answer = await http.PutAsync(new Uri("v2/base/manifests/1", UriKind.Relative), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<JsonObject> PushAsync(HttpClient http, byte[] blob, string type, CancellationToken cancellationToken)
    {
        using var begun = await http.PostAsync(new Uri("v2/base/blobs/uploads/", UriKind.Relative), null, cancellationToken);
        begun.EnsureSuccessStatusCode();
        using var content = new ByteArrayContent(blob);
        using var answer = await http.PutAsync(new Uri($"{begun.Headers.Location}&digest={Digest(blob)}"), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return new JsonObject { ["mediaType"] = type, ["digest"] = Digest(blob), ["size"] = blob.Length };
    }

    private static string Digest(byte[] blob) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(blob));

    private static string BlobOf(JsonNode descriptor) => $"v2/hortus/hortus/blobs/{descriptor["digest"]}";

    private static async Task<JsonNode> JsonAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(ImageManifest));
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
    }

    private static async Task<IReadOnlyDictionary<string, UnixFileMode>> FilesAsync(
        HttpClient http, string path, CancellationToken cancellationToken)
    {
        await using var packed = await http.GetStreamAsync(new Uri(path, UriKind.Relative), cancellationToken);
        await using var archive = new GZipStream(packed, CompressionMode.Decompress);
        await using var reader = new TarReader(archive);
        var files = new Dictionary<string, UnixFileMode>();
        while (await reader.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            files[entry.Name.TrimStart('.', '/')] = entry.Mode;
        }

        return files;
    }
}
