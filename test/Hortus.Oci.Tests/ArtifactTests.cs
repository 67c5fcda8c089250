using System.Text;
using System.Text.Json.Nodes;

namespace Hortus.Oci.Tests;

[Trait("Category", "RealParts")]
public sealed class ArtifactTests(OpenRegistry open) : IClassFixture<OpenRegistry>, IDisposable
{
    private const string ImageConfig = "application/vnd.oci.image.config.v1+json";
    private const string ImageLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

    private readonly string name = open.Registry.Name;
    private readonly RegistryClient client = Pulls.Client();
    private readonly string folder = Pulls.TemporaryFolder();

    public void Dispose()
    {
        client.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Files_come_back_as_they_were_pushed_and_have_the_same_digest_each_time()
    {
        var large = new byte[3_000_000];
        new Random(7).NextBytes(large);
        File.WriteAllBytes(Path.Combine(folder, "large.bin"), large);
        File.WriteAllText(Path.Combine(folder, "empty.txt"), "");
        var repository = client.Open($"{name}/files/a");
        var digests = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            ArtifactFile[] files =
            [
                await ArtifactFile.FromDiskAsync(Path.Combine(folder, "large.bin"), MediaTypes.Bytes, Pulls.Deadline()),
                await ArtifactFile.FromDiskAsync(Path.Combine(folder, "empty.txt"), "text/plain", Pulls.Deadline()),
            ];
            digests.Add(await ArtifactPublisher.PushFilesAsync(
                repository, "1", "application/vnd.example.files", files, Pulls.Deadline()));
        }

        digests[1].ShouldBe(digests[0]);
        var (digest, written) = await ArtifactDownload.RunAsync(
            repository, OciReference.Parse($"{name}/files/a:1"), Path.Combine(folder, "new", "out"), Pulls.Deadline());

        digest.ShouldBe(digests[0]);
        written.Select(f => Path.GetFileName(f)).ShouldBe(["large.bin", "empty.txt"]);
        File.ReadAllBytes(written[0]).ShouldBe(large);
        File.ReadAllText(written[1]).ShouldBeEmpty();
        (await repository.GetManifestAsync("1", Pulls.Deadline())).ArtifactType.ShouldBe("application/vnd.example.files");
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("/etc/evil")]
    [InlineData("..")]
    [InlineData("a\u0000b")]
    public async Task A_title_that_leaves_the_folder_is_refused(string title)
    {
        var repository = client.Open($"{name}/files/evil");
        await PushAsync(repository, "1", MediaTypes.Empty, (MediaTypes.Bytes, title));

        var failure = await Should.ThrowAsync<OciException>(() => ArtifactDownload.RunAsync(
            repository, OciReference.Parse($"{name}/files/evil:1"), Path.Combine(folder, "out"), Pulls.Deadline()));

        failure.Message.ShouldContain("which is no plain file name");
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_index_gives_the_chart_it_has()
    {
        var chart = Pulls.Chart("indexed");
        var repository = client.Open($"{name}/charts/indexed");
        var image = await PushAsync(repository, null, ImageConfig, (ImageLayer, null));
        var digest = await ArtifactPublisher.PushChartAsync(repository, "single", chart, "signature"u8.ToArray(), Pulls.Deadline());
        var index = await PushIndexAsync(repository, "1", image, digest);
        using var puller = Pulls.Puller();
        await open.Registry.ForgetRequestsAsync(Pulls.Deadline());

        for (var i = 0; i < 3; i++)
        {
            var pulled = await puller.PullChartAsync(Pulls.Pull($"{name}/charts/indexed@{index}"), Pulls.Deadline());
            pulled.Digest.ShouldBe(index);
            pulled.Archive.ToArray().ShouldBe(chart.Archive.ToArray());
        }

        await open.Registry.SettleAsync(Pulls.Deadline());
        open.Registry.Requests.Count(r => r.IsManifest).ShouldBe(3);
        open.Registry.Requests.Count(r => r.IsBlob).ShouldBe(1);
    }

    [Fact]
    public async Task An_index_without_chart_says_what_it_has()
    {
        var repository = client.Open($"{name}/charts/images");
        var image = await PushAsync(repository, null, ImageConfig, (ImageLayer, null));
        await PushIndexAsync(repository, "1", image);
        await PushIndexAsync(repository, "empty");

        (await FailureAsync("charts/images:1")).ShouldContain(
            $"no helm chart found in the index {name}/charts/images:1: it has a container image for linux/amd64");
        (await FailureAsync("charts/images:empty")).ShouldContain("which is empty");
    }

    [Fact]
    public async Task An_image_and_an_artifact_without_layers_are_no_charts()
    {
        var repository = client.Open($"{name}/charts/wrong");
        await PushAsync(repository, "image", ImageConfig, (ImageLayer, null));
        await PushAsync(repository, "bare", MediaTypes.HelmConfig);

        (await FailureAsync("charts/wrong:image")).ShouldContain(
            $"no helm layer found in {name}/charts/wrong:image: it is a container image with layers of {ImageLayer}; want {MediaTypes.HelmChart}");
        (await FailureAsync("charts/wrong:bare")).ShouldContain($"no layers found in {name}/charts/wrong:bare: it is a chart");
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_disturbs_nobody()
    {
        var chart = Pulls.Chart("wanted", content: new string('#', 200_000));
        var digest = await open.Registry.PushAsync("charts/wanted", chart);
        using var puller = Pulls.Puller();
        using var impatient = new CancellationTokenSource();
        var pull = Pulls.Pull($"{name}/charts/wanted@{digest}");

        var first = puller.PullChartAsync(pull, impatient.Token);
        var second = puller.PullChartAsync(pull, Pulls.Deadline());
        await impatient.CancelAsync();

        (await second).Archive.ToArray().ShouldBe(chart.Archive.ToArray());
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await first;
            impatient.Token.ThrowIfCancellationRequested();
        });
    }

    private async Task<string> FailureAsync(string reference)
    {
        using var puller = Pulls.Puller();
        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{name}/{reference}"), Pulls.Deadline()));
        failure.Failure.ShouldBe(OciFailure.WrongArtifact);
        return failure.Message;
    }

    private static async Task<string> PushAsync(
        OciRepository repository, string? tag, string configType, params (string MediaType, string? Title)[] layers)
    {
        var config = await BlobAsync(repository, configType, "{}");
        var list = new JsonArray();
        foreach (var (mediaType, title) in layers)
        {
            var layer = await BlobAsync(repository, mediaType, "layer");
            layer["annotations"] = title is null ? null : new JsonObject { [OciDescriptor.TitleAnnotation] = title };
            list.Add(layer);
        }

        return await PushAsync(repository, tag, MediaTypes.OciManifest, new JsonObject { ["config"] = config, ["layers"] = list });
    }

    private static async Task<string> PushIndexAsync(OciRepository repository, string tag, params string[] manifests)
    {
        var list = new JsonArray();
        foreach (var digest in manifests)
        {
            var manifest = await repository.GetManifestAsync(digest, Pulls.Deadline());
            var isImage = manifest.Config!.MediaType == ImageConfig;
            list.Add(new JsonObject
            {
                ["mediaType"] = manifest.MediaType,
                ["digest"] = digest,
                ["size"] = manifest.Bytes.Length,
                ["platform"] = isImage ? new JsonObject { ["os"] = "linux", ["architecture"] = "amd64" } : null,
            });
            if (!isImage)
            {
                list[^1]!.AsObject().Remove("platform");
            }
        }

        return await PushAsync(repository, tag, MediaTypes.OciIndex, new JsonObject { ["manifests"] = list });
    }

    private static Task<string> PushAsync(OciRepository repository, string? tag, string mediaType, JsonObject document)
    {
        document["schemaVersion"] = 2;
        document["mediaType"] = mediaType;
        return repository.PushManifestAsync(tag, mediaType, Encoding.UTF8.GetBytes(document.ToJsonString()), Pulls.Deadline());
    }

    private static async Task<JsonObject> BlobAsync(OciRepository repository, string mediaType, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var descriptor = OciDescriptor.Of(mediaType, bytes);
        await repository.PushBlobAsync(descriptor, () => new MemoryStream(bytes), Pulls.Deadline());
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = descriptor.Digest, ["size"] = descriptor.Size };
    }
}
