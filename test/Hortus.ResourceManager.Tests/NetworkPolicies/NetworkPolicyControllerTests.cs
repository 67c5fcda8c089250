using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;

namespace Hortus.ResourceManager.Tests.NetworkPolicies;

[Trait("Category", "Integration")]
public sealed class NetworkPolicyControllerTests
{
    private static readonly ResourceManagerOptions On = new() { NetworkPolicyController = true };

    [Fact]
    public async Task Policies_come_with_the_first_pod_that_asks_for_them_and_go_with_the_last()
    {
        await using var world = await ResourceWorld.StartAsync(On);
        await world.Target.Client.CreateAsync(Web("web"), world.Token);
        await CreatePodAsync(world, "a", "default", NetworkingNames.To("web-tcp-8443"));
        await CreatePodAsync(world, "b", "default", NetworkingNames.To("web-tcp-8443"));

        await UntilThereAsync(world, "ingress-to-web-tcp-8443", "egress-to-web-tcp-8443");
        await world.Target.Client.DeleteAsync<Pod>(Key("a"), new DeleteOptions { GracePeriodSeconds = 0 }, world.Token);
        await world.Target.Client.CreateAsync(Web("fence"), world.Token);
        await CreatePodAsync(world, "c", "default", NetworkingNames.To("fence-tcp-8443"));
        await UntilThereAsync(world, "ingress-to-fence-tcp-8443");
        (await world.Target.Client.FindAsync<NetworkPolicy>(Key("ingress-to-web-tcp-8443"), world.Token)).ShouldNotBeNull();

        await world.Target.Client.DeleteAsync<Pod>(Key("b"), new DeleteOptions { GracePeriodSeconds = 0 }, world.Token);
        await UntilGoneAsync(world, Key("ingress-to-web-tcp-8443"), Key("egress-to-web-tcp-8443"));
    }

    [Fact]
    public async Task Drift_is_repaired_foreign_policies_stay_and_the_Services_go_with_their_policies()
    {
        await using var world = await ResourceWorld.StartAsync(On);
        var client = world.Target.Client;
        await client.CreateAsync(
            new NetworkPolicy { Metadata = new ObjectMeta { Namespace = "default", Name = "mine" }, Spec = new NetworkPolicySpec() },
            world.Token);
        await client.CreateAsync(Web("web", (NetworkingNames.FromWorldToPorts, """[{"port":"8443"}]""")), world.Token);
        await UntilThereAsync(world, "ingress-to-web-from-world");

        await client.PatchAsync<NetworkPolicy>(
            Key("ingress-to-web-from-world"),
            Patch.Merge(new() { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["ingress"] = null } }),
            world.Token);
        await world.Target.UntilAsync<NetworkPolicy>(
            Key("ingress-to-web-from-world"), p => p?.Spec.Ingress is [{ Ports: [{ Port.Number: 8443 }] }], world.Token);
        await client.DeleteAsync<NetworkPolicy>(Key("ingress-to-web-from-world"), null, world.Token);
        await UntilThereAsync(world, "ingress-to-web-from-world");

        await client.DeleteAsync<Service>(Key("web"), null, world.Token);
        await UntilGoneAsync(world, Key("ingress-to-web-from-world"));
        (await client.FindAsync<NetworkPolicy>(Key("mine"), world.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Namespaces_that_a_Service_selects_get_policies_and_lose_them_with_their_label()
    {
        await using var world = await ResourceWorld.StartAsync(On);
        var client = world.Target.Client;
        await CreateNamespaceAsync(world, "bar", "a");
        await client.CreateAsync(Web("web", (NetworkingNames.NamespaceSelectors, """[{"matchLabels":{"team":"a"}}]""")), world.Token);
        await CreatePodAsync(world, "p", "bar", NetworkingNames.To("default-web-tcp-8443"));
        await CreateNamespaceAsync(world, "late", "a");
        await CreatePodAsync(world, "p", "late", NetworkingNames.To("default-web-tcp-8443"));
        ObjectKey[] keys =
        [
            Key("ingress-to-web-tcp-8443-from-bar"), new("bar", "egress-to-default-web-tcp-8443"),
            Key("ingress-to-web-tcp-8443-from-late"), new("late", "egress-to-default-web-tcp-8443"),
        ];
        foreach (var key in keys)
        {
            await world.Target.UntilAsync<NetworkPolicy>(key, p => p is not null, world.Token);
        }

        await client.PatchAsync<Namespace>(
            ObjectKey.Cluster("bar"),
            Patch.Merge(new()
            {
                ["metadata"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["labels"] = new System.Text.Json.Nodes.JsonObject { ["team"] = "b" },
                }
            }),
            world.Token);
        await UntilGoneAsync(world, keys[0], keys[1]);
        (await client.FindAsync<NetworkPolicy>(keys[3], world.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_broken_annotation_is_an_event_keeps_what_there_is_and_does_not_stop_others()
    {
        await using var world = await ResourceWorld.StartAsync(On);
        var client = world.Target.Client;
        await client.CreateAsync(Web("web", (NetworkingNames.FromWorldToPorts, "[]")), world.Token);
        await UntilThereAsync(world, "ingress-to-web-from-world");

        await client.PatchAsync<Service>(
            Key("web"),
            Patch.Merge(new()
            {
                ["metadata"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["annotations"] = new System.Text.Json.Nodes.JsonObject { [NetworkingNames.FromWorldToPorts] = "[{" },
                }
            }),
            world.Token);
        var message = await EventAsync(world, "InvalidAnnotation");
        await client.CreateAsync(Web("other", (NetworkingNames.FromWorldToPorts, "[]")), world.Token);

        await UntilThereAsync(world, "ingress-to-other-from-world", "ingress-to-web-from-world");
        message.ShouldContain("Service default/web");
        message.ShouldContain(NetworkingNames.FromWorldToPorts);
    }

    [Fact]
    public async Task Only_namespaces_that_the_flag_selects_are_handled()
    {
        var options = On with { NetworkPolicyNamespaceSelector = "team in (a,b);kubernetes.io/metadata.name=kube-system" };
        await using var world = await ResourceWorld.StartAsync(options);
        await CreateNamespaceAsync(world, "bar", "b");
        foreach (var @namespace in new[] { "default", "bar", "kube-system" })
        {
            var service = Web("web", (NetworkingNames.FromWorldToPorts, "[]"));
            await world.Target.Client.CreateAsync(
                service with { Metadata = service.Metadata with { Namespace = @namespace } }, world.Token);
        }

        await world.Target.UntilAsync<NetworkPolicy>(new("bar", "ingress-to-web-from-world"), p => p is not null, world.Token);
        await world.Target.UntilAsync<NetworkPolicy>(new("kube-system", "ingress-to-web-from-world"), p => p is not null, world.Token);
        (await world.Target.Client.FindAsync<NetworkPolicy>(Key("ingress-to-web-from-world"), world.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Two_Services_whose_policies_have_one_name_do_not_fight()
    {
        await using var world = await ResourceWorld.StartAsync(On);
        await CreateNamespaceAsync(world, "bar", "a");
        var client = world.Target.Client;
        var near = Web("default-web");
        await client.CreateAsync(near with { Metadata = near.Metadata with { Namespace = "bar" } }, world.Token);
        await CreatePodAsync(world, "p", "bar", NetworkingNames.To("default-web-tcp-8443"));
        await world.Target.UntilAsync<NetworkPolicy>(new("bar", "egress-to-default-web-tcp-8443"), p => p is not null, world.Token);

        await client.CreateAsync(Web("web", (NetworkingNames.NamespaceSelectors, """[{"matchLabels":{"team":"a"}}]""")), world.Token);
        var message = await EventAsync(world, "PolicyNameTaken");

        message.ShouldContain("NetworkPolicy bar/egress-to-default-web-tcp-8443 belongs to Service bar/default-web");
        var policy = await client.GetAsync<NetworkPolicy>(new("bar", "egress-to-default-web-tcp-8443"), world.Token);
        policy.Metadata.Labels![NetworkingNames.ServiceName].ShouldBe("default-web");
    }

    private static async Task<string> EventAsync(ResourceWorld world, string reason)
    {
        await foreach (var change in world.Target.Client.WatchAsync<Event>(new WatchOptions(), world.Token))
        {
            if (change.Type != WatchEventType.Bookmark && change.Object.Reason == reason)
            {
                change.Object.Type.ShouldBe("Warning");
                return change.Object.Message!;
            }
        }

        throw new TimeoutException($"no event {reason}");
    }

    private static async Task UntilThereAsync(ResourceWorld world, params string[] names)
    {
        foreach (var name in names)
        {
            await world.Target.UntilAsync<NetworkPolicy>(Key(name), p => p is not null, world.Token);
        }
    }

    private static async Task UntilGoneAsync(ResourceWorld world, params ObjectKey[] keys)
    {
        foreach (var key in keys)
        {
            await world.Target.UntilAsync<NetworkPolicy>(key, p => p is null, world.Token);
        }
    }

    private static Task CreateNamespaceAsync(ResourceWorld world, string name, string team) => world.Target.Client.CreateAsync(
        new Namespace
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = new Dictionary<string, string> { ["team"] = team, ["kubernetes.io/metadata.name"] = name },
            },
        },
        world.Token);

    private static async Task CreatePodAsync(ResourceWorld world, string name, string @namespace, string label)
    {
        var client = world.Target.Client;
        if (await client.FindAsync<ServiceAccount>(new(@namespace, "default"), world.Token) is null)
        {
            await client.CreateAsync(
                new ServiceAccount { Metadata = new ObjectMeta { Namespace = @namespace, Name = "default" } }, world.Token);
        }

        await client.CreateAsync(
            new Pod
            {
                Metadata = new ObjectMeta
                {
                    Namespace = @namespace,
                    Name = name,
                    Labels = new Dictionary<string, string> { [label] = NetworkingNames.Allowed },
                },
                Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] },
            },
            world.Token);
    }

    private static Service Web(string name, params (string Key, string Value)[] annotations) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "default",
            Name = name,
            Annotations = annotations.ToDictionary(a => a.Key, a => a.Value),
        },
        Spec = new ServiceSpec
        {
            Selector = new Dictionary<string, string> { ["app"] = "web" },
            Ports = [new ServicePort { Port = 443, TargetPort = 8443 }],
        },
    };
}
