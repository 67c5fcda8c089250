using System.Text;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Oci;
using Hortus.Pki;

namespace Hortus.Components.Tests.Charts;

[Trait("Category", "Integration")]
public sealed class ChartLoaderTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string Digest = "sha256:0123456789012345678901234567890123456789012345678901234567890123";
    private readonly RecordingPuller puller = new();

    [Fact]
    public void A_raw_chart_has_the_digest_of_its_bytes()
    {
        var chart = ChartLoader.Load(Encoding.ASCII.GetBytes("chart"));

        chart.Digest.ShouldBe(ChartLoader.Load(Encoding.ASCII.GetBytes("chart")).Digest);
        chart.Digest.ShouldStartWith("sha256:");
        chart.Digest.ShouldNotBe(ChartLoader.Load(Encoding.ASCII.GetBytes("other")).Digest);
        chart.Note.ShouldBeNull();
    }

    [Theory]
    [InlineData("oci://r.example/a:1", null, null, null, "r.example/a:1")]
    [InlineData("r.example/a:1", "r.example/b", "2", null, "r.example/a:1")]
    [InlineData(null, "oci://r.example/b", "2", null, "r.example/b:2")]
    [InlineData(null, "r.example/b", "2", Digest, "r.example/b@" + Digest)]
    [InlineData(null, "r.example/b", null, Digest, "r.example/b@" + Digest)]
    public async Task A_reference_is_pulled(string? reference, string? repository, string? tag, string? digest, string pulled)
    {
        using var deadline = ClusterFixture.Deadline();
        var loader = new ChartLoader(puller, null);

        var chart = await loader.LoadAsync(
            new OCIRepository { Ref = reference, Repository = repository, Tag = tag, Digest = digest }, cluster.Client, "garden", deadline.Token);

        chart.ShouldBe(new LoadedChart(Digest, RecordingPuller.Archive, "stale"));
        var pull = puller.Pulls.ShouldHaveSingleItem();
        pull.Reference.ToString().ShouldBe(pulled);
        pull.DockerConfigJson.ShouldBeNull();
        pull.CaBundle.ShouldBeNull();
    }

    [Fact]
    public async Task Credentials_and_authorities_come_from_the_secrets_and_the_environment()
    {
        using var deadline = ClusterFixture.Deadline();
        var space = await cluster.NewNamespaceAsync(deadline.Token);
        var (own, general) = (NewAuthority(), NewAuthority());
        await CreateAsync(space, "pull", GardenerRoles.HelmPullSecret, ChartLoader.PullSecretKey, "{\"auths\":{}}", deadline.Token);
        await CreateAsync(space, "ca", GardenerRoles.OciCABundle, ChartLoader.CASecretKey, own, deadline.Token);

        await new ChartLoader(puller, general).LoadAsync(Reference("pull", "ca"), cluster.Client, space, deadline.Token);

        var pull = puller.Pulls.ShouldHaveSingleItem();
        Encoding.UTF8.GetString(pull.DockerConfigJson!.Value.Span).ShouldBe("{\"auths\":{}}");
        pull.CaBundle.ShouldBe(general + own);
    }

    [Theory]
    [InlineData("gone", null, "pull secret {0}/gone is missing")]
    [InlineData("unlabelled", null, "pull secret {0}/unlabelled lacks the label gardener.cloud/role=helm-pull-secret")]
    [InlineData("keyless", null, "pull secret {0}/keyless lacks the key .dockerconfigjson")]
    [InlineData("empty", null, "pull secret {0}/empty: .dockerconfigjson is empty")]
    [InlineData(null, "gone", "CA bundle secret {0}/gone is missing")]
    [InlineData(null, "keyless", "CA bundle secret {0}/keyless lacks the key bundle.crt")]
    [InlineData(null, "empty", "CA bundle secret {0}/empty: bundle.crt is empty")]
    [InlineData(null, "text", "CA bundle secret {0}/text: bundle.crt is not PEM")]
    public async Task A_secret_that_is_not_as_it_must_be_is_named(string? pull, string? authority, string message)
    {
        using var deadline = ClusterFixture.Deadline();
        var space = await cluster.NewNamespaceAsync(deadline.Token);
        var (role, key) = pull is not null
            ? (GardenerRoles.HelmPullSecret, ChartLoader.PullSecretKey)
            : (GardenerRoles.OciCABundle, ChartLoader.CASecretKey);
        await CreateAsync(space, "unlabelled", null, key, "swordfish", deadline.Token);
        await CreateAsync(space, "keyless", role, "other", "swordfish", deadline.Token);
        await CreateAsync(space, "empty", role, key, "", deadline.Token);
        await CreateAsync(space, "text", role, key, "swordfish", deadline.Token);

        var failure = await Should.ThrowAsync<OciException>(
            () => new ChartLoader(puller, null).LoadAsync(Reference(pull, authority), cluster.Client, space, deadline.Token));

        failure.Failure.ShouldBe(OciFailure.BadRequest);
        failure.Message.ShouldStartWith(string.Format(System.Globalization.CultureInfo.InvariantCulture, message, space));
        failure.Message.ShouldNotContain("swordfish");
        puller.Pulls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reference_that_is_none_is_quoted()
    {
        using var deadline = ClusterFixture.Deadline();

        (await Should.ThrowAsync<OciException>(() => new ChartLoader(puller, null).LoadAsync(
            new OCIRepository { Ref = "Not A Reference" }, cluster.Client, "garden", deadline.Token)))
            .Message.ShouldStartWith("the chart reference \"Not A Reference\" cannot be used: ");
    }

    [Theory]
    [InlineData("images: []", null)]
    [InlineData("caBundle: {}", null)]
    [InlineData("caBundle: text", "caBundle: want a map")]
    [InlineData("caBundle:\n  inline: \"\"", "caBundle.inline is empty")]
    [InlineData("caBundle:\n  inline: text", "caBundle.inline is not PEM")]
    [InlineData("a: [", "invalid YAML")]
    public void The_environments_file_says_what_is_wrong_with_it(string text, string? fault)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        if (fault is null)
        {
            ChartTrust.Read(path).ShouldBeNull();
        }
        else
        {
            Should.Throw<FormatException>(() => ChartTrust.Read(path)).Message
                .ShouldSatisfyAllConditions(m => m.ShouldStartWith($"IMAGEVECTOR_OVERWRITE_CHARTS: {path}: "), m => m.ShouldContain(fault));
        }

        File.Delete(path);
    }

    [Fact]
    public void The_environments_certificates_are_taken()
    {
        var authority = NewAuthority();
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "caBundle:\n  inline: |\n" + string.Concat(authority.Split('\n').Select(line => $"    {line}\n")));

        ChartTrust.Read(path)!.Trim().ShouldBe(authority.Trim());
        File.Delete(path);
    }

    private static OCIRepository Reference(string? pull, string? authority) => new()
    {
        Ref = "r.example/a:1",
        PullSecretRef = pull is null ? null : new LocalObjectReference { Name = pull },
        CaBundleSecretRef = authority is null ? null : new LocalObjectReference { Name = authority },
    };

    private static string NewAuthority()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            $"CN={Guid.NewGuid()}", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return Pem.Write(certificate);
    }

    private Task CreateAsync(string space, string name, string? role, string key, string value, CancellationToken cancellationToken) =>
        cluster.Client.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta
                {
                    Namespace = space,
                    Name = name,
                    Labels = role is null ? null : new Dictionary<string, string> { [GardenerLabels.Role] = role },
                },
                Data = new Dictionary<string, byte[]> { [key] = Encoding.UTF8.GetBytes(value) },
            },
            cancellationToken);

    private sealed class RecordingPuller : IArtifactPuller
    {
        public static readonly ReadOnlyMemory<byte> Archive = new byte[] { 1, 2, 3 };

        public List<ChartPull> Pulls { get; } = [];

        public Task<PulledChart> PullChartAsync(ChartPull pull, CancellationToken cancellationToken)
        {
            Pulls.Add(pull);
            return Task.FromResult(new PulledChart(Digest, Archive, "stale"));
        }
    }
}
