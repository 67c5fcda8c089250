using System.Text;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Tests.Builtin;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.Authentication;

public sealed class TokenSourceTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Static_token_names_user_uid_and_quoted_groups()
    {
        var source =
            StaticTokenAuthenticator.Parse("# comment\nsecret,alice,u1,\"dev,ops\"\nplain,bob,u2\n", "tokens.csv");

        var alice = await source.AuthenticateAsync("secret", [], CancellationToken.None);
        var bob = await source.AuthenticateAsync("plain", [], CancellationToken.None);

        alice!.User.Name.ShouldBe("alice");
        alice.User.Uid.ShouldBe("u1");
        alice.User.Groups.ShouldBe(["dev", "ops", "system:authenticated"]);
        bob!.User.Groups.ShouldBe(["system:authenticated"]);
        (await source.AuthenticateAsync("wrong", [], CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public void Static_token_line_with_missing_fields_is_named() =>
        Should.Throw<IOException>(() => StaticTokenAuthenticator.Parse("a,b,c\nonly-a-token", "tokens.csv"))
            .Message.ShouldStartWith("tokens.csv:2:");

    [Fact]
    public async Task Bootstrap_token_gives_its_groups()
    {
        var owner = await Source("system:bootstrappers:nodes")
            .AuthenticateAsync("abcdef.0123456789abcdef", [], CancellationToken.None);

        owner!.User.Name.ShouldBe("system:bootstrap:abcdef");
        owner.User.Groups.ShouldBe(["system:bootstrappers", "system:bootstrappers:nodes", "system:authenticated"]);
    }

    [Theory]
    [InlineData("abcdef.ffffffffffffffff")]
    [InlineData("zzzzzz.0123456789abcdef")]
    public async Task Wrong_bootstrap_token_is_refused(string token) =>
        (await Should.ThrowAsync<ApiStatusException>(
            async () => await Source("").AuthenticateAsync(token, [], CancellationToken.None))).Code.ShouldBe(401);

    [Fact]
    public async Task Expired_bootstrap_token_is_refused()
    {
        time.Advance(TimeSpan.FromDays(2));

        await Should.ThrowAsync<ApiStatusException>(
            async () => await Source("").AuthenticateAsync("abcdef.0123456789abcdef", [], CancellationToken.None));
    }

    [Fact]
    public async Task Bootstrap_token_cannot_grant_other_groups() =>
        await Should.ThrowAsync<ApiStatusException>(
            async () => await Source("system:masters")
                .AuthenticateAsync("abcdef.0123456789abcdef", [], CancellationToken.None));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private BootstrapTokenAuthenticator Source(string groups) => new(
        new ObjectTable().Add(Kinds.Secret, $$$"""
            {"metadata":{"name":"bootstrap-token-abcdef","namespace":"kube-system"},"type":"bootstrap.kubernetes.io/token",
             "data":{"token-id":"{{{Base64("abcdef")}}}","token-secret":"{{{Base64("0123456789abcdef")}}}",
              "expiration":"{{{Base64("2030-01-02T00:00:00Z")}}}","usage-bootstrap-authentication":"{{{Base64("true")}}}",
              "auth-extra-groups":"{{{Base64(groups)}}}"}}
            """), time);
}
