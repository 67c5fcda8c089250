using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

/// <summary>What the target does not allow, or does not answer.</summary>
[Trait("Category", "Integration")]
public sealed class TargetFaultTests
{
    private const string User = "limited";

    [Fact]
    public async Task A_forbidden_object_is_named_the_others_are_applied_and_it_follows_when_it_is_allowed()
    {
        await using var world = await ResourceWorld.StartWithRightsAsync(User);
        await world.Target.Client.CreateAsync(Role(("configmaps", "*"), ("secrets", "list")), world.Token);
        await world.Target.Client.CreateAsync(
            new ClusterRoleBinding
            {
                Metadata = new ObjectMeta { Name = User },
                RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = User },
                Subjects = [new Subject { ApiGroup = "rbac.authorization.k8s.io", Kind = "User", Name = User }],
            },
            world.Token);
        world.Run(new ResourceManagerOptions());
        var metadata = new ObjectMeta { Namespace = "default", Name = "x" };
        await world.WriteAsync("test", Map("a"), new Secret { Metadata = metadata }, new ServiceAccount { Metadata = metadata }, Map("b"));

        var condition = await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed, "cannot create");

        condition.Message.ShouldContain("error during apply of object \"v1/Secret/default/x\": secrets ");
        condition.Message.ShouldContain($"is forbidden: User \"{User}\" cannot create resource \"secrets\"");
        condition.Message.ShouldContain("error during apply of object \"v1/ServiceAccount/default/x\": serviceaccounts ");
        condition.Message.ShouldContain($"User \"{User}\" cannot list resource \"serviceaccounts\"");
        (await world.MapAsync("a")).ShouldNotBeNull();
        (await world.MapAsync("b")).ShouldNotBeNull();
        world.Seen.Deletions.ShouldBeEmpty();

        await world.Target.Client.UpdateAsync(Role(("configmaps", "*"), ("secrets", "*"), ("serviceaccounts", "*")), world.Token);
        await world.AppliedAsync("test");
    }

    [Fact]
    public async Task An_API_whose_server_is_away_is_named_and_the_others_are_applied()
    {
        await using var world = await ResourceWorld.StartAsync();
        await TakeAwayAsync(world);
        await world.WriteRawAsync("test", """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a, namespace: default}
            ---
            apiVersion: away.example/v1
            kind: Flower
            metadata: {name: rose}
            """);

        var condition = await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed);

        condition.Message.ShouldContain("error during apply of object \"away.example/v1/Flower/default/rose\": ");
        condition.Message.ShouldContain("the API away.example/v1 of the target cluster is away: ");
        (await world.MapAsync("a")).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_object_of_an_API_that_is_away_is_not_forgotten_when_it_is_no_longer_wanted()
    {
        await using var world = await ResourceWorld.StartAsync();
        await TakeAwayAsync(world);
        await world.WriteAsync("test", Map("a"));
        var resource = await world.AppliedAsync("test");
        var rose = new ManagedResourceReference { ApiVersion = "away.example/v1", Kind = "Flower", Namespace = "default", Name = "rose" };
        var status = resource.Status! with { Resources = [.. resource.Status.Resources!, rose] };
        await PatchStatusAsync(world, status);

        await world.WriteAsync("test", Map("a", "w"));
        var condition = await world.ConditionAsync("test", Names.Applied, Names.DeletionPending);

        condition.Message.ShouldContain("\"away.example/v1/Flower/default/rose\" is still pending: the API away.example/v1");
        var now = await world.Source.Client.GetAsync<ManagedResource>(Key("test"), world.Token);
        now.Status!.Resources!.ShouldContain(r => r.Name == "rose");
    }

    private static Task PatchStatusAsync(ResourceWorld world, ManagedResourceStatus status)
    {
        var body = new JsonObject { ["status"] = KubernetesJson.ToNode(status) };
        return world.Source.Client.PatchAsync<ManagedResource>(
            Key("test"), Patch.Merge(body) with { Subresource = "status" }, world.Token);
    }

    // A group whose server is a Service that does not exist.
    private static Task TakeAwayAsync(ResourceWorld world) => world.Target.Client.CreateAsync(
        new APIService
        {
            Metadata = new ObjectMeta { Name = "v1.away.example" },
            Spec = new APIServiceSpec
            {
                Group = "away.example",
                Version = "v1",
                GroupPriorityMinimum = 100,
                VersionPriority = 100,
                InsecureSkipTLSVerify = true,
                Service = new APIServiceReference { Namespace = "default", Name = "nowhere" },
            },
        },
        world.Token);

    private static ClusterRole Role(params (string Resource, string Verb)[] rights) => new()
    {
        Metadata = new ObjectMeta { Name = User },
        Rules =
        [
            .. rights.Select(r => new PolicyRule
            {
                ApiGroups = [""],
                Resources = [r.Resource],
                Verbs = r.Verb == "list" ? ["get", "list", "watch"] : [r.Verb],
            }),
        ],
    };
}
