using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers.Tests;

[Trait("Category", "Integration")]
public sealed class SeedTests(GardenFixture garden) : IClassFixture<GardenFixture>
{
    [Fact]
    public async Task A_seed_gets_a_namespace_with_copies_of_what_all_seeds_need()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(NewSecret("domain-" + name, "internal-domain"), deadline.Token);
        await garden.Client.CreateAsync(NewSecret("private-" + name, null), deadline.Token);

        await garden.Client.CreateAsync(Samples.Seed(name), deadline.Token);
        var copy = new ObjectKey("seed-" + name, "domain-" + name);
        await garden.Client.UntilAsync<Secret>(copy, found => Text(found) == "one", deadline.Token);
        var update = new JsonObject { ["stringData"] = new JsonObject { ["key"] = "two" } };
        await garden.Client.PatchAsync<Secret>(new ObjectKey("garden", copy.Name), Patch.Merge(update), deadline.Token);
        await garden.Client.UntilAsync<Secret>(copy, found => Text(found) == "two", deadline.Token);
        await garden.Client.DeleteAsync<Secret>(new ObjectKey("garden", copy.Name), null, deadline.Token);
        await garden.UntilGoneAsync<Secret>(copy, deadline.Token);

        var space = await garden.Client.GetAsync<Namespace>(ObjectKey.Cluster(copy.Namespace!), deadline.Token);
        space.Metadata.Label("gardener.cloud/role").ShouldBe("seed");
        (await garden.Client.FindAsync<Secret>(new ObjectKey(copy.Namespace, "private-" + name), deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task The_namespace_goes_with_the_seed()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        var space = ObjectKey.Cluster("seed-" + name);
        await garden.Client.CreateAsync(Samples.Seed(name), deadline.Token);
        await garden.Client.UntilAsync<Namespace>(space, found => found is not null, deadline.Token);

        await garden.Client.DeleteAsync<Seed>(ObjectKey.Cluster(name), null, deadline.Token);

        await garden.UntilGoneAsync<Namespace>(space, deadline.Token);
    }

    [Fact]
    public async Task Extensions_are_ready_when_every_installation_is()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(Samples.Seed(name), deadline.Token);
        await garden.Client.CreateAsync(
            new ControllerInstallation
            {
                Metadata = new ObjectMeta { Name = name },
                Spec = new ControllerInstallationSpec
                {
                    RegistrationRef = new ObjectReference { Name = "provider-local" },
                    SeedRef = new ObjectReference { Name = name },
                },
            },
            deadline.Token);
        var faulty = await garden.Client.UntilConditionAsync(
            name, GardenerConditions.ExtensionsReady, ConditionStatus.False, deadline.Token);

        await ReportAsync<ControllerInstallation>(
            name,
            Conditions(("Valid", "True"), ("Installed", "True"), ("Healthy", "True"), ("Progressing", "False")),
            deadline.Token);
        await garden.Client.UntilConditionAsync(name, GardenerConditions.ExtensionsReady, ConditionStatus.True, deadline.Token);

        // What worked has a grace time. One that is taken away again leaves no complaint behind.
        await ReportAsync<ControllerInstallation>(name, Conditions(("Valid", "False")), deadline.Token);
        var doubtful = await garden.Client.UntilConditionAsync(
            name, GardenerConditions.ExtensionsReady, ConditionStatus.Progressing, deadline.Token);
        await garden.Client.DeleteAsync<ControllerInstallation>(ObjectKey.Cluster(name), null, deadline.Token);
        await garden.Client.UntilConditionAsync(name, GardenerConditions.ExtensionsReady, ConditionStatus.True, deadline.Token);

        faulty.Reason.ShouldBe("NotAllExtensionsInstalled");
        faulty.Message.ShouldBe($"Some extensions are not installed: {name}: the extension was not yet installed");
        doubtful.Reason.ShouldBe("NotAllExtensionsValid");
        doubtful.Message.ShouldBe($"Some extensions are not valid: {name}: test");
        (await garden.Client.GetAsync<Seed>(ObjectKey.Cluster(name), deadline.Token)).Status!.Conditions!
            .ShouldNotContain(condition => condition.Type == GardenerConditions.BackupBucketsReady);
    }

    private static JsonObject Conditions(params (string Type, string Status)[] conditions) => new()
    {
        ["conditions"] = new JsonArray(
        [
            .. conditions.Select(condition => (JsonNode)KubernetesJson.ToNode(new GardenerCondition
            {
                Type = condition.Type,
                Status = condition.Status,
                Reason = "Test",
                Message = "test",
                LastTransitionTime = DateTimeOffset.UnixEpoch,
                LastUpdateTime = DateTimeOffset.UnixEpoch,
            })),
        ]),
    };

    private Task<T> ReportAsync<T>(string name, JsonObject status, CancellationToken cancellationToken) where T : KubernetesObject =>
        garden.Client.PatchAsync<T>(
            ObjectKey.Cluster(name),
            Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" },
            cancellationToken);

    private static string? Text(Secret? secret) =>
        secret?.Data?.TryGetValue("key", out var value) == true ? Encoding.UTF8.GetString(value) : null;

    private static Secret NewSecret(string name, string? role) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "garden",
            Name = name,
            Labels = role is null ? null : new Dictionary<string, string> { ["gardener.cloud/role"] = role },
        },
        Data = new Dictionary<string, byte[]> { ["key"] = Encoding.UTF8.GetBytes("one") },
    };
}
