using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Tests.Server;

[Trait("Category", "Integration")]
public class ControllerRegistrationTests(GardenServer garden) : IClassFixture<GardenServer>
{
    [Fact]
    public async Task A_kind_and_type_has_one_owner()
    {
        await garden.CreateAsync(Registration("first", ("Worker", "a", null), ("Network", "a", null)));

        var second = await garden.TryCreateAsync(Registration("second", ("Network", "b", true), ("Worker", "a", true)));
        var secondary = await garden.TryCreateAsync(Registration("third", ("Worker", "a", false)));
        var added = await garden.PatchAsync<ControllerRegistration>(
            ObjectKey.Cluster("third"), "",
            """{"spec":{"resources":[{"kind":"Worker","type":"a","primary":false},{"kind":"Network","type":"a"}]}}""");

        second.Code.ShouldBe(403);
        second.Message.ShouldContain("Worker/a is controlled primarily by ControllerRegistration \"first\" already");
        secondary.Code.ShouldBe(201, secondary.Message);
        added.Code.ShouldBe(403);
        added.Message.ShouldContain("Network/a is controlled primarily by ControllerRegistration \"first\"");
    }

    [Fact]
    public async Task An_owner_can_be_changed_and_deleted()
    {
        await garden.CreateAsync(Registration("owner", ("Worker", "c", null)));

        var updated = await garden.PatchAsync<ControllerRegistration>(
            ObjectKey.Cluster("owner"), "", """{"spec":{"deployment":{"policy":"Always"}}}""");
        var deleted = await garden.DeleteAsync<ControllerRegistration>(ObjectKey.Cluster("owner"));
        var successor = await garden.TryCreateAsync(Registration("heir", ("Worker", "c", null)));

        (updated.Code, deleted.Code, successor.Code).ShouldBe((200, 200, 201));
    }

    private static ControllerRegistration Registration(string name, params (string Kind, string Type, bool? Primary)[] resources) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new ControllerRegistrationSpec
        {
            Resources = [.. resources.Select(r => new ControllerResource { Kind = r.Kind, Type = r.Type, Primary = r.Primary })],
        },
    };
}
