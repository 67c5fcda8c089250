using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hortus.Client;
using Hortus.Components.Webhooks;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime.Webhooks;
using Hortus.Testing.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Components.Tests.Webhooks;

/// <summary>The serving certificate of webhooks over the years.</summary>
[Trait("Category", "Integration")]
public sealed class WebhookServingTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string Name = "test-operator";

    [Fact]
    public async Task A_certificate_that_is_due_is_replaced_without_a_restart_and_clients_go_on_trusting()
    {
        using var deadline = ClusterFixture.Deadline();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var serving = new WebhookServing();
        await using var running = Start(serving, await cluster.NewNamespaceAsync(deadline.Token), clock, deadline.Token);
        await serving.Started.WaitAsync(deadline.Token);
        using var first = await ServedAsync(serving, deadline.Token);
        using var second = await AfterAsync(serving, first, clock, TimeSpan.FromDays(300), deadline.Token);

        first.NotAfter.ShouldBe(clock.GetUtcNow().LocalDateTime + TimeSpan.FromDays(65), TimeSpan.FromDays(2));
        second.NotAfter.ShouldBe(clock.GetUtcNow().LocalDateTime + TimeSpan.FromDays(365), TimeSpan.FromDays(2));
        Signs(serving.Current!.Authority, first).ShouldBeTrue();
        Signs(serving.Current.Authority, second).ShouldBeTrue();
    }

    [Fact]
    public async Task An_authority_that_is_due_gets_a_successor_that_is_trusted_a_day_before_it_signs()
    {
        using var deadline = ClusterFixture.Deadline();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var secrets = new SecretsManager(cluster.Client, await cluster.NewNamespaceAsync(deadline.Token), Name, clock);
        var renewed = new RenewedCertificate(secrets, "ca", "server", CertificateSpec.Server("a.example", "a.example"), clock);

        var first = await renewed.EnsureAsync(deadline.Token);
        clock.Advance(TimeSpan.FromDays((365 * 8) + 10));
        var trusted = await renewed.EnsureAsync(deadline.Token);
        clock.Advance(RenewedCertificate.TrustLead);
        var signing = await renewed.EnsureAsync(deadline.Token);
        var again = await renewed.EnsureAsync(deadline.Token);
        clock.Advance(TimeSpan.FromDays((365 * 2) - 10));
        var alone = await renewed.EnsureAsync(deadline.Token);

        (Count(first), Count(trusted), Count(signing), Count(alone)).ShouldBe((1, 2, 2, 1));
        using var soon = Pem.ReadCertificate(trusted.Secret.Text("tls.crt"));
        using var now = Pem.ReadCertificate(signing.Secret.Text("tls.crt"));
        Signs(first.Authorities, soon).ShouldBeTrue();
        Signs(first.Authorities, now).ShouldBeFalse();
        Signs(trusted.Authorities, now).ShouldBeTrue();
        again.Secret.SecretName.ShouldBe(signing.Secret.SecretName);
        using var last = Pem.ReadCertificate(alone.Secret.Text("tls.crt"));
        Signs(alone.Authorities, last).ShouldBeTrue();
    }

    [Fact]
    public async Task An_operator_that_was_away_for_longer_than_its_authority_lived_begins_anew()
    {
        using var deadline = ClusterFixture.Deadline();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var secrets = new SecretsManager(cluster.Client, await cluster.NewNamespaceAsync(deadline.Token), Name, clock);
        var renewed = new RenewedCertificate(secrets, "ca", "server", CertificateSpec.Server("a.example", "a.example"), clock);

        await renewed.EnsureAsync(deadline.Token);
        clock.Advance(TimeSpan.FromDays(365 * 11));
        var late = await renewed.EnsureAsync(deadline.Token);

        using var certificate = Pem.ReadCertificate(late.Secret.Text("tls.crt"));
        certificate.NotAfter.ShouldBeGreaterThan(clock.GetUtcNow().LocalDateTime);
        Count(late).ShouldBe(1);
        Signs(late.Authorities, certificate).ShouldBeTrue();
    }

    [Fact]
    public async Task API_servers_are_told_of_a_new_authority_beside_the_old_one()
    {
        using var deadline = ClusterFixture.Deadline();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var space = await cluster.NewNamespaceAsync(deadline.Token);
        await using var running = RunningComponent.Start(Name, cluster.Client, clock, async (context, token) =>
        {
            var manager = context.CreateManager();
            var host = new WebhookHost(manager, cluster.Client, context, SettingsIn(space));
            await Task.WhenAll(manager.RunAsync(token), host.RunAsync(token));
        });
        var key = ObjectKey.Cluster(Name);
        var before = await UntilAsync(found => found is not null, null);
        clock.Advance(TimeSpan.FromDays((365 * 8) + 10));
        var after = await UntilAsync(
            found => found?.Webhooks?[0].ClientConfig.CaBundle?.Length > before.Webhooks![0].ClientConfig.CaBundle!.Length,
            () => clock.Advance(TimeSpan.FromMinutes(1)));

        Encoding.UTF8.GetString(after.Webhooks![0].ClientConfig.CaBundle!).ShouldStartWith(
            Encoding.UTF8.GetString(before.Webhooks![0].ClientConfig.CaBundle!));
        await cluster.Client.DeleteAsync<ValidatingWebhookConfiguration>(key, null, deadline.Token);

        async Task<ValidatingWebhookConfiguration> UntilAsync(Func<ValidatingWebhookConfiguration?, bool> condition, Action? step)
        {
            while (true)
            {
                var found = await cluster.Client.FindAsync<ValidatingWebhookConfiguration>(key, deadline.Token);
                if (condition(found))
                {
                    return found!;
                }

                step?.Invoke();
            }
        }
    }

    private static int Count(CurrentCertificate current) => Pem.ReadBundle(current.Authorities).Count;

    private static bool Signs(string authorities, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Pem.ReadBundle(authorities));
        chain.ChainPolicy.VerificationTime = certificate.NotBefore.AddMinutes(10);
        return chain.Build(certificate);
    }

    private static WebhookSettings SettingsIn(string space) => new()
    {
        Name = Name,
        Domain = "test.example",
        Namespace = space,
        Endpoint = new WebhookEndpoint(
            new IPEndPoint(IPAddress.Loopback, 0),
            ["127.0.0.1"],
            (port, path) => new WebhookClientConfig { Url = $"https://127.0.0.1:{port}{path}" }),
        Webhooks =
        [
            new ServedWebhook("nothing", new Nothing(), new RuleWithOperations
            {
                ApiGroups = ["test.example"], ApiVersions = ["v1"], Resources = ["nothings"], Operations = ["CREATE"],
            }),
        ],
    };

    private RunningComponent Start(WebhookServing serving, string space, TimeProvider clock, CancellationToken cancellationToken) =>
        RunningComponent.Start(Name, cluster.Client, clock, async (context, token) =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken);
            await serving.RunAsync(SettingsIn(space), cluster.Client, context, either.Token);
        });

    // The clock goes on until the server has looked at its certificate.
    private static async Task<X509Certificate2> AfterAsync(
        WebhookServing serving, X509Certificate2 before, FakeTimeProvider clock, TimeSpan time, CancellationToken cancellationToken)
    {
        clock.Advance(time);
        while (true)
        {
            var now = await ServedAsync(serving, cancellationToken);
            if (now.Thumbprint != before.Thumbprint)
            {
                return now;
            }

            now.Dispose();
            clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    private static async Task<X509Certificate2> ServedAsync(WebhookServing serving, CancellationToken cancellationToken)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, serving.Current!.Port, cancellationToken);
        X509Certificate2? served = null;
        await using var tls = new SslStream(connection.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
        {
            served = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
            return true;
        });
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1" }, cancellationToken);
        return served!;
    }

    private sealed class Nothing : IAdmissionWebhook
    {
        public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
            Task.FromResult(AdmissionAnswer.Allowed);
    }
}
