using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.GardenApi.Tests.Aggregation;

/// <summary>The authority of the host's front proxy is replaced while both servers run.</summary>
[Trait("Category", "Integration")]
public sealed class TrustTests : IAsyncLifetime
{
    private const string Seeds = "/apis/core.gardener.cloud/v1beta1/seeds";
    private static readonly ObjectKey TrustKey = new("kube-system", "extension-apiserver-authentication");

    private readonly AggregatedGarden garden = new();

    public Task InitializeAsync() => garden.InitializeAsync();

    public Task DisposeAsync() => garden.DisposeAsync();

    [Fact]
    public async Task A_new_authority_of_the_proxy_is_taken_over_without_a_failed_request_and_the_old_one_counts_no_more()
    {
        using var deadline = AggregatedGarden.Deadline();
        var former = garden.Proxies.Issue(CertificateSpec.Client("kube-aggregator"));
        var next = CertificateAuthority.Create("next-proxies", TimeSpan.FromDays(1), TimeProvider.System);
        var proxy = next.Issue(CertificateSpec.Client("kube-aggregator"));
        (await AskAsProxyAsync(former)).ShouldBe(200);
        (await AskAsProxyAsync(proxy)).ShouldBe(401);

        garden.Write("proxy-ca.crt", garden.Proxies.CertificatePem + next.CertificatePem);
        await UntilAsync(proxy, 200, deadline.Token);
        garden.Write("proxy.crt", proxy.CertificatePem);
        garden.Write("proxy.key", proxy.PrivateKeyPem);
        (await garden.GetAsync(Seeds)).Code.ShouldBe(200);
        garden.Write("proxy-ca.crt", next.CertificatePem);
        await UntilAsync(former, 401, deadline.Token);

        (await AskAsProxyAsync(proxy)).ShouldBe(200);
        (await garden.GetAsync(Seeds)).Code.ShouldBe(200);
    }

    [Fact]
    public async Task What_is_no_certificate_is_not_taken_over()
    {
        using var deadline = AggregatedGarden.Deadline();
        var former = garden.Proxies.Issue(CertificateSpec.Client("kube-aggregator"));
        var next = CertificateAuthority.Create("next-proxies", TimeSpan.FromDays(1), TimeProvider.System);

        await PublishAsync("half a certifi", deadline.Token);
        await PublishAsync(garden.Proxies.CertificatePem, deadline.Token);
        (await AskAsProxyAsync(former)).ShouldBe(200);
        await PublishAsync(garden.Proxies.CertificatePem + next.CertificatePem, deadline.Token);
        await UntilAsync(next.Issue(CertificateSpec.Client("kube-aggregator")), 200, deadline.Token);
        (await AskAsProxyAsync(former)).ShouldBe(200);
    }

    private async Task PublishAsync(string proxyRoots, CancellationToken cancellationToken)
    {
        var map = await garden.Admin.GetAsync<ConfigMap>(TrustKey, cancellationToken);
        var data = new Dictionary<string, string>(map.Data!) { ["requestheader-client-ca-file"] = proxyRoots };
        await garden.Admin.UpdateAsync(map with { Data = data }, cancellationToken);
    }

    private async Task UntilAsync(CertificateKeyPair proxy, int code, CancellationToken cancellationToken)
    {
        while (await AskAsProxyAsync(proxy) != code)
        {
            (await garden.GetAsync(Seeds)).Code.ShouldBe(200);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    private async Task<int> AskAsProxyAsync(CertificateKeyPair proxy)
    {
        var (code, _) = await garden.AskBehindAsync(
            Seeds, null, proxy, ("X-Remote-User", "root"), ("X-Remote-Group", "system:masters"));
        return code;
    }
}
