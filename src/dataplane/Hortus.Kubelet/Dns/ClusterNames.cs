using System.Net;
using System.Net.Sockets;
using Hortus.Dns;
using Hortus.Kubelet.Services;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Dns;

/// <summary>Answers names of the cluster's zone from services and their endpoints, as the Kubernetes DNS specification
/// says.</summary>
internal sealed class ClusterNames(
    string domain,
    Func<ObjectKey, Service?> findService,
    Func<string, IReadOnlyList<EndpointSlice>> slicesOf,
    Func<IReadOnlyList<Service>> listServices) : IDnsSource
{
    /// <summary>Annotation of external-dns-management: more names that stand for a Service.</summary>
    private const string PublishedNames = "dns.gardener.cloud/dnsnames";

    // Services come and go: nobody is to remember for long.
    private const uint TimeToLiveSeconds = 5;

    /// <summary>The answer for a name in the cluster's zone, or under which a Service is published.</summary>
    public DnsAnswer? Find(DnsQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (!IsInZone(question.Name) && FindPublished(question.Name) is null)
        {
            return null;
        }

        var authority = DnsRecord.Authority(domain, serial: 1, TimeToLiveSeconds);
        return Find(question.Name, question.Type) is { } records
            ? DnsAnswer.Found(records, authority)
            : DnsAnswer.NoSuchName(authority);
    }

    /// <summary>The records of a name; null when the name does not exist.</summary>
    public IReadOnlyList<DnsRecord>? Find(string name, int type)
    {
        if (!IsInZone(name))
        {
            return FindPublished(name) is { } published ? OfType(name, ClusterAddresses(published), type) : null;
        }

        var labels = name == domain ? [] : name[..^(domain.Length + 1)].Split('.');
        return labels switch
        {
            [] or ["svc"] or ["pod"] => [],
            [var address, _, "pod"] => Pod(name, address, type),
            [var service, var ns, "svc"] => Service(name, service, ns, type),
            [var host, var service, var ns, "svc"] when host[0] != '_' => Endpoint(name, host, service, ns, type),
            [var port, var protocol, var service, var ns, "svc"] when port.StartsWith('_') &&
                protocol.StartsWith('_') =>
                Ports(name, port[1..], protocol[1..], service, ns, type),
            [_, "svc"] => [],
            _ => null,
        };
    }

    private bool IsInZone(string name) => DnsName.IsIn(name, domain);

    private Service? FindPublished(string name) => listServices().FirstOrDefault(service =>
        service.Metadata.Annotation(PublishedNames) is { } names
        && names.Split(',', StringSplitOptions.TrimEntries).Contains(name, StringComparer.OrdinalIgnoreCase)
        && !IsHeadless(service));

    private static IReadOnlyList<DnsRecord>? Pod(string name, string text, int type) =>
        IPAddress.TryParse(text.Replace('-', '.'), out var v4) && v4.AddressFamily == AddressFamily.InterNetwork
            ? OfType(name, [v4], type)
        : IPAddress.TryParse(text.Replace('-', ':'), out var v6) ? OfType(name, [v6], type)
        : null;

    private IReadOnlyList<DnsRecord>? Service(string name, string service, string @namespace, int type)
    {
        if (findService(new ObjectKey(@namespace, service)) is not { } found)
        {
            return null;
        }

        if (found.Spec.Type == "ExternalName")
        {
            return [DnsRecord.Alias(name, (found.Spec.ExternalName ?? "").TrimEnd('.'), TimeToLiveSeconds)];
        }

        return OfType(
            name, IsHeadless(found) ? Ready(found).SelectMany(e => e.Addresses).Select(IPAddress.Parse)
                : ClusterAddresses(found), type);
    }

    private IReadOnlyList<DnsRecord>? Endpoint(string name, string host, string service, string @namespace, int type)
    {
        if (findService(new ObjectKey(@namespace, service)) is not { } found || !IsHeadless(found))
        {
            return null;
        }

        var matching = Ready(found).Where(e => HostOf(e) == host).SelectMany(e => e.Addresses).Select(IPAddress.Parse)
            .ToList();
        return matching.Count == 0 ? null : OfType(name, matching, type);
    }

    private IReadOnlyList<DnsRecord>? Ports(
        string name, string port, string protocol, string service, string @namespace, int type)
    {
        if (findService(new ObjectKey(@namespace, service)) is not { } found)
        {
            return null;
        }

        var match = found.Spec.Ports?.FirstOrDefault(p =>
            p.Name == port && string.Equals(p.Protocol ?? "TCP", protocol, StringComparison.OrdinalIgnoreCase));
        if (match is null)
        {
            return null;
        }

        if (type != (int)DnsType.Srv)
        {
            return [];
        }

        var target = $"{service}.{@namespace}.svc.{domain}";
        return IsHeadless(found)
            ? [.. slicesOf(@namespace).Where(s => ServiceEndpoints.Of(found, [s]).Any()).SelectMany(s => s.Endpoints
                .Where(e => e.Conditions?.Ready != false || found.Spec.PublishNotReadyAddresses == true)
                .Select(e => DnsRecord.Server(
                    name,
                    s.Ports?.FirstOrDefault(p => p.Name == port)?.Port ?? match.Port,
                    $"{HostOf(e)}.{target}",
                    TimeToLiveSeconds)))]
            : [DnsRecord.Server(name, match.Port, target, TimeToLiveSeconds)];
    }

    private IEnumerable<Endpoint> Ready(Service service) =>
        ServiceEndpoints.Of(service, slicesOf(service.Metadata.Namespace ?? ""))
        .SelectMany(
            s => s.Endpoints).Where(e => e.Conditions?.Ready != false || service.Spec.PublishNotReadyAddresses == true);

    private static string HostOf(Endpoint endpoint) =>
        endpoint.Hostname ?? endpoint.Addresses[0].Replace('.', '-').Replace(':', '-');

    private static bool IsHeadless(Service service) => service.Spec.ClusterIP is null or "" or "None";

    private static IEnumerable<IPAddress> ClusterAddresses(Service service) =>
        (service.Spec.ClusterIPs is { Count: > 0 } list ? list : [service.Spec.ClusterIP!])
            .Select(a => IPAddress.TryParse(a, out var address) ? address : null).OfType<IPAddress>();

    private static IReadOnlyList<DnsRecord> OfType(string name, IEnumerable<IPAddress> addresses, int type) =>
        [.. addresses.Distinct().Select(a => DnsRecord.Address(name, a, TimeToLiveSeconds))
            .Where(r => (int)r.Type == type || type == (int)DnsType.Any)];
}
