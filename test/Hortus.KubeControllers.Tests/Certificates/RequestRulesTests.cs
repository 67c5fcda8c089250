using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hortus.KubeControllers.Certificates;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.KubeControllers.Tests.Certificates;

public sealed class RequestRulesTests
{
    [Theory]
    [InlineData("system:node:a", "system:nodes", "client auth", null)]
    [InlineData("system:node:", "system:nodes", "client auth", "common name")]
    [InlineData("admin", "system:nodes", "client auth", "common name")]
    [InlineData("system:node:a", "system:masters", "client auth", "organization")]
    [InlineData("system:node:a", "system:nodes", "server auth", "usage")]
    public void ClientRequest_MustBeANodes(string name, string group, string usage, string? against)
    {
        var (request, asked) = Ask(CertificateSpec.Client(name, group), usage);

        var found = RequestRules.AgainstKubeletClient(request, asked);

        (found is null).ShouldBe(against is null);
        found?.ShouldContain(against!);
    }

    [Fact]
    public void ServingRequest_MustBeTheRequestersOwn()
    {
        var spec = new CertificateSpec
        {
            CommonName = "system:node:a",
            Organizations = ["system:nodes"],
            DnsNames = ["a"],
            Usages = CertificateUsages.Server,
        };
        var (request, asked) = Ask(spec, "server auth", user: "system:node:b");

        RequestRules.AgainstKubeletServing(request, asked)!.ShouldContain("requester");
    }

    [Fact]
    public void Requests_MustNotHaveNamesThatNobodyLooksAt()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a");
        names.AddUri(new Uri("spiffe://other"));
        var raw = new CertificateRequest("O=system:nodes, CN=system:node:a", key, HashAlgorithmName.SHA256);
        raw.CertificateExtensions.Add(names.Build());
        var asked = SigningRequest.Parse(raw.CreateSigningRequestPem());
        var request = new CertificateSigningRequest
        {
            Spec = new CertificateSigningRequestSpec { Usages = ["digital signature", "server auth"], Username = "system:node:a" },
        };

        RequestRules.AgainstKubeletServing(request, asked)!.ShouldContain("only DNS names and addresses");
    }

    [Theory]
    [InlineData("a", null, false, true)]
    [InlineData("other", null, true, false)]
    [InlineData("a.internal", null, true, true)]
    [InlineData("a", "10.0.0.1", true, true)]
    [InlineData("a", "10.0.0.1", false, false)]
    [InlineData("a", "10.0.0.2", true, false)]
    public void ServingNames_MustBeTheNodes(string dns, string? address, bool registered, bool fits)
    {
        var (_, asked) = Ask(
            new CertificateSpec
            {
                CommonName = "system:node:a",
                Organizations = ["system:nodes"],
                DnsNames = [dns],
                IPAddresses = address is null ? [] : [IPAddress.Parse(address)],
                Usages = CertificateUsages.Server,
            },
            "server auth");
        var node = new Node
        {
            Status = new NodeStatus
            {
                Addresses =
                [
                    new NodeAddress { Type = "InternalIP", Address = "10.0.0.1" },
                    new NodeAddress { Type = "InternalDNS", Address = "a.internal" },
                ],
            },
        };

        RequestRules.NamesBelongTo(asked, "a", registered ? node : null).ShouldBe(fits);
    }

    [Fact]
    public void Cleaner_KeepsPendingRequestsADay_AndSettledOnesAnHour()
    {
        var created = DateTimeOffset.UnixEpoch;
        var pending = new CertificateSigningRequest { Metadata = new ObjectMeta { CreationTimestamp = created } };
        var denied = pending with
        {
            Status = new CertificateSigningRequestStatus
            {
                Conditions = [new() { Type = "Denied", Status = "True", LastUpdateTime = created.AddMinutes(5) }],
            },
        };

        RequestCleaner.Due(pending).ShouldBe(created.AddHours(24));
        RequestCleaner.Due(denied).ShouldBe(created.AddMinutes(65));
    }

    private static (CertificateSigningRequest Request, SigningRequest Asked) Ask(
        CertificateSpec spec, string usage, string? user = null)
    {
        var pem = SigningRequest.Create(spec).RequestPem;
        var request = new CertificateSigningRequest
        {
            Spec = new CertificateSigningRequestSpec
            {
                Request = Encoding.UTF8.GetBytes(pem),
                Usages = ["digital signature", usage],
                Username = user ?? spec.CommonName,
            },
        };
        return (request, SigningRequest.Parse(pem));
    }
}
