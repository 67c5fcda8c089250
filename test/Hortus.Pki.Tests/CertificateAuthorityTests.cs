using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Pki.Tests;

public sealed class CertificateAuthorityTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 5, 0, 0, TimeSpan.Zero));
    private readonly CertificateAuthority authority;

    public CertificateAuthorityTests() =>
        authority = CertificateAuthority.Create("ca", CertificateAuthority.ValidityDefault, clock);

    [Fact]
    public void A_client_certificate_carries_user_and_groups_and_chains_to_its_authority()
    {
        var pair = authority.Issue(CertificateSpec.Client("alice", "system:masters", "devs"));

        using var certificate = Pem.ReadKeyPair(pair.CertificatePem, pair.PrivateKeyPem);
        var subject = CertificateSubject.Of(certificate);
        subject.CommonName.ShouldBe("alice");
        subject.Organizations.ShouldBe(["system:masters", "devs"]);
        Chains(certificate, authority, "1.3.6.1.5.5.7.3.2").ShouldBeTrue();
        Chains(certificate, authority, "1.3.6.1.5.5.7.3.1").ShouldBeFalse();
        Chains(certificate, CertificateAuthority.Create(
            "ca", TimeSpan.FromDays(1), clock), "1.3.6.1.5.5.7.3.2").ShouldBeFalse();
    }

    [Fact]
    public void A_server_certificate_matches_its_names_and_addresses_only()
    {
        var pair = authority.Issue(
            CertificateSpec.Server("kube-apiserver", "localhost", "127.0.0.1", "::1", "*.garden.local"));

        using var certificate = Pem.ReadCertificate(pair.CertificatePem);
        certificate.MatchesHostname("localhost").ShouldBeTrue();
        certificate.MatchesHostname("api.garden.local").ShouldBeTrue();
        certificate.MatchesHostname("127.0.0.1").ShouldBeTrue();
        certificate.MatchesHostname("::1").ShouldBeTrue();
        certificate.MatchesHostname("127.0.0.2").ShouldBeFalse();
        certificate.MatchesHostname("example.org").ShouldBeFalse();
    }

    [Fact]
    public void An_authority_survives_being_stored()
    {
        var loaded = CertificateAuthority.Load(authority.CertificatePem, authority.PrivateKeyPem, clock);

        using var certificate = Pem.ReadCertificate(loaded.Issue(CertificateSpec.Client("bob")).CertificatePem);
        Chains(certificate, authority, "1.3.6.1.5.5.7.3.2").ShouldBeTrue();
    }

    [Fact]
    public void An_authority_with_an_RSA_key_is_taken_up()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=rsa-ca", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var root = request.CreateSelfSigned(clock.GetUtcNow().AddDays(-1), clock.GetUtcNow().AddDays(10));

        var loaded = CertificateAuthority.Load(root.ExportCertificatePem(), key.ExportRSAPrivateKeyPem(), clock);

        using var certificate = Pem.ReadCertificate(loaded.Issue(CertificateSpec.Client("bob")).CertificatePem);
        Chains(certificate, loaded, "1.3.6.1.5.5.7.3.2").ShouldBeTrue();
    }

    [Fact]
    public void A_key_of_another_authority_is_refused()
    {
        var other = CertificateAuthority.Create("other", TimeSpan.FromDays(1), clock);

        Should.Throw<CryptographicException>(
                () => CertificateAuthority.Load(authority.CertificatePem, other.PrivateKeyPem, clock))
            .Message.ShouldContain("does not belong to the CA certificate");
        Should.Throw<CryptographicException>(
            () => CertificateAuthority.Load(authority.CertificatePem, "nonsense", clock));
    }

    [Fact]
    public void A_certificate_never_outlives_its_authority()
    {
        var short_lived = CertificateAuthority.Create("ca", TimeSpan.FromDays(10), clock);

        var expiry = CertificateExpiry.Of(short_lived.Issue(CertificateSpec.Client("bob")).CertificatePem);

        expiry.NotAfter.ShouldBe(clock.GetUtcNow().AddDays(10));
    }

    [Fact]
    public void Expiry_follows_the_clock()
    {
        var spec = CertificateSpec.Client("bob") with { Validity = TimeSpan.FromHours(10) };
        var expiry = CertificateExpiry.Of(authority.Issue(spec).CertificatePem);

        expiry.NeedsRenewal(clock).ShouldBeFalse();
        clock.Advance(TimeSpan.FromHours(9));
        expiry.NeedsRenewal(clock).ShouldBeTrue();
        expiry.IsExpired(clock).ShouldBeFalse();
        clock.Advance(TimeSpan.FromHours(1));
        expiry.IsExpired(clock).ShouldBeTrue();
    }

    [Fact]
    public void A_signed_request_keeps_subject_names_and_key()
    {
        var spec = new CertificateSpec
        {
            CommonName = "system:node:n1",
            Organizations = ["system:nodes"],
            DnsNames = ["n1"],
            IPAddresses = [IPAddress.Parse("10.0.0.7")],
            Usages = CertificateUsages.Server,
        };
        var request = SigningRequest.Create(spec);

        var asked = SigningRequest.Parse(request.RequestPem);
        var signed = authority.SignRequest(request.RequestPem, CertificateUsages.Server, TimeSpan.FromDays(1));

        asked.CommonName.ShouldBe("system:node:n1");
        asked.Organizations.ShouldBe(["system:nodes"]);
        asked.DnsNames.ShouldBe(["n1"]);
        asked.IPAddresses.ShouldBe([IPAddress.Parse("10.0.0.7")]);
        using var certificate = Pem.ReadKeyPair(signed, request.PrivateKeyPem);
        certificate.MatchesHostname("n1").ShouldBeTrue();
        certificate.MatchesHostname("10.0.0.7").ShouldBeTrue();
        CertificateSubject.Of(certificate).CommonName.ShouldBe("system:node:n1");
    }

    [Fact]
    public void Names_of_other_kinds_in_a_request_are_noticed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string Ask(Action<SubjectAlternativeNameBuilder> add)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("n1");
            names.AddIpAddress(IPAddress.Parse("10.0.0.7"));
            add(names);
            var request = new CertificateRequest("CN=n1", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(names.Build());
            return request.CreateSigningRequestPem();
        }

        SigningRequest.Parse(Ask(_ => { })).HasOtherNames.ShouldBeFalse();
        SigningRequest.Parse(Ask(names => names.AddUri(new Uri("spiffe://a")))).HasOtherNames.ShouldBeTrue();
        SigningRequest.Parse(Ask(names => names.AddEmailAddress("a@b"))).HasOtherNames.ShouldBeTrue();
        SigningRequest.Parse(Ask(names => names.AddUserPrincipalName("a@b"))).HasOtherNames.ShouldBeTrue();
    }

    [Fact]
    public void A_request_with_a_wrong_signature_is_refused()
    {
        var request = SigningRequest.Create(CertificateSpec.Client("mallory"));
        var der = Convert.FromBase64String(
            string.Concat(request.RequestPem.Split('\n').Where(l => !l.StartsWith('-'))));
        der[^1] ^= 1;
        var forged = PemEncoding.WriteString("CERTIFICATE REQUEST", der);

        Should.Throw<CryptographicException>(() => SigningRequest.Parse(forged));
        Should.Throw<CryptographicException>(
            () => authority.SignRequest(forged, CertificateUsages.Client, TimeSpan.FromDays(1)));
        Should.Throw<CryptographicException>(() => SigningRequest.Parse("no PEM"));
    }

    [Fact]
    public void A_request_with_an_unknown_signature_algorithm_is_refused()
    {
        var request = SigningRequest.Create(CertificateSpec.Client("mallory"));
        var der = Convert.FromBase64String(
            string.Concat(request.RequestPem.Split('\n').Where(l => !l.StartsWith('-'))));
        var ecdsaWithSha256 = Convert.FromHexString("2A8648CE3D040302");
        der[der.AsSpan().IndexOf(ecdsaWithSha256) + 6] = 0x23;

        Should.Throw<CryptographicException>(() => SigningRequest.Parse(PemEncoding.WriteString("CERTIFICATE REQUEST", der)));
    }

    [Fact]
    public void Organizations_in_one_set_are_all_read()
    {
        // Go writes several values of one attribute as a multi-valued name.
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        {
            foreach (var organization in (string[])["a", "b"])
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("2.5.4.10");
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, organization);
                }
            }
        }

        var name = new X500DistinguishedName(writer.Encode());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(name, key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(clock.GetUtcNow(), clock.GetUtcNow().AddDays(1));

        CertificateSubject.Of(certificate).Organizations.ShouldBe(["a", "b"], ignoreOrder: true);
    }

    [Fact]
    public void A_bundle_has_each_certificate_once()
    {
        var other = CertificateAuthority.Create("other", TimeSpan.FromDays(1), clock);

        var bundle = Pem.Bundle(authority.CertificatePem, other.CertificatePem + authority.CertificatePem);

        Pem.ReadBundle(bundle).Count.ShouldBe(2);
        Should.Throw<CryptographicException>(() => Pem.ReadBundle("nothing here"));
    }

    [Fact]
    public void Signing_keys_keep_their_id_when_loaded_again()
    {
        var key = SigningKeyPair.Create();

        var loaded = SigningKeyPair.Load(key.PrivateKeyPem);

        loaded.KeyId.ShouldBe(key.KeyId);
        loaded.PublicKeyPem.ShouldBe(key.PublicKeyPem);
        key.ToString().ShouldNotContain("PRIVATE");
    }

    [Fact]
    public void Key_pairs_do_not_print_their_keys() =>
        authority.Issue(CertificateSpec.Client("bob")).ToString().ShouldNotContain("PRIVATE");

    private bool Chains(X509Certificate2 certificate, CertificateAuthority root, string purpose)
    {
        using var chain = new X509Chain();
        using var trusted = Pem.ReadCertificate(root.CertificatePem);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        return chain.Build(certificate);
    }
}
