using System.Net;
using Hortus.Local.FrontDoor;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Local.Tests;

public sealed class ServiceRoutesTests
{
    private readonly List<Service> services = [];
    private readonly List<Service> others = [];

    [Fact]
    public void The_runtime_cluster_is_known_before_there_is_any_service()
    {
        Find(LocalNetwork.RuntimeServerName).ShouldBe(IPEndPoint.Parse("172.18.0.2:6443"));
    }

    [Fact]
    public void The_clusters_of_further_seeds_are_known_too_and_their_services_are_found_by_name()
    {
        others.Add(Service("10.12.0.7", "api.b.local"));

        Find("api.local2.seed.local.gardener.cloud").ShouldBe(IPEndPoint.Parse("172.18.1.2:6443"));
        Find("api.b.local").ShouldBe(IPEndPoint.Parse("10.12.0.7:443"));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("registry.registry.svc")]
    public void The_registry_is_known_before_there_is_any_service(string name)
    {
        Find(name).ShouldBe(IPEndPoint.Parse("172.18.0.2:5000"));
    }

    [Fact]
    public void A_service_is_found_by_each_of_its_names_whatever_their_case()
    {
        services.Add(Service("10.2.0.7", "api.a.local, api.b.local"));

        Find("api.a.local").ShouldBe(IPEndPoint.Parse("10.2.0.7:443"));
        Find("API.B.local").ShouldBe(IPEndPoint.Parse("10.2.0.7:443"));
    }

    [Theory]
    [InlineData("api.unknown.local")]
    [InlineData("a.local")]
    [InlineData("")]
    public void Any_other_name_leads_nowhere(string name)
    {
        services.Add(Service("10.2.0.7", "api.a.local"));

        Find(name).ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("None")]
    public void A_service_without_address_is_passed_over(string? address)
    {
        services.Add(Service(address, "api.a.local"));
        services.Add(Service("10.2.0.8", "api.a.local"));

        Find("api.a.local").ShouldBe(IPEndPoint.Parse("10.2.0.8:443"));
    }

    [Fact]
    public void A_service_without_ports_or_annotations_is_passed_over()
    {
        services.Add(Service("10.2.0.7", "api.a.local") with { Spec = new ServiceSpec { ClusterIP = "10.2.0.7" } });
        services.Add(new Service { Metadata = new ObjectMeta { Name = "plain" } });

        Find("api.a.local").ShouldBeNull();
    }

    private static Service Service(string? address, string names) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = "kube-apiserver",
            Namespace = "garden",
            Annotations = new Dictionary<string, string> { ["dns.gardener.cloud/dnsnames"] = names },
        },
        Spec = new ServiceSpec { ClusterIP = address, Ports = [new ServicePort { Port = 443 }] },
    };

    private IPEndPoint? Find(string name) => new ServiceRoutes([.. LocalCluster.All(2).Select(cluster => (cluster, cluster.IsRuntime ? new FixedCache(services) : new FixedCache(others)))]).Find(name);

    private sealed class FixedCache(IReadOnlyList<Service> services) : IObjectCache<Service>
    {
        public Service? Find(ObjectKey key) => services.FirstOrDefault(service => service.Key == key);

        public IReadOnlyList<Service> List(string? @namespace = null) => services;

        public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<Service?> WaitAsync(ObjectKey key, Func<Service?, bool> condition, CancellationToken cancellationToken) =>
            Task.FromResult(Find(key));
    }
}
