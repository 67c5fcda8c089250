namespace Hortus.ApiServer.Services;

/// <summary>A port of a Service that this server calls.</summary>
/// <param name="Namespace">Namespace of the Service.</param>
/// <param name="Name">Name of the Service.</param>
/// <param name="Port">Port of the Service.</param>
internal sealed record ServiceTarget(string Namespace, string Name, int Port)
{
    /// <summary>The name that the server's certificate has to have.</summary>
    public string Host => $"{Name}.{Namespace}.svc";

    public override string ToString() => $"{Namespace}/{Name}:{Port}";
}

/// <summary>An address that answers for a Service.</summary>
internal readonly record struct ServiceAddress(string Host, int Port);

/// <summary>Why a Service cannot be reached.</summary>
/// <param name="Reason">One of the constants.</param>
/// <param name="Message">What is missing, and where.</param>
internal sealed record ServiceFault(string Reason, string Message)
{
    public const string NoService = "ServiceNotFound";
    public const string NoPort = "ServicePortError";
    public const string NoSlices = "EndpointsNotFound";
    public const string NoAddresses = "MissingEndpoints";
}

/// <summary>Where a Service is reached, or why it is not.</summary>
/// <param name="Addresses">Empty when it is not reached.</param>
/// <param name="Fault">Null when there are addresses.</param>
internal sealed record ServiceResolution(IReadOnlyList<ServiceAddress> Addresses, ServiceFault? Fault);

/// <summary>How a Service is reached.</summary>
internal enum ServiceRoute
{
    /// <summary>At its ready endpoints.</summary>
    Endpoints,

    /// <summary>At its ready endpoints; at its cluster IP when nobody has made endpoint slices for it.</summary>
    EndpointsOrClusterIP,

    /// <summary>At its cluster IP, which something has to route; at its endpoints when it has none.</summary>
    ClusterIP,
}
