using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

/// <summary>Whatever goes wrong is said in a condition that names the object, the others are applied, and nothing is deleted.</summary>
[Trait("Category", "Integration")]
public sealed class BadInputTests
{
    private const string A = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n";
    private const string B = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n---\n";
    private const string C = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\n";

    public static TheoryData<string> Damages => ["cut", "longer", "plain", "flipped"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_stream_is_named_and_nothing_is_deleted(string damage)
    {
        await using var world = await ResourceWorld.StartAsync();
        var bundle = ManifestBundle.Of([Map("a"), Map("b")]);
        var stream = ManifestCompression.Compress(bundle.Content.Span);
        await world.WriteRawAsync("test", stream, "data.yaml.br", bundle.Digest);
        await world.AppliedAsync("test");

        byte[] damaged = damage switch
        {
            "cut" => stream[..^1],
            "longer" => [.. stream, 0],
            "plain" => Encoding.UTF8.GetBytes(A),
            _ => [.. stream[..20], (byte)(stream[20] ^ 4), .. stream[21..]],
        };
        await world.WriteRawAsync("test", damaged, "data.yaml.br", bundle.Digest);
        var condition = await world.ConditionAsync("test", Names.Applied, Names.DecodingFailed);

        condition.Status.ShouldBe("False");
        condition.Message.ShouldContain("secret default/test key");
        condition.Message.ShouldContain("data.yaml.br");
        await NothingIsDeletedAsync(world, "a", "b");

        await world.WriteRawAsync("test", stream, "data.yaml.br", bundle.Digest);
        await world.AppliedAsync("test");
    }

    [Fact]
    public async Task A_wrong_digest_is_named_and_nothing_is_deleted()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteRawAsync("test", A + B);
        await world.AppliedAsync("test");

        await world.WriteRawAsync("test", Encoding.UTF8.GetBytes(A), digest: new string('0', 64));

        (await world.ConditionAsync("test", Names.Applied, Names.DecodingFailed)).Message.ShouldContain("SHA-256");
        await NothingIsDeletedAsync(world, "a", "b");
    }

    [Theory]
    [InlineData("kind: [", "invalid YAML")]
    [InlineData("apiVersion: v1\nmetadata: {name: x}", "has no kind")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata: {}", "the ConfigMap has no metadata.name")]
    public async Task A_document_that_is_no_object_is_named_and_the_others_are_applied(string document, string reason)
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteRawAsync("test", A + B);
        await world.AppliedAsync("test");

        await world.WriteRawAsync("test", $"{A}{document}\n---\n{C}");
        var condition = await world.ConditionAsync("test", Names.Applied, Names.DecodingFailed);

        condition.Message.ShouldContain("secret default/test key objects.yaml document 2: ");
        condition.Message.ShouldContain(reason);
        await NothingIsDeletedAsync(world, "a", "b", "c");

        await world.WriteRawAsync("test", A + C);
        await world.AppliedAsync("test");
        (await world.MapAsync("b")).ShouldBeNull();
    }

    [Fact]
    public async Task The_same_object_twice_is_named_with_both_places()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteRawAsync("test", A + B + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n");

        var message = (await world.ConditionAsync("test", Names.Applied, Names.DecodingFailed)).Message;

        message.ShouldContain("document 3: duplicate: \"v1/ConfigMap/default/a\" stands at secret default/test key objects.yaml document 1");
        await NothingIsDeletedAsync(world, "a", "b");
    }

    [Fact]
    public async Task A_missing_Secret_is_named_nothing_is_deleted_and_its_coming_is_noticed()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"));
        var resource = await world.AppliedAsync("test");

        var body = new JsonObject { ["secretRefs"] = new JsonArray(new JsonObject { ["name"] = "later" }) };
        await world.Source.Client.PatchAsync<ManagedResource>(
            resource.Key, Patch.Merge(new JsonObject { ["spec"] = body }), world.Token);
        var condition = await world.ConditionAsync("test", Names.Applied, Names.CannotReadSecret);
        condition.Message.ShouldBe("secret default/later does not exist");
        await NothingIsDeletedAsync(world, "a");

        var secret = ManagedResourceWriter.SecretOf(
            new ManagedResourceSettings { Key = Key("test") }, ManifestBundle.Of([Map("b")]));
        await world.Source.Client.CreateAsync(
            secret with { Metadata = secret.Metadata with { Name = "later" } }, world.Token);
        await world.AppliedAsync("test");
        (await world.MapAsync("b")).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_object_of_two_ManagedResources_stays_with_the_first_and_both_are_named()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("first", Map("both", "first"));
        await world.AppliedAsync("first");

        await world.WriteAsync("second", Map("both", "second"), Map("own"));
        var condition = await world.ConditionAsync("second", Names.Applied, Names.ApplyFailed);
        condition.Message.ShouldContain("\"v1/ConfigMap/default/both\": it belongs to ManagedResource default/first too");
        (await world.MapAsync("both"))!.Data!["key"].ShouldBe("first");
        (await world.MapAsync("own")).ShouldNotBeNull();

        await world.Source.Client.DeleteAsync<ManagedResource>(Key("second"), null, world.Token);
        await world.Source.UntilAsync<ManagedResource>(Key("second"), r => r is null, world.Token);
        (await world.MapAsync("both")).ShouldNotBeNull();
        (await world.MapAsync("own")).ShouldBeNull();
    }

    [Fact]
    public async Task An_invalid_object_is_named_and_the_others_are_applied()
    {
        await using var world = await ResourceWorld.StartAsync();
        var service = new Service
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "wrong" },
            Spec = new ServiceSpec { Ports = [new ServicePort { Port = 70_000 }] },
        };
        await world.WriteAsync("test", Map("a"), service, Map("b"));

        var condition = await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed);

        condition.Message.ShouldContain("error during apply of object \"v1/Service/default/wrong\": Service \"wrong\" is invalid:");
        condition.Codes.ShouldBe(["ERR_CONFIGURATION_PROBLEM"]);
        await NothingIsDeletedAsync(world, "a", "b");
    }

    [Fact]
    public async Task An_object_for_a_namespace_that_does_not_exist_is_named()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"), Map("x") with { Metadata = new ObjectMeta { Namespace = "nowhere", Name = "x" } });

        (await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed)).Message.ShouldContain("\"v1/ConfigMap/nowhere/x\"");
        await NothingIsDeletedAsync(world, "a");
    }

    [Fact]
    public async Task A_kind_that_the_target_does_not_have_is_named_and_applied_when_it_comes()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteRawAsync("test", A + "apiVersion: garden.example/v1\nkind: Flower\nmetadata: {name: rose}\n");

        var condition = await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed);

        condition.Message.ShouldContain("the target cluster has no kind Flower in garden.example/v1");
        await NothingIsDeletedAsync(world, "a");
    }

    [Fact]
    public async Task A_target_that_is_away_is_named_and_nothing_is_lost_when_it_comes_back()
    {
        await using var world = await ResourceWorld.StartAsync(isSplit: true);
        await world.WriteAsync("test", Map("a"), Map("b"));
        await world.AppliedAsync("test");

        world.Seen.IsAway = true;
        await world.WriteAsync("test", Map("a", "w"), Map("c"));
        (await world.ConditionAsync("test", Names.Applied, Names.DeletionFailed)).Message.ShouldContain("the server is away");
        await NothingIsDeletedAsync(world, "a", "b");

        world.Seen.IsAway = false;
        await world.AppliedAsync("test");
        (await world.MapAsync("a"))!.Data!["key"].ShouldBe("w");
        (await world.MapAsync("b")).ShouldBeNull();
    }

    [Fact]
    public async Task A_namespace_that_does_not_go_away_is_named_and_the_others_are_applied()
    {
        await using var world = await ResourceWorld.StartAsync();
        var metadata = new ObjectMeta { Name = "stuck", Finalizers = ["example.org/held"] };
        await world.Target.Client.CreateAsync(new Namespace { Metadata = metadata }, world.Token);
        await world.Target.Client.DeleteAsync<Namespace>(ObjectKey.Cluster("stuck"), null, world.Token);

        await world.WriteAsync("test", Map("a"), Map("x") with { Metadata = new ObjectMeta { Namespace = "stuck", Name = "x" } });
        var condition = await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed);

        condition.Message.ShouldContain("\"v1/ConfigMap/stuck/x\"");
        condition.Message.ShouldContain("terminat");
        await NothingIsDeletedAsync(world, "a");
    }

    [Fact]
    public async Task A_change_of_an_immutable_field_is_named_with_what_to_do()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Priority(1), Map("a"));
        await world.AppliedAsync("test");

        await world.WriteAsync("test", Priority(2), Map("a", "w"));
        var condition = await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed);

        condition.Message.ShouldContain("\"scheduling.k8s.io/v1/PriorityClass//test\"");
        condition.Message.ShouldContain(ResourceNames.DeleteOnInvalidUpdate);
        condition.Codes.ShouldBe(["ERR_CONFIGURATION_PROBLEM"]);
        (await world.MapAsync("a"))!.Data!["key"].ShouldBe("w");
        (await world.Target.Client.GetAsync<PriorityClass>(ObjectKey.Cluster("test"), world.Token)).Value.ShouldBe(1);
    }

    [Fact]
    public async Task An_object_that_allows_it_is_made_anew_when_an_update_is_invalid()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Priority(1, (ResourceNames.DeleteOnInvalidUpdate, "true")));
        await world.AppliedAsync("test");

        await world.WriteAsync("test", Priority(2, (ResourceNames.DeleteOnInvalidUpdate, "true")));
        await world.AppliedAsync("test");

        (await world.Target.Client.GetAsync<PriorityClass>(ObjectKey.Cluster("test"), world.Token)).Value.ShouldBe(2);
    }

    [Fact]
    public async Task An_immutable_ConfigMap_is_made_anew_without_being_asked()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a") with { Immutable = true });
        await world.AppliedAsync("test");

        await world.WriteAsync("test", Map("a", "w") with { Immutable = true });
        await world.AppliedAsync("test");

        (await world.MapAsync("a"))!.Data!["key"].ShouldBe("w");
    }

    private static PriorityClass Priority(int value, params (string Key, string Value)[] annotations) => new()
    {
        Metadata = new ObjectMeta { Name = "test", Annotations = annotations.ToDictionary(a => a.Key, a => a.Value) },
        Value = value,
    };

    private static async Task NothingIsDeletedAsync(ResourceWorld world, params string[] maps)
    {
        world.Seen.Deletions.ShouldBeEmpty();
        foreach (var map in maps)
        {
            (await world.MapAsync(map)).ShouldNotBeNull(map);
        }
    }
}
