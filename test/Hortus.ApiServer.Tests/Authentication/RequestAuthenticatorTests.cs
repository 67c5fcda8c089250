using System.Security.Cryptography.X509Certificates;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Hortus.Pki;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.Authentication;

public sealed class RequestAuthenticatorTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly CertificateAuthority Clients =
        CertificateAuthority.Create("clients", TimeSpan.FromDays(3650), Time);
    private static readonly CertificateAuthority Proxies =
        CertificateAuthority.Create("proxies", TimeSpan.FromDays(3650), Time);
    private static readonly CertificateAuthority Strangers =
        CertificateAuthority.Create("clients", TimeSpan.FromDays(3650), Time);

    [Fact]
    public async Task Client_certificate_names_user_and_groups()
    {
        var user = await AuthenticateAsync(Request(Certificate(Clients, "alice", "dev", "ops")));

        user!.Name.ShouldBe("alice");
        user.Groups.ShouldBe(["dev", "ops", "system:authenticated"]);
    }

    [Fact]
    public async Task Certificate_of_another_CA_of_the_same_name_is_refused() =>
        await ShouldBeRefusedAsync(Request(Certificate(Strangers, "alice", "system:masters")));

    [Fact]
    public async Task Expired_certificate_is_refused()
    {
        var request = Request(Certificate(Clients, "alice"));
        var later = new FakeTimeProvider(Time.GetUtcNow().AddDays(800));

        (await Should.ThrowAsync<ApiStatusException>(async () => await AuthenticateAsync(request, later)))
            .Code.ShouldBe(401);
    }

    [Fact]
    public async Task Certificate_for_servers_is_refused()
    {
        var pair = Clients.Issue(CertificateSpec.Server("alice", "alice.example"));

        await ShouldBeRefusedAsync(Request(X509Certificate2.CreateFromPem(pair.CertificatePem)));
    }

    [Theory]
    [InlineData("Bearer nobody")]
    [InlineData("Basic YWxpY2U6c2VjcmV0")]
    [InlineData("Bearer")]
    public async Task Credentials_nobody_knows_never_become_anonymous(string header)
    {
        var request = Request(null);
        request.Request.Headers.Authorization = header;

        await ShouldBeRefusedAsync(request);
    }

    [Fact]
    public async Task Request_without_credentials_is_left_to_the_anonymous_user() =>
        (await AuthenticateAsync(Request(null))).ShouldBeNull();

    [Fact]
    public async Task Known_token_is_taken_and_not_passed_on()
    {
        var request = Request(null);
        request.Request.Headers.Authorization = "Bearer secret";

        (await AuthenticateAsync(request))!.Name.ShouldBe("carol");
        request.Request.Headers.ContainsKey("Authorization").ShouldBeFalse();
    }

    [Fact]
    public async Task Front_proxy_speaks_for_its_users()
    {
        var request = Request(Certificate(Proxies, "front"));
        request.Request.Headers["X-Remote-User"] = "dave";
        request.Request.Headers["X-Remote-Group"] = new[] { "dev", "ops" };
        request.Request.Headers["X-Remote-Extra-Team%2Fid"] = "7";

        var user = await AuthenticateAsync(request);

        user!.Name.ShouldBe("dave");
        user.Groups.ShouldBe(["dev", "ops", "system:authenticated"]);
        user.Extra["team/id"].ShouldBe(["7"]);
        request.Request.Headers.ContainsKey("X-Remote-User").ShouldBeFalse();
    }

    [Theory]
    [InlineData(true, "alice")]
    [InlineData(false, "front-but-not-allowed")]
    public async Task User_headers_of_others_count_for_nothing(bool client, string name)
    {
        var request = Request(Certificate(client ? Clients : Proxies, name));
        request.Request.Headers["X-Remote-User"] = "root";
        request.Request.Headers["X-Remote-Group"] = "system:masters";

        if (client)
        {
            (await AuthenticateAsync(request))!.Name.ShouldBe("alice");
        }
        else
        {
            await ShouldBeRefusedAsync(request);
        }

        request.Request.Headers.ContainsKey("X-Remote-User").ShouldBeFalse();
    }

    [Fact]
    public async Task Impersonation_needs_permission_for_user_and_group()
    {
        var allowed = Request(Certificate(Clients, "boss"));
        allowed.Request.Headers["Impersonate-User"] = "erin";
        allowed.Request.Headers["Impersonate-Group"] = "dev";

        var user = await AuthenticateAsync(allowed);

        user!.Name.ShouldBe("erin");
        user.Groups.ShouldBe(["dev", "system:authenticated"]);

        var denied = Request(Certificate(Clients, "alice"));
        denied.Request.Headers["Impersonate-User"] = "erin";
        var error = await Should.ThrowAsync<ApiStatusException>(async () => await AuthenticateAsync(denied));
        error.Code.ShouldBe(403);
        error.Status.Message.ShouldBe(
            "users \"erin\" is forbidden: User \"alice\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope");
    }

    [Fact]
    public async Task Impersonated_service_account_has_its_groups()
    {
        var request = Request(Certificate(Clients, "boss"));
        request.Request.Headers["Impersonate-User"] = "system:serviceaccount:farm:robot";

        (await AuthenticateAsync(request))!.Groups
            .ShouldBe(["system:serviceaccounts", "system:serviceaccounts:farm", "system:authenticated"]);
    }

    [Fact]
    public async Task Impersonation_without_user_is_a_bad_request()
    {
        var request = Request(Certificate(Clients, "boss"));
        request.Request.Headers["Impersonate-Group"] = "system:masters";

        (await Should.ThrowAsync<ApiStatusException>(async () => await AuthenticateAsync(request))).Code.ShouldBe(400);
    }

    private static X509Certificate2 Certificate(CertificateAuthority ca, string name, params string[] groups) =>
        X509Certificate2.CreateFromPem(ca.Issue(CertificateSpec.Client(name, groups)).CertificatePem);

    private static DefaultHttpContext Request(X509Certificate2? certificate)
    {
        var http = new DefaultHttpContext();
        http.Connection.ClientCertificate = certificate;
        return http;
    }

    private static async Task ShouldBeRefusedAsync(HttpContext http) =>
        (await Should.ThrowAsync<ApiStatusException>(async () => await AuthenticateAsync(http))).Code.ShouldBe(401);

    private static async Task<UserInfo?> AuthenticateAsync(HttpContext http, TimeProvider? time = null)
    {
        var clock = time ?? Time;
        var authenticator = new RequestAuthenticator(
            [
                new FrontProxyAuthenticator(
                    new CertificateVerifier(Pem.ReadBundle(Proxies.CertificatePem), clock),
                    new FrontProxyHeaders(["front"], ["X-Remote-User"], ["X-Remote-Group"], ["X-Remote-Extra-"])),
                new CertificateAuthenticator(new CertificateVerifier(Pem.ReadBundle(Clients.CertificatePem), clock)),
                new BearerTokenAuthenticator([StaticTokenAuthenticator.Parse("secret,carol,1", "t")], []),
            ],
            new Impersonation(new BossAuthorizer()),
            anonymous: true);
        return await authenticator.AuthenticateAsync(http, CancellationToken.None);
    }

    private sealed class BossAuthorizer : IAuthorizer
    {
        public ValueTask<AuthorizationDecision> AuthorizeAsync(
            UserInfo user, RequestInfo request, CancellationToken cancellationToken) =>
            ValueTask.FromResult(
                user.Name == "boss" ? AuthorizationDecision.Allow() : AuthorizationDecision.NoOpinion());
    }
}
