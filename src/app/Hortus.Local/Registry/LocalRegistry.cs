using System.Net;

namespace Hortus.Local.Registry;

/// <summary>Names and addresses of the local garden's registry.</summary>
public static class LocalRegistry
{
    /// <summary>Namespace of pod and Service in the runtime cluster.</summary>
    public const string Namespace = "registry";

    /// <summary>Name of pod and Service.</summary>
    public const string Name = "registry";

    /// <summary>Host in references: what pods reach the registry by.</summary>
    public const string Host = "registry.registry.svc";

    /// <summary>TLS server name under which the front door leads to the registry: <c>localhost:PORT</c> is a registry for every
    /// client of this machine.</summary>
    public const string UserServerName = "localhost";

    /// <summary>Port in the node's network.</summary>
    public const int Port = 5000;

    /// <summary>Where it listens.</summary>
    public static IPEndPoint Endpoint { get; } = IPEndPoint.Parse($"{LocalCluster.Runtime.NodeAddress}:{Port}");

    /// <summary>User who may pull and push.</summary>
    public const string User = "hortus";

    /// <summary>Image of the pod.</summary>
    public const string Image = "docker.io/library/registry";

    /// <summary>The program that stands for the image.</summary>
    public const string Program = "docker-registry";

    /// <summary>Folder of the charts in the registry.</summary>
    public const string ChartFolder = "charts";

    /// <summary>Secret in the garden namespace with the credentials of charts.</summary>
    public const string PullSecret = "local-registry-pull";

    /// <summary>Secret in the garden namespace with the registry's certificate authority.</summary>
    public const string CaBundleSecret = "local-registry-ca";

    /// <summary>Reference of a chart for pods, without tag and digest.</summary>
    public static string RepositoryOf(string chart) => $"{Host}/{ChartFolder}/{chart}";
}
