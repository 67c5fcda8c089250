using System.Security.Cryptography;
using System.Text;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.KubeControllers.Certificates;

/// <summary>Which certificate requests have the form that their signer asks for, without I/O.</summary>
internal static class RequestRules
{
    private const string NodesGroup = "system:nodes";
    private const string NodePrefix = "system:node:";

    private static readonly string[] ClientUsages = ["key encipherment", "digital signature", "client auth"];
    private static readonly string[] ServingUsages = ["key encipherment", "digital signature", "server auth"];

    public static bool IsSigned(CertificateSigningRequest request) => request.Status.Certificate is { Length: > 0 };

    /// <summary>Reads the request inside; null when it is none.</summary>
    public static SigningRequest? Parse(CertificateSigningRequest request)
    {
        try
        {
            return SigningRequest.Parse(Encoding.UTF8.GetString(request.Spec.Request));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Name of the node a kubelet asks for; null when the subject is no node's.</summary>
    public static string? NodeOf(SigningRequest asked) =>
        asked.CommonName.StartsWith(NodePrefix, StringComparison.Ordinal) && asked.CommonName.Length > NodePrefix.Length
            ? asked.CommonName[NodePrefix.Length..]
            : null;

    /// <summary>Why a kubelet's client request is not what this signer signs; null when it is.</summary>
    public static string? AgainstKubeletClient(CertificateSigningRequest request, SigningRequest asked)
    {
        if (asked.DnsNames.Count + asked.IPAddresses.Count > 0 || asked.HasOtherNames)
        {
            return "subject alternative names are not allowed";
        }

        return AgainstNode(asked) ?? AgainstUsages(request, ClientUsages, "client auth", "digital signature");
    }

    /// <summary>Why a kubelet's serving request is not what this signer signs; null when it is.</summary>
    public static string? AgainstKubeletServing(CertificateSigningRequest request, SigningRequest asked)
    {
        if (asked.DnsNames.Count + asked.IPAddresses.Count == 0)
        {
            return "at least one DNS name or address is needed";
        }

        if (asked.HasOtherNames)
        {
            return "only DNS names and addresses are allowed as subject alternative names";
        }

        if (request.Spec.Username != asked.CommonName)
        {
            return $"common name \"{asked.CommonName}\" is not the requester's \"{request.Spec.Username}\"";
        }

        return AgainstNode(asked) ?? AgainstUsages(request, ServingUsages, "server auth", "digital signature");
    }

    /// <summary>Whether every name and address of a serving request is the node's own.</summary>
    /// <param name="asked">What the kubelet asks for.</param>
    /// <param name="name">Name of the node.</param>
    /// <param name="node">The Node; null while it is not registered.</param>
    public static bool NamesBelongTo(SigningRequest asked, string name, Node? node)
    {
        var addresses = node?.Status.Addresses ?? [];
        var names = addresses.Where(a => a.Type is "Hostname" or "InternalDNS" or "ExternalDNS")
            .Select(a => a.Address).Append(name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var ips = addresses.Where(a => a.Type is "InternalIP" or "ExternalIP")
            .Select(a => a.Address).ToHashSet(StringComparer.Ordinal);
        return asked.DnsNames.All(names.Contains) && asked.IPAddresses.All(ip => ips.Contains(ip.ToString()));
    }

    /// <summary>Why an approved request must not be signed; null when it may.</summary>
    public static string? AgainstSigning(CertificateSigningRequest request, SigningRequest asked) =>
        request.Spec.SignerName switch
        {
            CertificateSigners.KubeletClient => AgainstKubeletClient(request, asked),
            CertificateSigners.KubeletServing => AgainstKubeletServing(request, asked),
            _ when asked.Organizations.Contains("system:masters") => "system:masters is not signed for",
            _ => AgainstUsages(request, ClientUsages, "client auth"),
        };

    private static string? AgainstNode(SigningRequest asked)
    {
        if (asked.Organizations is not [NodesGroup])
        {
            return $"organization must be {NodesGroup} and nothing else";
        }

        return NodeOf(asked) is null ? $"common name must be {NodePrefix}<name>" : null;
    }

    private static string? AgainstUsages(
        CertificateSigningRequest request, string[] allowed, params string[] needed)
    {
        var usages = request.Spec.Usages ?? [];
        if (usages.FirstOrDefault(u => !allowed.Contains(u)) is { } other)
        {
            return $"usage \"{other}\" is not allowed";
        }

        return needed.FirstOrDefault(n => !usages.Contains(n)) is { } missing ? $"usage \"{missing}\" is needed" : null;
    }
}
