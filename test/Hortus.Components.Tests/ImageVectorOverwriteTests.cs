namespace Hortus.Components.Tests;

public sealed class ImageVectorOverwriteTests
{
    private static readonly ImageVector BuiltIn = new();

    [Fact]
    public void Named_images_are_replaced_and_all_others_stay()
    {
        var images = ImageVectorOverwrite.Apply(BuiltIn, """
            images:
            - {name: hortus, repository: registry.example.org/hortus, tag: v1.2.3}
            - {name: etcd, ref: "registry.example.org/etcd@sha256:abc"}
            - {name: kube-apiserver, repository: mirror.example.org/kube-apiserver}
            - {name: something-else, repository: a, tag: b, targetVersion: ">= 1.30"}
            """);

        images.ShouldBe(BuiltIn with
        {
            Hortus = "registry.example.org/hortus:v1.2.3",
            Etcd = "registry.example.org/etcd@sha256:abc",
            KubeApiServer = "mirror.example.org/kube-apiserver",
        });
    }

    [Fact]
    public void A_digest_as_tag_makes_a_digest_reference() =>
        ImageVectorOverwrite.Apply(BuiltIn, "images: [{name: hortus, repository: a/b, tag: 'sha256:abc'}]").Hortus.ShouldBe("a/b@sha256:abc");

    [Theory]
    [InlineData("other: []", "images")]
    [InlineData("images: [{repository: a}]", "images[0].name")]
    [InlineData("images: [{name: etcd, repository: a}]", "images[0]")]
    [InlineData("images: [{name: etcd, repository: a, tag: b, ref: c}]", "images[0]")]
    [InlineData("images: [{name: hortus, repository: a, tag: b, targetVersion: '1'}]", "images[0].targetVersion")]
    [InlineData("images: [{name: kube-apiserver, repository: a, tag: v1.30.0}]", "version of the cluster")]
    public void A_faulty_text_is_refused_with_the_place(string text, string place) =>
        Should.Throw<FormatException>(() => ImageVectorOverwrite.Apply(BuiltIn, text)).Message.ShouldContain(place);

    [Fact]
    public void Without_a_file_in_the_environment_the_images_stay()
    {
        Environment.GetEnvironmentVariable(ImageVectorOverwrite.Variable).ShouldBeNull();
        ImageVectorOverwrite.FromEnvironment(BuiltIn).ShouldBeSameAs(BuiltIn);
    }
}
