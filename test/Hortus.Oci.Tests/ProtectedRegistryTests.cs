using System.Text;
using Hortus.Pki;
using Hortus.Testing.Registry;

namespace Hortus.Oci.Tests;

[Trait("Category", "RealParts")]
public sealed class ProtectedRegistryTests
{
    private readonly CertificateAuthority authority =
        CertificateAuthority.Create("registries", TimeSpan.FromDays(1), TimeProvider.System);

    [Fact]
    public async Task A_registry_with_passwords_serves_who_brings_one_and_the_cache_nobody_else()
    {
        await using var registry = await DockerRegistry.StartAsync(new RegistrySetup { HasPassword = true }, Pulls.Deadline());
        var chart = Pulls.Chart();
        var digest = await registry.PushAsync("charts/garden", chart, registry.DockerConfig());
        using var puller = Pulls.Puller();
        var reference = $"{registry.Name}/charts/garden@{digest}";

        var anonymous = await Should.ThrowAsync<OciException>(() => puller.PullChartAsync(Pulls.Pull(reference), Pulls.Deadline()));
        anonymous.Failure.ShouldBe(OciFailure.Denied);
        anonymous.Message.ShouldContain("401 Unauthorized: UNAUTHORIZED: authentication required");
        anonymous.Message.ShouldContain($"no credentials for {registry.Name} were given");

        var otherHost = DockerRegistry.ConfigFor("registry.example.com", "a", "b");
        (await Should.ThrowAsync<OciException>(() => puller.PullChartAsync(Pulls.Pull(reference, otherHost), Pulls.Deadline())))
            .Message.ShouldContain($"has no entry for {registry.Name}, only for registry.example.com");

        // The same process, now with the right ones.
        await registry.ForgetRequestsAsync(Pulls.Deadline());
        var pulled = await puller.PullChartAsync(Pulls.Pull(reference, registry.DockerConfig()), Pulls.Deadline());
        pulled.Archive.ToArray().ShouldBe(chart.Archive.ToArray());
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.Count(r => r.IsManifest).ShouldBe(1);
        registry.Requests.Count(r => r.IsBlob).ShouldBe(1);

        // What the cache has now is still not for those whom the registry would refuse.
        var wrong = await Should.ThrowAsync<OciException>(() => puller.PullChartAsync(
            Pulls.Pull(reference, registry.DockerConfig(password: "wrong battery")), Pulls.Deadline()));
        wrong.Failure.ShouldBe(OciFailure.Denied);
        wrong.Message.ShouldContain("asked with the credentials of user \"hortus\"");
        wrong.Message.ShouldNotContain("wrong battery");
        (await Should.ThrowAsync<OciException>(() => puller.PullChartAsync(Pulls.Pull(reference), Pulls.Deadline())))
            .Failure.ShouldBe(OciFailure.Denied);

        await registry.ForgetRequestsAsync(Pulls.Deadline());
        await puller.PullChartAsync(Pulls.Pull(reference, registry.DockerConfig()), Pulls.Deadline());
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.ShouldNotContain(r => r.IsBlob || r.IsManifest);
    }

    [Fact]
    public async Task After_a_restart_credentials_are_proven_again_with_one_request_and_the_blob_comes_from_the_disk()
    {
        var folder = Pulls.TemporaryFolder();
        try
        {
            await using var registry = await DockerRegistry.StartAsync(new RegistrySetup { HasPassword = true }, Pulls.Deadline());
            var digest = await registry.PushAsync("charts/garden", Pulls.Chart(), registry.DockerConfig());
            var reference = $"{registry.Name}/charts/garden@{digest}";
            for (var start = 0; start < 2; start++)
            {
                using var puller = Pulls.Puller(new ChartPullerOptions { CacheFolder = folder });
                await Task.WhenAll(Enumerable.Range(0, 50).Select(
                    _ => puller.PullChartAsync(Pulls.Pull(reference, registry.DockerConfig()), Pulls.Deadline())));
                (await Should.ThrowAsync<OciException>(() => puller.PullChartAsync(Pulls.Pull(reference), Pulls.Deadline())))
                    .Failure.ShouldBe(OciFailure.Denied);
            }

            await registry.SettleAsync(Pulls.Deadline());
            registry.Requests.Count(r => r is { IsBlob: true, Method: "GET", Status: 200 }).ShouldBe(1);
            registry.Requests.Count(r => r is { IsManifest: true, Method: "HEAD", Status: 200 }).ShouldBe(1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_bundle_stands_beside_the_authorities_of_the_machine_unless_told_otherwise(bool onlyGiven)
    {
        var other = CertificateAuthority.Create("other", TimeSpan.FromDays(1), TimeProvider.System);
        using var trusted = Pem.ReadCertificate(other.Issue(CertificateSpec.Server("registry", "registry.example.com")).CertificatePem);
        var trust = new RegistryTrust(authority.CertificatePem, onlyGiven);

        // The machine found nothing wrong with it.
        trust.Accepts(this, trusted, null, System.Net.Security.SslPolicyErrors.None).ShouldBe(!onlyGiven);

        // A right authority does not make up for a wrong name.
        using var misnamed = Pem.ReadCertificate(authority.Issue(CertificateSpec.Server("registry", "other.example.com")).CertificatePem);
        trust.Accepts(this, misnamed, null, System.Net.Security.SslPolicyErrors.RemoteCertificateNameMismatch).ShouldBeFalse();
        trust.Accepts(this, misnamed, null, System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors).ShouldBeTrue();
    }

    [Fact]
    public async Task A_registry_with_an_authority_of_its_own_is_trusted_with_its_bundle_only()
    {
        await using var registry = await DockerRegistry.StartAsync(
            new RegistrySetup { Authority = authority, HasPassword = true }, Pulls.Deadline());
        var chart = Pulls.Chart();
        await registry.PushAsync("charts/garden", chart, registry.DockerConfig(), authority.CertificatePem);
        using var puller = Pulls.Puller();
        var reference = $"{registry.Name}/charts/garden:1.0.0";

        var untrusted = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull(reference, registry.DockerConfig()), Pulls.Deadline()));
        untrusted.Failure.ShouldBe(OciFailure.Untrusted);
        untrusted.Message.ShouldContain("is signed by no authority that the machine trusts; name it with a CA bundle");

        var other = CertificateAuthority.Create("other", TimeSpan.FromDays(1), TimeProvider.System).CertificatePem;
        (await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull(reference, registry.DockerConfig(), other), Pulls.Deadline())))
            .Message.ShouldContain("that the machine or the CA bundle trusts");

        foreach (var bad in new[] { "not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" })
        {
            (await Should.ThrowAsync<OciException>(
                () => puller.PullChartAsync(Pulls.Pull(reference, registry.DockerConfig(), bad), Pulls.Deadline())))
                .Message.ShouldContain("the CA bundle cannot be used");
        }

        var pulled = await puller.PullChartAsync(
            Pulls.Pull(reference, registry.DockerConfig(), other + authority.CertificatePem), Pulls.Deadline());
        pulled.Archive.ToArray().ShouldBe(chart.Archive.ToArray());
    }

    [Fact]
    public async Task A_registry_with_tokens_serves_passwords_identity_tokens_registry_tokens_and_the_public()
    {
        await using var tokens = await TokenServer.StartAsync(Pulls.Deadline());
        await using var registry = await DockerRegistry.StartAsync(new RegistrySetup { Tokens = tokens }, Pulls.Deadline());
        var chart = Pulls.Chart();
        await registry.PushAsync("private/garden", chart, registry.DockerConfig());
        await registry.PushAsync("public/garden", chart, registry.DockerConfig());
        tokens.Asked.ShouldContain(("repository:private/garden:pull,push", "basic"));
        var reference = $"{registry.Name}/private/garden:1.0.0";

        using (var puller = Pulls.Puller())
        {
            tokens.Asked.Clear();
            for (var i = 0; i < 3; i++)
            {
                await puller.PullChartAsync(Pulls.Pull(reference, registry.DockerConfig()), Pulls.Deadline());
            }

            tokens.Asked.ShouldBe([("repository:private/garden:pull", "basic")]);
            (await puller.PullChartAsync(Pulls.Pull($"{registry.Name}/public/garden:1.0.0"), Pulls.Deadline()))
                .Archive.ToArray().ShouldBe(chart.Archive.ToArray());

            (await Should.ThrowAsync<OciException>(() => puller.PullChartAsync(Pulls.Pull(reference), Pulls.Deadline())))
                .Failure.ShouldBe(OciFailure.Denied);
            var wrong = await Should.ThrowAsync<OciException>(
                () => puller.PullChartAsync(Pulls.Pull(reference, registry.DockerConfig(password: "wrong battery")), Pulls.Deadline()));
            wrong.Failure.ShouldBe(OciFailure.Denied);
            wrong.Message.ShouldContain("gives no token for the credentials of user \"hortus\": 401 Unauthorized");
            wrong.Message.ShouldNotContain("wrong battery");
        }

        using (var puller = Pulls.Puller())
        {
            tokens.Asked.Clear();
            await puller.PullChartAsync(Pulls.Pull(reference, With("identitytoken", TokenServer.IdentityToken)), Pulls.Deadline());
            tokens.Asked.ShouldBe([("repository:private/garden:pull", "refresh")]);

            tokens.Asked.Clear();
            var given = tokens.TokenFor("repository:private/garden:pull");
            await puller.PullChartAsync(Pulls.Pull(reference, With("registrytoken", given)), Pulls.Deadline());
            tokens.Asked.ShouldBeEmpty();
        }

        byte[] With(string field, string token) =>
            Encoding.UTF8.GetBytes($$$$"""{"auths":{"{{{{registry.Name}}}}":{"{{{{field}}}}":"{{{{token}}}}"}}}""");
    }

    [Fact]
    public async Task A_blob_on_another_host_with_another_authority_needs_the_trust_of_both_and_TLS_on_both()
    {
        var others = CertificateAuthority.Create("stores", TimeSpan.FromDays(1), TimeProvider.System);
        var archive = Pulls.Chart().Archive.ToArray();
        await using var store = await ScriptedRegistry.StartAsync(others);
        await using var registry = await ScriptedRegistry.StartAsync(authority);
        registry.AddChart(archive);
        store.AddChart(archive);
        var next = $"https://{store.Name}";
        registry.Rule = context =>
        {
            if (!context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 302;
            context.Response.Headers.Location = next + context.Request.Path;
            return Task.FromResult(true);
        };
        var config = Encoding.UTF8.GetBytes($$$$"""{"auths":{"{{{{registry.Name}}}}":{"registrytoken":"very-secret"}}}""");
        using var puller = Pulls.Puller();
        Task<PulledChart> PullAsync(string ca) =>
            puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/a:1", config, ca), Pulls.Deadline());

        var untrusted = await Should.ThrowAsync<OciException>(() => PullAsync(authority.CertificatePem));
        untrusted.Failure.ShouldBe(OciFailure.Untrusted);
        untrusted.Message.ShouldStartWith(
            $"artifact pull failed for {registry.Name}/charts/a:1: https://{store.Name}/v2/charts/a/blobs/");

        next = "http://store.example.com";
        var plain = await Should.ThrowAsync<OciException>(() => PullAsync(authority.CertificatePem));
        plain.Failure.ShouldBe(OciFailure.Untrusted);
        plain.Message.ShouldContain("redirects to http://store.example.com/v2/charts/a/blobs/");

        next = $"https://{store.Name}";
        (await PullAsync(authority.CertificatePem + others.CertificatePem)).Archive.ToArray().ShouldBe(archive);
        store.Requests.ShouldHaveSingleItem().Authorization.ShouldBeNullOrEmpty();
        registry.Requests.ShouldContain(r => r.Authorization == "Bearer very-secret");
    }

    [Fact]
    public async Task A_blob_on_another_host_is_fetched_without_the_credentials_of_the_registry()
    {
        var archive = Pulls.Chart().Archive.ToArray();
        await using var store = await ScriptedRegistry.StartAsync();
        await using var registry = await ScriptedRegistry.StartAsync();
        var (_, blob) = registry.AddChart(archive);
        store.AddChart(archive);
        registry.Rule = context =>
        {
            if (context.Request.Headers.Authorization.Count == 0)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
                return Task.FromResult(true);
            }

            if (context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = $"http://{store.Name}/v2/charts/a/blobs/{blob}?signature=secret";
                return Task.FromResult(true);
            }

            return Task.FromResult(false);
        };
        var config = DockerRegistry.ConfigFor(registry.Name, "alice", "very-secret");
        using var puller = Pulls.Puller();
        var reference = $"{registry.Name}/charts/a:1";

        (await puller.PullChartAsync(Pulls.Pull(reference, config), Pulls.Deadline())).Archive.ToArray().ShouldBe(archive);
        store.Requests.ShouldBe([($"GET /v2/charts/a/blobs/{blob}?signature=secret", (string?)null)]);

        // Signatures of addresses are as good as credentials.
        using var another = Pulls.Puller();
        store.Rule = context =>
        {
            context.Response.StatusCode = 403;
            return Task.FromResult(true);
        };
        var failure = await Should.ThrowAsync<OciException>(() => another.PullChartAsync(Pulls.Pull(reference, config), Pulls.Deadline()));
        failure.Message.ShouldContain($"GET http://{store.Name}/v2/charts/a/blobs/{blob}: 403 Forbidden");
        failure.ToString().ShouldNotContain("signature");
    }

    [Fact]
    public async Task With_a_bundle_TLS_is_meant_also_on_a_loopback_address()
    {
        await using var plain = await DockerRegistry.StartAsync(RegistrySetup.Open, Pulls.Deadline());
        using var client = Pulls.Client();

        var failure = await Should.ThrowAsync<OciException>(() => client
            .Open($"{plain.Name}/charts/garden", ca: authority.CertificatePem).ResolveAsync("1.0.0", Pulls.Deadline()));

        failure.Message.ShouldContain("no TLS connection");
    }

    [Fact]
    public void Only_loopback_addresses_and_named_registries_may_be_without_TLS()
    {
        using var client = Pulls.Client(Pulls.Quick with { PlainHttpRegistries = ["plain.example.com:5000"] });

        client.MayBePlain(new Uri("http://elsewhere.example.com/")).ShouldBeFalse();
        client.MayBePlain(new Uri("http://localhost.example.com/")).ShouldBeFalse();
        client.MayBePlain(new Uri("http://plain.example.com/")).ShouldBeFalse();
        client.MayBePlain(new Uri("http://plain.example.com:5000/")).ShouldBeTrue();
        client.MayBePlain(new Uri("http://127.0.0.1:5000/")).ShouldBeTrue();
        client.MayBePlain(new Uri("http://[::1]:5000/")).ShouldBeTrue();
    }
}
