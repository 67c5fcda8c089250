using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Pki;
using CertificateSigners = Hortus.Objects.Kubernetes.CertificateSigners;

namespace Hortus.ApiServer.Admission;

/// <summary>
/// Who approves or signs a certificate request needs that verb on the request's signer; nobody may ask for a client
/// certificate of <c>system:masters</c>.
/// </summary>
internal sealed class CertificateAdmission(IAuthorizer authorizer) : AdmissionPlugin("CertificateApproval")
{
    /// <inheritdoc/>
    public override async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Definition.Kind.GroupResource != "certificatesigningrequests.certificates.k8s.io"
            || attributes.Object is not { } request)
        {
            return;
        }

        var signer = request.Text("spec", "signerName") ?? "";
        switch (attributes.Subresource)
        {
            case "" when attributes.Operation == AdmissionOperation.Create && signer == CertificateSigners.Client:
                CheckSubject(attributes, request);
                break;
            case "approval":
                await RequireAsync(attributes, "approve", signer, cancellationToken);
                break;
            case "status" when !JsonNode.DeepEquals(
                request.At("status", "certificate"), attributes.OldObject?.At("status", "certificate")):
                await RequireAsync(attributes, "sign", signer, cancellationToken);
                break;
            default:
                break;
        }
    }

    private static void CheckSubject(AdmissionAttributes attributes, JsonObject request)
    {
        try
        {
            var pem = Encoding.UTF8.GetString(Convert.FromBase64String(request.Text("spec", "request") ?? ""));
            if (SigningRequest.Parse(pem).Organizations.Contains(UserInfo.MastersGroup))
            {
                throw ApiErrors.Forbidden(attributes.Definition.Kind, request.Name,
                    $"use of {CertificateSigners.Client} signer with system:masters group is not allowed");
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw ApiErrors.Forbidden(attributes.Definition.Kind, request.Name,
                $"spec.request is no certificate request in PEM: {e.Message}");
        }
    }

    private async ValueTask RequireAsync(
        AdmissionAttributes attributes, string verb, string signer, CancellationToken cancellationToken)
    {
        var slash = signer.IndexOf('/', StringComparison.Ordinal);
        string[] names = slash < 0 ? [signer] : [signer, signer[..slash] + "/*"];
        foreach (var name in names)
        {
            var target = new RequestInfo
            {
                IsResource = true,
                Path = "",
                Verb = verb,
                Group = "certificates.k8s.io",
                Version = "v1",
                Resource = "signers",
                Name = name,
            };
            if ((await authorizer.AuthorizeAsync(
                attributes.User, target, cancellationToken)).Verdict == AuthorizationVerdict.Allow)
            {
                return;
            }
        }

        throw ApiErrors.Forbidden(attributes.Definition.Kind, attributes.Key.Name,
            $"user not permitted to {verb} requests with signerName \"{signer}\"");
    }
}
