using Hortus.Kubelet.Images;

namespace Hortus.Kubelet.Tests;

public sealed class LocalImageMapTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("registry.example:5000/a/server:v1.2", "/srv --x")]
    [InlineData("registry.example:5000/a/server@sha256:00", "/srv --x")]
    [InlineData("registry.example:5000/a/server", "/srv --x")]
    [InlineData("docker.io/library/busybox:1.36", "/bin/sh")]
    [InlineData("busybox:special", "/bin/special")]
    [InlineData("docker.io/library/busybox:special@sha256:00", "/bin/special")]
    [InlineData("busybox@sha256:00", "/bin/sh")]
    [InlineData("hortus:dev", "/opt/hortus/hortus kubelet")]
    [InlineData("nobody-knows:1", null)]
    public void Image_is_found_by_name_whatever_its_version_unless_an_entry_names_one(string image, string? command)
    {
        File.WriteAllText(path, """
            images:
              registry.example:5000/a/server: [/srv, --x]
              busybox: [/bin/sh]
              busybox:special: [/bin/special]
              hortus: [hortus, kubelet]
            """);
        var map = new LocalImageMap(path, ["/opt/hortus/hortus"]);

        (map.Find(image) is { } words ? string.Join(' ', words) : null).ShouldBe(command);
    }

    [Theory]
    [InlineData("etcd --name=a", "/opt/tools/etcd --name=a")]
    [InlineData("/bin/etcd --name=a", "/bin/etcd --name=a")]
    [InlineData("sh -c etcd", "sh -c etcd")]
    public void Command_that_is_the_bare_name_of_the_images_program_means_that_program(string command, string expected) =>
        LocalImageMap.Resolve(command.Split(' '), ["/opt/tools/etcd", "--first"]).ShouldBe(expected.Split(' '));

    [Fact]
    public void An_entry_that_is_added_is_found_at_once_and_the_others_keep_their_program()
    {
        File.WriteAllText(path, "images:\n  hortus: [/builds/1/hortus]\n");
        var map = new LocalImageMap(path, []);
        map.Find("hortus:2").ShouldBe(["/builds/1/hortus"]);

        File.AppendAllText(path, "  hortus:2: [/builds/2/hortus]\n");

        map.Find("hortus:2").ShouldBe(["/builds/2/hortus"]);
        map.Find("hortus:1").ShouldBe(["/builds/1/hortus"]);
    }

    [Fact]
    public void Unknown_image_is_explained_by_image_map_and_remedy()
    {
        var text = new LocalImageMap(path, []).Explain("a/b:1");

        text.ShouldContain("a/b:1");
        text.ShouldContain(path);
        text.ShouldContain("\"a/b: [/path/to/program]\"");
    }

    [Fact]
    public void Wrong_entry_is_refused_with_its_line()
    {
        File.WriteAllText(path, "images:\n  a: b\n");

        Should.Throw<KubeletException>(() => new LocalImageMap(path, []).Find("a")).Message.ShouldContain("line 2");
    }
}
