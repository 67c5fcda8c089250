using System.Net;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.ResourceManager.Certificates;

/// <summary>Which serving certificates kubelets get: those for all names of their own node, if it runs on one machine.</summary>
internal static class ServingRules
{
    private const string UserPrefix = "system:node:";
    private const string NodesGroup = "system:nodes";

    /// <summary>Name of the node whose kubelet asks; null when no kubelet does.</summary>
    public static string? NodeOf(CertificateSigningRequest request) =>
        request.Spec.Username is { } user && user.StartsWith(UserPrefix, StringComparison.Ordinal)
        && user[UserPrefix.Length..] is var name && NameFormat.IsSubdomain(name)
            ? name
            : null;

    /// <summary>Judges a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="asked">What it asks for; null when that cannot be read.</param>
    /// <param name="node">The Node of <see cref="NodeOf"/>; null when it is not there.</param>
    /// <param name="machines">Machines on which that Node is said to run.</param>
    public static Verdict Judge(CertificateSigningRequest request, SigningRequest? asked, Node? node, IReadOnlyList<string> machines)
    {
        var user = request.Spec.Username;
        if (NodeOf(request) is not { } name || request.Spec.Groups?.Contains(NodesGroup) != true)
        {
            return Verdict.Deny($"user \"{user}\" is no node: want {UserPrefix}<name> in the group {NodesGroup}");
        }

        if (asked is null)
        {
            return Verdict.Deny("spec.request is no certificate request in PEM with a valid signature");
        }

        if (AgainstForm(asked, user) is { } against)
        {
            return Verdict.Deny(against);
        }

        return node is null ? Verdict.Wait($"Node {name} does not exist")
            : machines.Count == 0 ? Verdict.Wait($"no Machine carries the label node={name}")
            : machines.Count > 1 ? Verdict.Deny($"several Machines carry the label node={name}: {string.Join(", ", machines)}")
            : JudgeNames(asked, node);
    }

    private static string? AgainstForm(SigningRequest asked, string? user) =>
        asked.HasOtherNames ? "only DNS names and addresses are allowed as subject alternative names"
        : asked.DnsNames.Count + asked.IPAddresses.Count == 0 ? "at least one DNS name or address is needed"
        : asked.CommonName != user ? $"common name \"{asked.CommonName}\" is not the user's \"{user}\""
        : asked.Organizations is not [NodesGroup] ? $"organization must be {NodesGroup} and nothing else"
        : null;

    private static Verdict JudgeNames(SigningRequest asked, Node node)
    {
        var addresses = node.Status.Addresses ?? [];
        if (addresses.Count == 0)
        {
            return Verdict.Wait($"Node {node.Key.Name} has not reported its addresses");
        }

        var names = addresses.Where(a => a.Type is "Hostname" or "InternalDNS" or "ExternalDNS").Select(a => a.Address);
        if (Difference("DNS names", asked.DnsNames, names) is { } otherNames)
        {
            return Verdict.Deny(otherNames);
        }

        var ips = addresses.Where(a => a.Type is "InternalIP" or "ExternalIP").Select(a => Canonical(a.Address));
        return Difference("addresses", asked.IPAddresses.Select(ip => ip.ToString()), ips) is { } otherAddresses
            ? Verdict.Deny(otherAddresses)
            : Verdict.Approve($"names and addresses are those of Node {node.Key.Name}");
    }

    private static string Canonical(string address) => IPAddress.TryParse(address, out var ip) ? ip.ToString() : address;

    private static string? Difference(string what, IEnumerable<string> asked, IEnumerable<string> own)
    {
        var wanted = asked.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return wanted.SetEquals(own) ? null : $"{what} {Text(wanted)} are not those of the Node, {Text(own)}";
    }

    private static string Text(IEnumerable<string> names) => $"[{string.Join(", ", names.Distinct().Order(StringComparer.Ordinal))}]";
}
