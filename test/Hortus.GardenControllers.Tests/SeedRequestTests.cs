using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.GardenControllers.Tests;

[Trait("Category", "Integration")]
public sealed class SeedRequestTests(GardenFixture garden) : IClassFixture<GardenFixture>
{
    private const string User = "gardener.cloud:system:seed:a";
    private const string Group = "gardener.cloud:system:seeds";
    private const string Secret = "0123456789abcdef";
    private static readonly string[] Usages = ["key encipherment", "digital signature", "client auth"];

    [Fact]
    public async Task A_request_of_a_gardenlet_is_approved()
    {
        using var deadline = GardenFixture.Deadline();

        var decided = await AskAsync(CertificateSpec.Client(User, Group), Usages, null, deadline.Token);

        decided.IsApproved().ShouldBeTrue(decided.Refusal());
        decided.Status.Conditions!.Single().Reason.ShouldBe("AutoApproved");
    }

    public static TheoryData<CertificateSpec, string[], string> Wrong => new()
    {
        { CertificateSpec.Client("gardener.cloud:system:seed:", Group), Usages, "common name" },
        { CertificateSpec.Client("system:admin", Group), Usages, "common name" },
        { CertificateSpec.Client(User, Group, "other"), Usages, "organizations" },
        { CertificateSpec.Client(User, "other"), Usages, "organizations" },
        { CertificateSpec.Client(User, Group) with { DnsNames = ["a"] }, Usages, "alternative names" },
        { CertificateSpec.Client(User, Group), ["key encipherment", "client auth"], "usages" },
        { CertificateSpec.Client(User, Group), [.. Usages, "server auth"], "usages" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_request_that_only_looks_like_a_gardenlets_is_denied_with_the_reason(
        CertificateSpec spec, string[] usages, string reason)
    {
        using var deadline = GardenFixture.Deadline();

        var decided = await AskAsync(spec, usages, null, deadline.Token);

        decided.IsApproved().ShouldBeFalse();
        decided.Refusal()!.ShouldContain(reason);
    }

    [Theory]
    [InlineData("seed-a", true)]
    [InlineData("seed-b", false)]
    public async Task A_gardenlet_renews_its_own_certificate_only(string requester, bool approved)
    {
        using var deadline = GardenFixture.Deadline();

        var decided = await AskAsync(CertificateSpec.Client(User, Group), Usages, requester, deadline.Token);

        decided.IsApproved().ShouldBe(approved);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("b", false)]
    public async Task A_bootstrap_token_is_good_for_the_gardenlet_it_was_made_for(string madeFor, bool approved)
    {
        using var deadline = GardenFixture.Deadline();
        var id = $"{garden.NewName()}00000"[..6];
        var description = $"A bootstrap token for the Gardenlet for seedmanagement.gardener.cloud/v1alpha1.Gardenlet resource garden/{madeFor}.";
        await garden.Client.CreateAsync(
            new Objects.Kubernetes.Secret
            {
                Metadata = new ObjectMeta { Namespace = "kube-system", Name = "bootstrap-token-" + id },
                Type = "bootstrap.kubernetes.io/token",
                Data = new Dictionary<string, string>
                {
                    ["token-id"] = id,
                    ["token-secret"] = Secret,
                    ["usage-bootstrap-authentication"] = "true",
                    ["description"] = description,
                }.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value)),
            },
            deadline.Token);

        var decided = await AskAsync(CertificateSpec.Client(User, Group), Usages, $"{id}.{Secret}", deadline.Token);

        decided.IsApproved().ShouldBe(approved);
    }

    [Fact]
    public async Task Requests_of_others_are_left_to_others()
    {
        using var deadline = GardenFixture.Deadline();
        var foreign = await CreateAsync(CertificateSpec.Client("jane", "developers"), Usages, null, deadline.Token);

        await AskAsync(CertificateSpec.Client(User, Group), Usages, null, deadline.Token);

        var found = await garden.Client.GetAsync<CertificateSigningRequest>(foreign, deadline.Token);
        found.IsSettled().ShouldBeFalse();
    }

    private async Task<CertificateSigningRequest> AskAsync(
        CertificateSpec spec, string[] usages, string? token, CancellationToken cancellationToken)
    {
        var key = await CreateAsync(spec, usages, token, cancellationToken);
        return (await garden.Client.UntilAsync<CertificateSigningRequest>(key, found => found?.IsSettled() == true, cancellationToken))!;
    }

    private async Task<ObjectKey> CreateAsync(
        CertificateSpec spec, string[] usages, string? token, CancellationToken cancellationToken)
    {
        var request = new CertificateSigningRequest
        {
            Metadata = new ObjectMeta { Name = "seed-csr-" + garden.NewName() },
            Spec = new CertificateSigningRequestSpec
            {
                Request = Encoding.UTF8.GetBytes(SigningRequest.Create(spec).RequestPem),
                SignerName = CertificateSigners.Client,
                Usages = usages,
            },
        };
        if (token is null)
        {
            return (await garden.Client.CreateAsync(request, cancellationToken)).Key;
        }

        using var client = garden.ConnectWith(token);
        return (await client.CreateAsync(request, cancellationToken)).Key;
    }
}
