using System.Text.Json;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.Objects.Tests.Gardener;

public sealed class EnabledExtensionsTests
{
    [Fact]
    public void What_is_named_and_what_comes_by_itself_is_there_once_in_order_without_what_is_disabled()
    {
        var config = JsonSerializer.SerializeToElement("x");

        var enabled = EnabledExtensions.Of(
            [new Extension { Type = "named", ProviderConfig = config }, new Extension { Type = "b", Disabled = true }, new Extension { Type = "a" }],
            [Offer("a", ClusterTypes.Shoot), Offer("b", ClusterTypes.Shoot), Offer("c", ClusterTypes.Seed), Offer("unasked")],
            ClusterTypes.Shoot,
            workerless: false);

        enabled.Select(extension => extension.Type).ShouldBe(["a", "named"]);
        enabled[0].Offer!.Lifecycle!.Reconcile.ShouldBe(LifecycleStrategies.AfterKubeAPIServer);
        enabled[1].ProviderConfig!.Value.GetString().ShouldBe("x");
        enabled[1].Offer.ShouldBeNull();
    }

    [Fact]
    public void A_cluster_without_workers_still_gets_what_it_names()
    {
        var enabled = EnabledExtensions.Of(
            [new Extension { Type = "named" }],
            [
                Offer("named"), Offer("by-itself", ClusterTypes.Shoot),
                Offer("can-do-without", ClusterTypes.Shoot) with { WorkerlessSupported = true },
            ],
            ClusterTypes.Shoot,
            workerless: true);

        enabled.Select(extension => extension.Type).ShouldBe(["can-do-without", "named"]);
    }

    [Fact]
    public void The_owner_of_a_type_says_how_it_is_handled()
    {
        var other = Offer("a") with { Primary = false, ReconcileTimeout = "1s" };
        var owner = Offer("a") with { ReconcileTimeout = "2s" };

        EnabledExtensions.OffersIn([other, owner])["a"].ReconcileTimeout.ShouldBe("2s");
        EnabledExtensions.OffersIn([owner, other])["a"].ReconcileTimeout.ShouldBe("2s");
        EnabledExtensions.OffersIn([Offer("a") with { Kind = "Network" }]).ShouldBeEmpty();
    }

    private static ControllerResource Offer(string type, params string[] autoEnable) =>
        new() { Kind = "Extension", Type = type, AutoEnable = autoEnable };
}
