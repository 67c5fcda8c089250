using System.Text;

namespace Hortus.Oci.Tests;

public sealed class DockerConfigTests
{
    // alice:secret and bob:other
    private const string Alice = "YWxpY2U6c2VjcmV0";
    private const string Bob = "Ym9iOm90aGVy";

    [Theory]
    [InlineData("""{"auths":{"host.example.com":{"auth":"YWxpY2U6c2VjcmV0"}}}""")]
    [InlineData("""{"auths":{"https://host.example.com/v2/":{"auth":"YWxpY2U6c2VjcmV0"}}}""")]
    [InlineData("""{"auths":{"HOST.example.com":{"username":"alice","password":"secret"}}}""")]
    [InlineData("""{"auths":{"host.example.com/charts":{"auth":"YWxpY2U6c2VjcmV0"},"host.example.com":{"auth":"Ym9iOm90aGVy"}}}""")]
    [InlineData("""{"auths":{"host.example.com/charts/a":{"auth":"YWxpY2U6c2VjcmV0"},"host.example.com/charts":{"auth":"Ym9iOm90aGVy"}}}""")]
    [InlineData("""{"credsStore":"desktop","auths":{"host.example.com":{"auth":"YWxpY2U6c2VjcmV0"}}}""")]
    public void The_most_exact_entry_gives_the_credentials(string json) =>
        Of(json, "host.example.com/charts/a").UserName.ShouldBe("alice");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"auths":null}""")]
    [InlineData("""{"auths":{"other.example.com":{"auth":"YWxpY2U6c2VjcmV0"}}}""")]
    [InlineData("""{"auths":{"host.example.com/b":{"auth":"YWxpY2U6c2VjcmV0"}}}""")]
    [InlineData("""{"auths":{"host.example.com:5000":{"auth":"YWxpY2U6c2VjcmV0"}}}""")]
    [InlineData("""{"auths":{"host.example.com":{}}}""")]
    [InlineData("""{"auths":{"host.example.com":null}}""")]
    public void Without_an_entry_there_are_no_credentials(string json) =>
        Of(json, "host.example.com/a").IsAnonymous.ShouldBeTrue();

    [Theory]
    [InlineData("docker.io/library/a", "https://index.docker.io/v1/")]
    [InlineData("index.docker.io/library/a", "docker.io")]
    public void Docker_hub_has_several_names(string reference, string key) =>
        Of($$$$"""{"auths":{"{{{{key}}}}":{"auth":"{{{{Alice}}}}"}}}""", reference).UserName.ShouldBe("alice");

    [Theory]
    [InlineData("""{"credHelpers":{"host.example.com":"ecr-login"}}""", "ecr-login")]
    [InlineData("""{"credsStore":"desktop","auths":{"host.example.com":{}}}""", "desktop")]
    public void A_credential_helper_is_told_with_what_to_do_instead(string json, string helper)
    {
        var failure = Should.Throw<OciException>(() => Of(json, "host.example.com/a"));

        failure.Failure.ShouldBe(OciFailure.BadRequest);
        failure.Message.ShouldContain($"leaves the credentials for host.example.com to the helper \"{helper}\", which is not supported");
        failure.Message.ShouldContain("put them under auths[\"host.example.com\"]");
    }

    [Theory]
    [InlineData("secret", "it is not JSON, from line 1 on")]
    [InlineData("[]", "it is no JSON object")]
    [InlineData("""{"auths":{"host.example.com":{"auth":"!secret!"}}}""", "auths[\"host.example.com\"].auth is not the base64 of user:password")]
    [InlineData("""{"auths":{"host.example.com":{"registrytoken":"se\ncret"}}}""", "registrytoken has characters that no token has")]
    [InlineData("""{"auths":{"host.example.com":{"auth":"c2VjcmV0"}}}""", "is not the base64 of user:password")]
    public void What_cannot_be_read_is_told_without_its_secrets(string json, string reason)
    {
        var failure = Should.Throw<OciException>(() => Of(json, "host.example.com/a"));

        failure.Message.ShouldContain(reason);
        failure.Message.ShouldNotContain("secret");
    }

    [Fact]
    public void Tokens_come_before_passwords()
    {
        Of($$$"""{"auths":{"host.example.com":{"auth":"{{{Bob}}}","identitytoken":"t"} } }""", "host.example.com/a").ToString()
            .ShouldBe("an identity token");
        Of("""{"auths":{"host.example.com":{"registrytoken":"t","identitytoken":"t"}}}""", "host.example.com/a").ToString()
            .ShouldBe("a registry token");
    }

    [Theory]
    [InlineData("Bearer realm=\"https://t.example.com/token\",service=\"a, b\",scope=\"repository:a:pull\"", "https://t.example.com/token", "a, b", "repository:a:pull")]
    [InlineData("bearer service=x, realm=https://t.example.com/token", "https://t.example.com/token", "x", null)]
    [InlineData("Bearer realm=\"https://t.example.com/\\\"q\\\"\"", "https://t.example.com/\"q\"", null, null)]
    [InlineData("Bearer", null, null, null)]
    [InlineData("Bearer realm=\"open", "open", null, null)]
    public void Challenges_are_read(string header, string? realm, string? service, string? scope) =>
        Challenge(header).ShouldBe(new AuthChallenge(AuthChallenge.Bearer, realm, service, scope));

    [Fact]
    public void Of_several_challenges_the_token_is_taken()
    {
        Challenge("Basic realm=\"x\"", "Bearer realm=\"https://t\"").ShouldNotBeNull().IsBearer.ShouldBeTrue();
        Challenge("Basic realm=\"x\", Bearer realm=\"https://t\", service=\"s\"").ShouldNotBeNull().Service.ShouldBe("s");
        Challenge("Basic realm=\"x\"").ShouldNotBeNull().IsBearer.ShouldBeFalse();
        Challenge("Negotiate").ShouldBeNull();
    }

    private static AuthChallenge? Challenge(params string[] headers)
    {
        using var response = new HttpResponseMessage();
        foreach (var header in headers)
        {
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", header);
        }

        return AuthChallenge.Of(response.Headers);
    }

    private static RegistryCredential Of(string json, string reference) =>
        DockerConfig.Parse(Encoding.UTF8.GetBytes(json)).For(OciReference.Parse(reference));
}
