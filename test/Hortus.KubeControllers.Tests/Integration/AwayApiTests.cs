using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Tests.Integration;

[Trait("Category", "Integration")]
public sealed class AwayApiTests
{
    [Fact]
    public async Task Namespace_waits_while_the_server_of_an_api_is_away_and_says_so()
    {
        await using var cluster = await Cluster.StartAsync();
        var registered = await cluster.Client.CreateAsync(
            new APIService
            {
                Metadata = new ObjectMeta { Name = "v1.away.example.com" },
                Spec = new APIServiceSpec
                {
                    Group = "away.example.com",
                    Version = "v1",
                    GroupPriorityMinimum = 100,
                    VersionPriority = 100,
                    InsecureSkipTLSVerify = true,
                    Service = new APIServiceReference { Namespace = Cluster.Space, Name = "nobody", Port = 443 },
                },
            },
            cluster.Deadline);
        await cluster.Client.CreateAsync(
            new Namespace { Metadata = new ObjectMeta { Name = "leaving" } }, cluster.Deadline);
        await cluster.Client.CreateAsync(
            new ConfigMap { Metadata = new ObjectMeta { Namespace = "leaving", Name = "content" } }, cluster.Deadline);

        await cluster.Client.DeleteAsync<Namespace>(ObjectKey.Cluster("leaving"), null, cluster.Deadline);

        var waiting = await cluster.UntilAsync<Namespace>(
            "leaving", n => Conditions.IsTrue(n.Status.Conditions, "NamespaceDeletionDiscoveryFailure"));
        var condition = Conditions.Find(waiting.Status.Conditions, "NamespaceDeletionDiscoveryFailure")!;
        condition.Reason.ShouldBe("DiscoveryFailed");
        condition.Message!.ShouldContain("away.example.com/v1: ");
        await cluster.Client.UntilAsync<ConfigMap>(new ObjectKey("leaving", "content"), c => c is null, cluster.Deadline);

        await cluster.Client.DeleteAsync<APIService>(registered.Key, null, cluster.Deadline);
        await cluster.GoneAsync<Namespace>("leaving");
    }
}
