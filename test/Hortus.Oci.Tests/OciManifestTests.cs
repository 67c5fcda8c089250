using System.Text;

namespace Hortus.Oci.Tests;

public sealed class OciManifestTests
{
    private const string Descriptor =
        """{"mediaType":"x","size":1,"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}""";

    [Theory]
    [InlineData("application/vnd.oci.image.manifest.v1+json", "config")]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json", "config")]
    [InlineData("application/vnd.oci.image.index.v1+json", "manifests")]
    [InlineData("application/vnd.docker.distribution.manifest.list.v2+json", "manifests")]
    public void Manifests_and_indexes_of_OCI_and_docker_are_read(string mediaType, string field)
    {
        var content = field == "config" ? $"\"config\":{Descriptor},\"layers\":[{Descriptor}]" : $"\"manifests\":[{Descriptor}]";

        foreach (var json in new[] { $"{{\"mediaType\":\"{mediaType}\",{content}}}", $"{{\"schemaVersion\":2,{content}}}" })
        {
            var manifest = Read(json, mediaType);

            manifest.MediaType.ShouldBe(mediaType);
            manifest.IsIndex.ShouldBe(field == "manifests");
            (manifest.IsIndex ? manifest.Manifests : manifest.Layers).Single().Size.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData("no json", "cannot be read")]
    [InlineData("[]", "cannot be read")]
    [InlineData("""{"schemaVersion":1,"signatures":[]}""", "schema version 1; only 2 is supported")]
    [InlineData("""{"manifests":[],"layers":[]}""", "both manifests, as an index, and layers")]
    [InlineData("""{"mediaType":"application/vnd.oci.image.index.v1+json","layers":[]}""", "does not look so")]
    [InlineData("""{"mediaType":"text/html","layers":[]}""", "its media type text/html is none of")]
    [InlineData("""{"layers":[],"layers":[]}""", "cannot be read")]
    [InlineData("""{"layers":[{"mediaType":"x","size":1}]}""", "the digest \"\" is not")]
    [InlineData("""{"layers":[{"mediaType":"x","size":-1,"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}]}""", "the size -1")]
    [InlineData("""{"layers":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}]}""", "cannot be read")]
    [InlineData("""{"layers":["x"]}""", "cannot be read")]
    [InlineData("""{"config":7,"layers":[]}""", "cannot be read")]
    [InlineData("""{"schemaVersion":"2","layers":[]}""", "cannot be read")]
    public void What_is_no_manifest_is_refused(string json, string reason)
    {
        var failure = Should.Throw<OciException>(() => Read(json, null));

        failure.Failure.ShouldBe(OciFailure.BadContent);
        failure.Message.ShouldContain("the manifest of here");
        failure.Message.ShouldContain(reason);
    }

    [Fact]
    public void A_manifest_that_the_registry_calls_otherwise_than_itself_is_refused() =>
        Should.Throw<OciException>(() => Read(
            """{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}""", MediaTypes.OciIndex))
            .Message.ShouldContain("the registry calls it application/vnd.oci.image.index.v1+json, it calls itself");

    [Fact]
    public void Packages_that_are_no_charts_are_refused()
    {
        ChartPackage.Read(Pulls.Chart("a", "1.0.0+b").Archive).Tag.ShouldBe("1.0.0_b");
        foreach (var bytes in new[] { [], "text"u8.ToArray(), [0x1f, 0x8b, 8, 0], Pulls.Chart().Archive[..40].ToArray() })
        {
            Should.Throw<InvalidDataException>(() => ChartPackage.Read(bytes)).Message.ShouldStartWith("not a packed chart: ");
        }
    }

    private static OciManifest Read(string json, string? contentType) =>
        OciManifest.Read(Encoding.UTF8.GetBytes(json), contentType, "here");
}
