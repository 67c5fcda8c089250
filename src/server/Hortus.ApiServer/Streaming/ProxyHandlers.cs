using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Streaming;

/// <summary><c>pods/proxy</c>: HTTP to a port of a pod.</summary>
internal sealed class PodProxyHandler(IObjectReader objects, BackendClient backends) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var asked = ProxyName.Parse(request.Key.Name, "pod");
        var pod = await objects.FindAsync(
            Kinds.Pod, new ObjectKey(request.Key.Namespace, asked.Name), cancellationToken)
            ?? throw ApiErrors.NotFound(Kinds.Pod, asked.Name);
        var port = asked.Port.Length == 0
            ? pod.Items("spec", "containers").SelectMany(c => c.Items("ports")).FirstOrDefault()?.Number("containerPort")
            : ProxyAddress.PortOf(asked.Port, "pod", request.Key.Name);
        var host = ProxyAddress.Check(pod.Text("status", "podIP"), $"pod {asked.Name}");
        await new StreamProxy(backends.SendAsync, backends.Stopping).PassAsync(request, asked.At(host, port), cancellationToken);
    }
}

/// <summary><c>services/proxy</c>: HTTP to a port of one of a service's ready endpoints.</summary>
internal sealed class ServiceProxyHandler(IObjectReader objects, BackendClient backends) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var asked = ProxyName.Parse(request.Key.Name, "service");
        var service = await objects.FindAsync(
            Kinds.Service, new ObjectKey(request.Key.Namespace, asked.Name), cancellationToken)
            ?? throw ApiErrors.NotFound(Kinds.Service, asked.Name);
        var portName = PortName(service, asked);
        var slices = await objects.ListAsync(Kinds.EndpointSlice, request.Key.Namespace, cancellationToken);
        var own = slices.Where(s => s.Text("metadata", "labels", "kubernetes.io/service-name") == asked.Name).ToList();
        var found = own.SelectMany(s => Endpoints(s, portName)).ToList();
        if (own.Count == 0)
        {
            // Whoever writes the endpoints of a service by hand may still use the older kind.
            var older = await objects.FindAsync(
                Kinds.Endpoints, new ObjectKey(request.Key.Namespace, asked.Name), cancellationToken);
            found = [.. OlderEndpoints(older ?? [], portName)];
        }

        if (found.Count == 0)
        {
            throw ApiErrors.ServiceUnavailable($"no endpoints available for service \"{asked.Name}\"");
        }

        // Any will do; the request's own number spreads them.
        var (host, port) = found[(int)((uint)request.Http.TraceIdentifier.GetHashCode(StringComparison.Ordinal) % found.Count)];
        await new StreamProxy(backends.SendAsync, backends.Stopping).PassAsync(
            request, asked.At(ProxyAddress.Check(host, $"service {asked.Name}"), port), cancellationToken);
    }

    private static string PortName(JsonObject service, ProxyName asked)
    {
        if (!long.TryParse(asked.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return asked.Port;
        }

        var port = service.Items("spec", "ports").FirstOrDefault(p => p.Number("port") == number)
            ?? throw ApiErrors.ServiceUnavailable($"no service port {number} found for service \"{asked.Name}\"");
        return port.Text("name") ?? "";
    }

    private static IEnumerable<(string Host, long Port)> Endpoints(JsonObject slice, string portName) =>
        from port in slice.Items("ports")
        where (port.Text("name") ?? "") == portName && port.Number("port") is not null
        from endpoint in slice.Items("endpoints")
        where endpoint.Flag("conditions", "ready") != false
        from address in endpoint.TextList("addresses")
        select (address, port.Number("port")!.Value);

    private static IEnumerable<(string Host, long Port)> OlderEndpoints(JsonObject endpoints, string portName) =>
        from subset in endpoints.Items("subsets")
        from port in subset.Items("ports")
        where (port.Text("name") ?? "") == portName && port.Number("port") is not null
        from address in subset.Items("addresses")
        select (address.Text("ip") ?? "", port.Number("port")!.Value);
}

/// <summary><c>nodes/proxy</c>: any path of a kubelet, or of another port of its node.</summary>
internal sealed class NodeProxyHandler(KubeletClient kubelets, BackendClient backends) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var asked = ProxyName.Parse(request.Key.Name, "node");
        var kubelet = await kubelets.FindAsync(asked.Name, cancellationToken);
        if (asked.Port.Length == 0 || asked.Port == kubelet.Port.ToString(CultureInfo.InvariantCulture))
        {
            await new StreamProxy(kubelets.SendAsync, kubelets.Stopping).PassAsync(request, kubelet, cancellationToken);
            return;
        }

        var port = ProxyAddress.PortOf(asked.Port, "node", request.Key.Name);
        var host = ProxyAddress.Check(kubelet.Host, $"node {asked.Name}");
        await new StreamProxy(backends.SendAsync, backends.Stopping).PassAsync(request, asked.At(host, port), cancellationToken);
    }
}

/// <summary>Which addresses requests may be passed to.</summary>
internal static class ProxyAddress
{
    /// <summary>The number of a port.</summary>
    /// <exception cref="ApiStatusException">400: it is none.</exception>
    public static long PortOf(string text, string what, string asked) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? port
            : throw ApiErrors.BadRequest($"invalid {what} request \"{asked}\": \"{text}\" is no port number");

    /// <summary>Refuses addresses of this machine itself: whoever may write an object's status must not reach what
    /// listens here for local programs only.</summary>
    /// <exception cref="ApiStatusException">400: there is no address, or not one to be used.</exception>
    public static string Check(string? address, string whose)
    {
        if (string.IsNullOrEmpty(address))
        {
            throw ApiErrors.BadRequest($"{whose} has no address yet");
        }

        var refused = IPAddress.TryParse(address, out var ip)
            && (IPAddress.IsLoopback(ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)
                || ip.IsIPv6LinkLocal || ip.IsIPv6Multicast || IsLinkLocalOrMulticast(ip));
        return refused ? throw ApiErrors.BadRequest($"address {address} of {whose} is not allowed") : address;
    }

    private static bool IsLinkLocalOrMulticast(IPAddress address) =>
        address.MapToIPv4().GetAddressBytes() is [169, 254, ..] or [>= 224 and <= 239, ..]
        && (address.IsIPv4MappedToIPv6 || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);
}
