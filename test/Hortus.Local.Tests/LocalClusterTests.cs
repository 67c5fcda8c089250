using System.Net;

namespace Hortus.Local.Tests;

public sealed class LocalClusterTests
{
    private static readonly IReadOnlyList<LocalCluster> Clusters = LocalCluster.All(LocalCluster.SeedsMax);

    [Fact]
    public void No_two_ranges_overlap_each_other_or_those_of_shoots()
    {
        var ranges = Clusters.SelectMany(cluster => new[] { cluster.Nodes, cluster.Pods, cluster.Services })
            .Concat(["10.0.0.0/16", "10.3.0.0/16", "10.4.0.0/16", "100.64.0.0/13"])
            .Select(IPNetwork.Parse).ToArray();

        for (var i = 0; i < ranges.Length; i++)
        {
            foreach (var other in ranges[(i + 1)..])
            {
                (ranges[i].Contains(other.BaseAddress) || other.Contains(ranges[i].BaseAddress)).ShouldBeFalse($"{ranges[i]} and {other}");
            }
        }
    }

    [Fact]
    public void Addresses_are_in_the_ranges_of_their_cluster()
    {
        foreach (var cluster in Clusters)
        {
            IPNetwork.Parse(cluster.Nodes).Contains(IPAddress.Parse(cluster.NodeAddress)).ShouldBeTrue();
            IPNetwork.Parse(cluster.Services).Contains(IPAddress.Parse(cluster.Dns)).ShouldBeTrue();
            IPNetwork.Parse(cluster.Services).Contains(IPAddress.Parse(cluster.KubernetesService)).ShouldBeTrue();
        }
    }

    [Fact]
    public void Each_has_names_of_its_own()
    {
        foreach (var names in new Func<LocalCluster, string>[] { c => c.Name, c => c.SeedName, c => c.NodeName, c => c.ServerName, c => c.IngressDomain })
        {
            Clusters.Select(names).ShouldBeUnique();
        }
    }

    [Fact]
    public void Clusters_share_no_file_and_no_network()
    {
        var state = new StateDirectory("/srv/garden");
        var folders = state.Of(LocalCluster.SeedsMax);

        foreach (var path in new Func<ClusterDirectory, string>[]
            { c => c.Root, c => c.Pki, c => c.Kubeconfig, c => c.Kubelet, c => c.KubeletPid, c => c.KubeletLog, c => c.Store, c => c.NetworkNamespace })
        {
            folders.Select(path).ShouldBeUnique();
        }
    }

    [Fact]
    public void A_state_folder_knows_the_clusters_that_were_made_in_it()
    {
        using var folder = new TemporaryFolder();
        var state = new StateDirectory(folder["state"]);
        state.Clusters.ShouldHaveSingleItem();

        state.Create(3);

        state.Clusters.Select(cluster => cluster.Cluster.SeedName).ShouldBe(["local", "local2", "local3"]);
    }
}
