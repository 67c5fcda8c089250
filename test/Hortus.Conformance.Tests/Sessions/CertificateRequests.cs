using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hortus.Conformance.Tests.Sessions;

internal static class CertificateRequests
{
    /// <summary>The field <c>spec.request</c> of a request for a client certificate.</summary>
    public static string Client(string user)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={user}", key, HashAlgorithmName.SHA256);
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
    }
}
