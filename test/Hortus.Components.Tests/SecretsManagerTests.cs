using System.Security.Cryptography.X509Certificates;
using Hortus.Client;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.Components.Tests;

[Trait("Category", "Integration")]
public sealed class SecretsManagerTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    [Fact]
    public async Task The_same_request_gives_the_same_secret()
    {
        using var deadline = ClusterFixture.Deadline();
        var secrets = await NewManagerAsync(deadline.Token);
        var authority = await secrets.EnsureAuthorityAsync("ca", deadline.Token);
        var first = await secrets.EnsureCertificateAsync("server", authority, Server("a.example"), deadline.Token);

        var again = await secrets.EnsureCertificateAsync(
            "server", await secrets.EnsureAuthorityAsync("ca", deadline.Token), Server("a.example"), deadline.Token);

        again.SecretName.ShouldBe(first.SecretName);
        again.Text("tls.key").ShouldBe(first.Text("tls.key"));
    }

    [Fact]
    public async Task A_changed_request_gives_another_secret_and_keeps_the_old_one()
    {
        using var deadline = ClusterFixture.Deadline();
        var space = await cluster.NewNamespaceAsync(deadline.Token);
        var secrets = NewManager(space);
        var authority = await secrets.EnsureAuthorityAsync("ca", deadline.Token);
        var first = await secrets.EnsureCertificateAsync("server", authority, Server("a.example"), deadline.Token);

        var changed = await secrets.EnsureCertificateAsync("server", authority, Server("b.example"), deadline.Token);

        changed.SecretName.ShouldNotBe(first.SecretName);
        var found = await cluster.Client.ListAsync<Secret>(
            new ListOptions { Namespace = space, LabelSelector = "name=server" }, deadline.Token);
        found.Items.Select(secret => secret.Metadata.Name).ShouldBe([first.SecretName, changed.SecretName], ignoreOrder: true);
    }

    [Fact]
    public async Task A_value_in_another_field_is_another_request()
    {
        using var deadline = ClusterFixture.Deadline();
        var secrets = await NewManagerAsync(deadline.Token);
        var authority = await secrets.EnsureAuthorityAsync("ca", deadline.Token);
        var plain = new CertificateSpec { CommonName = "user", Usages = CertificateUsages.Client };

        var group = await secrets.EnsureCertificateAsync("user", authority, plain with { Organizations = ["x"] }, deadline.Token);
        var host = await secrets.EnsureCertificateAsync("user", authority, plain with { DnsNames = ["x"] }, deadline.Token);

        host.SecretName.ShouldNotBe(group.SecretName);
    }

    [Fact]
    public async Task Many_askers_at_once_get_one_secret()
    {
        using var deadline = ClusterFixture.Deadline();
        var space = await cluster.NewNamespaceAsync(deadline.Token);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => NewManager(space).EnsureAuthorityAsync("ca", deadline.Token)));

        answers.Select(answer => answer.Text("ca.crt")).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Secrets_are_immutable_and_found_by_name_and_owner()
    {
        using var deadline = ClusterFixture.Deadline();
        var space = await cluster.NewNamespaceAsync(deadline.Token);
        await NewManager(space).EnsureSigningKeyAsync("service-account-key", deadline.Token);
        await new SecretsManager(cluster.Client, space, "somebody-else", TimeProvider.System)
            .EnsureSigningKeyAsync("other-key", deadline.Token);

        var found = await cluster.Client.ListAsync<Secret>(
            new ListOptions { Namespace = space, LabelSelector = SecretsManager.SelectorOf("tests") }, deadline.Token);

        var secret = found.Items.ShouldHaveSingleItem();
        secret.Immutable.ShouldBe(true);
        secret.Metadata.Labels![SecretsManager.NameLabel].ShouldBe("service-account-key");
    }

    [Fact]
    public async Task A_certificate_is_signed_by_the_authority_it_was_asked_from()
    {
        using var deadline = ClusterFixture.Deadline();
        var secrets = await NewManagerAsync(deadline.Token);
        var authority = await secrets.EnsureAuthorityAsync("ca", deadline.Token);

        var pair = await secrets.EnsureCertificateAsync("server", authority, Server("a.example"), deadline.Token);

        using var root = X509Certificate2.CreateFromPem(authority.Text("ca.crt"));
        using var leaf = X509Certificate2.CreateFromPem(pair.Text("tls.crt"));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.Build(leaf).ShouldBeTrue();
        leaf.MatchesHostname("a.example").ShouldBeTrue();
        pair.Text("ca.crt").ShouldBe(authority.Text("ca.crt"));
    }

    [Fact]
    public async Task A_secret_prints_as_its_name_only()
    {
        using var deadline = ClusterFixture.Deadline();
        var secrets = await NewManagerAsync(deadline.Token);

        var authority = await secrets.EnsureAuthorityAsync("ca", deadline.Token);

        authority.ToString().ShouldBe(authority.SecretName);
    }

    private async Task<SecretsManager> NewManagerAsync(CancellationToken cancellationToken) =>
        NewManager(await cluster.NewNamespaceAsync(cancellationToken));

    private SecretsManager NewManager(string space) => new(cluster.Client, space, "tests", TimeProvider.System);

    private static CertificateSpec Server(string host) => CertificateSpec.Server("server", host);
}
