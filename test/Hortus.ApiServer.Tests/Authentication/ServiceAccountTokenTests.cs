using System.Buffers.Text;
using System.Text;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Tests.Builtin;
using Hortus.Objects;
using Hortus.Pki;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.Authentication;

public sealed class ServiceAccountTokenTests : IDisposable
{
    private static readonly string[] Api = ["https://api"];

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-keys-").FullName;
    private readonly ObjectTable objects = new();
    private readonly ServiceAccountTokens tokens;
    private readonly ServiceAccountAuthenticator authenticator;

    public ServiceAccountTokenTests()
    {
        objects.Add(Kinds.ServiceAccount, """{"metadata":{"name":"robot","namespace":"farm","uid":"u1"}}""");
        objects.Add(Kinds.Pod, """{"metadata":{"name":"pod","namespace":"farm","uid":"p1"},"spec":{"containers":[]}}""");
        tokens = Tokens("key", Api);
        authenticator = new ServiceAccountAuthenticator(tokens, objects);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Token_of_a_living_account_names_user_groups_and_pod()
    {
        var owner = await authenticator.AuthenticateAsync(Issue(("pod", "pod", "p1")), Api, CancellationToken.None);

        owner.ShouldNotBeNull();
        owner.User.Name.ShouldBe("system:serviceaccount:farm:robot");
        owner.User.Uid.ShouldBe("u1");
        owner.User.Groups.ShouldBe(["system:serviceaccounts", "system:serviceaccounts:farm", "system:authenticated"]);
        owner.User.Extra["authentication.kubernetes.io/pod-name"].ShouldBe(["pod"]);
        owner.User.Extra["authentication.kubernetes.io/credential-id"].Single().ShouldStartWith("JTI=");
        owner.Audiences.ShouldBe(Api);
    }

    [Fact]
    public async Task Token_past_its_end_is_refused_even_if_it_was_good_before()
    {
        var token = Issue();
        await authenticator.AuthenticateAsync(token, Api, CancellationToken.None);

        time.Advance(TimeSpan.FromHours(2));

        await ShouldBeRefusedAsync(token);
    }

    [Fact]
    public async Task Token_that_begins_later_is_refused()
    {
        var token = Issue();
        time.SetUtcNow(time.GetUtcNow()); // same instant: fine
        (await authenticator.AuthenticateAsync(token, Api, CancellationToken.None)).ShouldNotBeNull();

        var early = new FakeTimeProvider(time.GetUtcNow().AddHours(-1));
        var other = new ServiceAccountAuthenticator(Tokens("key", Api, early), objects);

        (await Should.ThrowAsync<ApiStatusException>(
            async () => await other.AuthenticateAsync(token, Api, CancellationToken.None))).Code.ShouldBe(401);
    }

    [Fact]
    public async Task Token_for_another_audience_is_refused() =>
        (await Should.ThrowAsync<ApiStatusException>(async () =>
            await authenticator.AuthenticateAsync(Issue(), ["vault"], CancellationToken.None))).Code.ShouldBe(401);

    [Fact]
    public async Task Token_signed_by_a_foreign_key_is_refused() =>
        await ShouldBeRefusedAsync(Issue(Tokens("other", Api)));

    [Fact]
    public async Task Token_without_signature_is_refused()
    {
        var parts = Issue().Split('.');
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""{"alg":"none","typ":"JWT"}"""));

        await ShouldBeRefusedAsync($"{header}.{parts[1]}.");
    }

    [Fact]
    public async Task Token_with_changed_claims_is_refused()
    {
        var parts = Issue().Split('.');
        var claims = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1]))
            .Replace("robot", "admin", StringComparison.Ordinal);

        await ShouldBeRefusedAsync($"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.{parts[2]}");
    }

    [Fact]
    public async Task Token_of_an_account_made_anew_is_refused()
    {
        var token = Issue();
        objects.Add(Kinds.ServiceAccount, """{"metadata":{"name":"robot","namespace":"farm","uid":"u2"}}""");

        await ShouldBeRefusedAsync(token);
    }

    [Fact]
    public async Task Token_bound_to_a_pod_ends_with_the_pod()
    {
        var token = Issue(("pod", "pod", "p1"));
        objects.Remove(Kinds.Pod, new ObjectKey("farm", "pod"));

        await ShouldBeRefusedAsync(token);
    }

    [Theory]
    [InlineData("not-a-token")]
    [InlineData("")]
    [InlineData("abcdef.0123456789abcdef")]
    public async Task Text_that_is_no_such_token_is_left_to_others(string text) =>
        (await authenticator.AuthenticateAsync(text, Api, CancellationToken.None)).ShouldBeNull();

    [Fact]
    public async Task Token_of_another_issuer_is_left_to_others()
    {
        var foreign = new ServiceAccountTokens(Keys("key"), ["https://elsewhere"], Api, time);

        (await authenticator.AuthenticateAsync(Issue(foreign), Api, CancellationToken.None)).ShouldBeNull();
    }

    private static string Issue(ServiceAccountTokens by, params (string, string, string)[] bound) =>
        by.Issue(new ServiceAccountTokenSpec
        {
            Namespace = "farm",
            Name = "robot",
            Uid = "u1",
            Lifetime = TimeSpan.FromHours(1),
            BoundTo = bound,
        }).Token;

    private string Issue(params (string, string, string)[] bound) => Issue(tokens, bound);

    private async Task ShouldBeRefusedAsync(string token)
    {
        var error = await Should.ThrowAsync<ApiStatusException>(
            async () => await authenticator.AuthenticateAsync(token, Api, CancellationToken.None));
        error.Code.ShouldBe(401);
        error.Status.Message.ShouldBe("Unauthorized");
    }

    private ServiceAccountTokens Tokens(string key, string[] audiences, TimeProvider? clock = null) =>
        new(Keys(key), ["https://api"], audiences, clock ?? time);

    private ServiceAccountKeys Keys(string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, SigningKeyPair.Create().PrivateKeyPem);
        }

        return ServiceAccountKeys.Load(path, []);
    }
}
