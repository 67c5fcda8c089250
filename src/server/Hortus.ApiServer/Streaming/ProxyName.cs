using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Streaming;

/// <summary>What a proxied request addresses: <c>name</c>, <c>name:port</c> or <c>scheme:name:port</c>.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>; empty when not given.</param>
/// <param name="Name">Name of the pod, service or node.</param>
/// <param name="Port">Number or name of the port; empty when not given.</param>
internal sealed record ProxyName(string Scheme, string Name, string Port)
{
    /// <summary>Reads the name in a URL.</summary>
    /// <param name="text">As it stands in the URL.</param>
    /// <param name="what">Kind of the object, for the message.</param>
    /// <exception cref="ApiStatusException">400: it has another form.</exception>
    public static ProxyName Parse(string text, string what)
    {
        var name = text.Split(':') switch
        {
            [var only] => new ProxyName("", only, ""),
            [var first, var port] => new ProxyName("", first, port),
            [var scheme and ("" or "http" or "https"), var middle, var port] => new ProxyName(scheme, middle, port),
            _ => null,
        };
        return name is { Name.Length: > 0 }
            ? name
            : throw ApiErrors.BadRequest(
                $"invalid {what} request \"{text}\": want [scheme:]name[:port], the scheme being http or https");
    }

    /// <summary>Address of a host for this request.</summary>
    /// <param name="host">IP address or name.</param>
    /// <param name="port">TCP port; null takes the scheme's.</param>
    public Uri At(string host, long? port)
    {
        var address = new UriBuilder(Scheme.Length == 0 ? "http" : Scheme, host);
        if (port is { } number)
        {
            address.Port = (int)number;
        }

        return address.Uri;
    }
}
