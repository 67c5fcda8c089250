namespace Hortus.Oci.Tests;

public sealed class OciReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("registry.example.com/charts/local:1.2.3", "registry.example.com", "charts/local", "1.2.3", null)]
    [InlineData("oci://registry.example.com/local:v1_meta", "registry.example.com", "local", "v1_meta", null)]
    [InlineData("localhost/local:1", "localhost", "local", "1", null)]
    [InlineData("127.0.0.1:5000/a/b__c/d-e.f", "127.0.0.1:5000", "a/b__c/d-e.f", null, null)]
    [InlineData("[::1]:5000/local:1", "[::1]:5000", "local", "1", null)]
    [InlineData("host:5000/local@" + Digest, "host:5000", "local", null, Digest)]
    [InlineData("host:5000/local:1@" + Digest, "host:5000", "local", "1", Digest)]
    public void A_reference_is_read_in_its_parts(string text, string registry, string repository, string? tag, string? digest)
    {
        var reference = OciReference.Parse(text);

        reference.Registry.ShouldBe(registry);
        reference.Repository.ShouldBe(repository);
        reference.Tag.ShouldBe(tag);
        reference.Digest.ShouldBe(digest);
        reference.ToString().ShouldBe(text.Replace("oci://", "", StringComparison.Ordinal));
        reference.ShouldBe(OciReference.Parse(reference.ToString()));
    }

    [Fact]
    public void With_tag_and_digest_the_digest_is_asked_for() =>
        OciReference.Parse($"host:5000/local:1@{Digest}").Target.ShouldBe(Digest);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("foo", "a host with a dot or a port, or localhost, must come first")]
    [InlineData("foo:1.0", "the registry \"foo:1.0\" is no host name")]
    [InlineData("library/foo:1.0", "\"library\" is no registry")]
    [InlineData("https://host:5000/foo:1", "the scheme \"https://\" is not known; want \"oci://\" or none")]
    [InlineData("oci://oci://host:5000/foo:1", "the registry \"oci:\" is no host name")]
    [InlineData("host:5000/", "no repository is named")]
    [InlineData("host:5000/Foo:1", "lower case")]
    [InlineData("host:5000/a//b:1", "separated by one \"/\"")]
    [InlineData("host:5000/a/../b:1", "\"a/../b\"")]
    [InlineData("host:5000/foo:", "the tag after \":\" is empty")]
    [InlineData("host:5000/foo:1.0+build", "helm pushes such a version with \"_\" instead: \"1.0_build\"")]
    [InlineData("host:5000/foo:-1", "starts with none of the last two")]
    [InlineData("host:5000/foo@sha512:00", "is not \"sha256:\" with 64 hexadecimal digits")]
    [InlineData("host:5000/foo@", "the digest \"\"")]
    [InlineData("host:70000/foo:1", "not between 1 and 65535")]
    [InlineData("[::zz]:5000/foo:1", "no host name")]
    [InlineData("[1:2]:5000/foo:1", "no IPv6 address")]
    [InlineData("ho st.example.com/foo:1", "no host name")]
    [InlineData("user@host.example.com/foo:1", "\"user\" is no registry")]
    [InlineData("host.example.com/foo:1\n", "the tag")]
    public void What_is_no_reference_says_why(string text, string reason)
    {
        var failure = Should.Throw<OciReferenceException>(() => OciReference.Parse(text));

        failure.Message.ShouldContain(reason);
        OciReference.TryParse(text, out _).ShouldBeFalse();
    }

    [Fact]
    public void Tags_and_repositories_have_limits()
    {
        OciReference.TryParse("host:1/a:" + new string('a', 128), out _).ShouldBeTrue();
        Should.Throw<OciReferenceException>(() => OciReference.Parse("host:1/a:" + new string('a', 129)))
            .Message.ShouldContain("has 129 characters, of which 128 are allowed");
        OciReference.TryParse("host:1/" + new string('a', 255), out _).ShouldBeTrue();
        OciReference.TryParse("host:1/" + new string('a', 256), out _).ShouldBeFalse();
        OciReference.TryParse("host:1/" + string.Concat(Enumerable.Repeat("a/", 600)) + "!", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_pull_shows_no_secret() => new ChartPull
    {
        Reference = OciReference.Parse("host:5000/foo:1"),
        DockerConfigJson = "secret"u8.ToArray(),
    }.ToString().ShouldBe("ChartPull host:5000/foo:1");
}
