using System.Globalization;

namespace Hortus.Local;

/// <summary>Names and address ranges of one cluster of a local garden: the runtime cluster, which is the first seed, or that of a further
/// seed. Each has a node of its own, in a network namespace of its own; no two ranges overlap.</summary>
public sealed record LocalCluster
{
    /// <summary>Most seeds that a local garden can have: each is a cluster with a kubelet, an API server and its controllers.</summary>
    public const int SeedsMax = 8;

    /// <summary>Port of the API server on the node.</summary>
    public const string ApiServerPort = "6443";

    private const string FirstSeed = "local";

    // Shoots take 10.0 and 10.3 to 10.9, so that each seed begins another ten.
    private const int RangeStep = 10;

    private LocalCluster(int number)
    {
        Number = number;
    }

    /// <summary>The cluster that the garden runs in; the first seed too.</summary>
    public static LocalCluster Runtime { get; } = new(1);

    /// <summary>1 for the runtime cluster.</summary>
    public int Number { get; }

    public bool IsRuntime => Number == 1;

    /// <summary>Name of its Seed.</summary>
    public string SeedName => IsRuntime ? FirstSeed : FirstSeed + Text(Number);

    /// <summary>What people call the cluster.</summary>
    public string Name => IsRuntime ? "runtime" : SeedName;

    public string NodeName => "hortus-" + SeedName;

    /// <summary>The node's address, under which all clusters reach it.</summary>
    public string NodeAddress => $"172.18.{Text(Number - 1)}.2";

    public string Nodes => $"172.18.{Text(Number - 1)}.0/24";

    public string Pods => Range(1) + ".0.0/16";

    public string Services => Range(2) + ".0.0/16";

    /// <summary>Address of the Service <c>kubernetes</c>.</summary>
    public string KubernetesService => Range(2) + ".0.1";

    /// <summary>Address of the cluster's DNS.</summary>
    public string Dns => Range(2) + ".0.10";

    /// <summary>TLS server name of its API server.</summary>
    public string ServerName => IsRuntime ? LocalNetwork.RuntimeServerName : $"api.{SeedName}.seed.local.gardener.cloud";

    /// <summary>Domain of what the seed shows to the outside.</summary>
    public string IngressDomain => $"ingress.{SeedName}.seed.local.gardener.cloud";

    /// <summary>The clusters of a garden, the runtime cluster first.</summary>
    /// <param name="seeds">How many; at least 1.</param>
    public static IReadOnlyList<LocalCluster> All(int seeds) => [.. Enumerable.Range(1, seeds).Select(number => new LocalCluster(number))];

    private string Range(int offset) => "10." + Text(offset + (RangeStep * (Number - 1)));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
