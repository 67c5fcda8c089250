using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Tests.Server;

/// <summary>ResourceQuotas that bound how many objects of a kind a namespace has.</summary>
[Trait("Category", "Integration")]
public sealed class QuotaTests(GardenServer garden) : IClassFixture<GardenServer>
{
    private const string Shoots = "count/shoots.core.gardener.cloud";
    private const int Limit = 3;

    [Fact]
    public async Task Shoots_beyond_the_quota_of_their_project_are_forbidden_also_when_many_come_at_once()
    {
        await garden.CreateAsync(NewQuota("shoots", Shoots, Limit));

        var answers = await Task.WhenAll(Enumerable.Range(0, 3 * Limit).Select(i =>
            garden.TryCreateAsync(GardenServer.NewShoot($"s{i}"))));

        answers.Count(a => a.Code == 201).ShouldBe(Limit);
        answers.Where(a => a.Code != 201).ShouldAllBe(a => a.Code == 403);
        answers.First(a => a.Code == 403).Message.ShouldEndWith(
            $"is forbidden: exceeded quota: shoots, requested: {Shoots}=1, used: {Shoots}={Limit}, limited: {Shoots}={Limit}");

        // Who goes makes room; other kinds and other namespaces are not counted.
        var gone = new ObjectKey("garden-local", answers.First(a => a.Code == 201).Body["metadata"]!["name"]!.ToString());
        await garden.ConfirmAsync<Shoot>(gone);
        (await garden.DeleteAsync<Shoot>(gone)).Code.ShouldBe(200);
        await garden.CreateAsync(GardenServer.NewShoot("later"));
        (await garden.TryCreateAsync(GardenServer.NewShoot("too-late"))).Code.ShouldBe(403);
        await garden.CreateAsync(new InternalSecret { Metadata = new ObjectMeta { Name = "other", Namespace = "garden-local" } });
    }

    [Fact]
    public async Task Quota_with_a_scope_does_not_count_objects_that_have_none()
    {
        const string secrets = "count/internalsecrets.core.gardener.cloud";
        var quota = NewQuota("scoped", secrets, 0);
        await garden.CreateAsync(quota with { Spec = quota.Spec with { Scopes = ["BestEffort"] } });

        await garden.CreateAsync(new InternalSecret { Metadata = new ObjectMeta { Name = "scopeless", Namespace = "garden-local" } });
    }

    private static ResourceQuota NewQuota(string name, string counted, int limit) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "garden-local" },
        Spec = new ResourceQuotaSpec { Hard = new Dictionary<string, Quantity> { [counted] = Quantity.Parse($"{limit}") } },
    };
}
