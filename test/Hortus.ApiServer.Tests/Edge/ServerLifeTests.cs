using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Pki;
using Hortus.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.Edge;

[Trait("Category", "Integration")]
public sealed class ServerLifeTests
{
    private const string Maps = "api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Watch_ends_with_a_bookmark_when_the_server_stops()
    {
        using var deadline = ApiFixture.Deadline();
        await using var server = await InProcessApiServer.StartAsync(deadline.Token);
        using var client = new HttpClient { BaseAddress = server.Address };
        using var watch = await client.GetAsync(
            new Uri($"{Maps}?watch=1&allowWatchBookmarks=true", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead,
            deadline.Token);
        using var lines = new StreamReader(await watch.Content.ReadAsStreamAsync(deadline.Token));
        var read = lines.ReadToEndAsync(deadline.Token);

        await server.DisposeAsync();

        var text = (await read).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        text[^1].ShouldStartWith("""{"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":""");
    }

    [Fact]
    public async Task Server_that_is_to_stop_says_so_and_serves_until_its_delay_is_over()
    {
        using var deadline = ApiFixture.Deadline();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await InProcessApiServer.StartAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"], ShutdownDelayDuration = TimeSpan.FromMinutes(1) },
            [],
            time,
            deadline.Token);
        using var client = new HttpClient { BaseAddress = server.Address };
        (await client.GetAsync(new Uri("readyz", UriKind.Relative), deadline.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var stopped = server.DisposeAsync().AsTask();

        using var ready = await client.GetAsync(new Uri("readyz", UriKind.Relative), deadline.Token);
        ready.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await ready.Content.ReadAsStringAsync(deadline.Token)).ShouldContain("[-]shutdown failed");
        (await client.GetAsync(new Uri(Maps, UriKind.Relative), deadline.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        stopped.IsCompleted.ShouldBeFalse();

        time.Advance(TimeSpan.FromMinutes(1));
        await stopped.WaitAsync(deadline.Token);
    }

    [Fact]
    public void Roots_of_client_certificates_are_read_again_when_their_file_changes()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var (first, second) = (Authority(time), Authority(time));
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, first.CertificatePem);
            var verifier = CertificateVerifier.Load(file, time);
            using var old = Client(first);
            using var young = Client(second);
            verifier.Verify(old)!.CommonName.ShouldBe("alice");
            verifier.Verify(young).ShouldBeNull();

            File.WriteAllText(file, second.CertificatePem);
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(40));
            time.Advance(TimeSpan.FromSeconds(2));
            verifier.Verify(young)!.CommonName.ShouldBe("alice");
            verifier.Verify(old).ShouldBeNull();

            File.WriteAllText(file, "half a cert");
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(41));
            time.Advance(TimeSpan.FromSeconds(2));
            verifier.Verify(young)!.CommonName.ShouldBe("alice");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void All_admission_plug_ins_run_but_the_disabled_ones()
    {
        var all = new[] { new Named("A"), new Named("B") };
        AdmissionSelection.Of(all, new ApiServerOptions { DisableAdmissionPlugins = ["A", "PodSecurity"] })
            .Select(p => p.Name).ShouldBe(["B"]);
        AdmissionSelection.Of(all, new ApiServerOptions { EnableAdmissionPlugins = ["B", "MutatingAdmissionWebhook"] })
            .Select(p => p.Name).ShouldBe(["A", "B"]);
    }

    [Theory]
    [InlineData("PodSecurity", "", "--enable-admission-plugins: PodSecurity is not served; these are")]
    [InlineData("", "Typo", "--disable-admission-plugins: no plug-in is called Typo")]
    [InlineData("A", "A", "choose one")]
    public void Admission_plug_ins_that_cannot_be_had_stop_the_start(string enable, string disable, string message)
    {
        static string[] Names(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var options = new ApiServerOptions
        {
            EnableAdmissionPlugins = Names(enable),
            DisableAdmissionPlugins = Names(disable),
        };
        Should.Throw<IOException>(() => AdmissionSelection.Of([new Named("A")], options)).Message.ShouldContain(message);
    }

    private static CertificateAuthority Authority(TimeProvider time) =>
        CertificateAuthority.Create("clients", TimeSpan.FromDays(1), time);

    private static X509Certificate2 Client(CertificateAuthority authority)
    {
        var pair = authority.Issue(CertificateSpec.Client("alice"));
        return Pem.ReadKeyPair(pair.CertificatePem, pair.PrivateKeyPem);
    }

    private sealed class Named(string name) : AdmissionPlugin(name);
}
