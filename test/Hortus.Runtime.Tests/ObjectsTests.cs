using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Runtime.Tests;

public sealed class ObjectsTests : IDisposable
{
    private const string Path = "/api/v1/namespaces/ns/configmaps/a";
    private static readonly ObjectKey Key = new("ns", "a");

    private readonly TinyApi api = new();
    private readonly KubernetesClient client;

    public ObjectsTests() => client = api.Client();

    public void Dispose()
    {
        client.Dispose();
        api.Dispose();
    }

    [Fact]
    public async Task A_finalizer_is_put_on_once_and_taken_off_beside_those_of_others()
    {
        api.Put(Path, (JsonObject)JsonNode.Parse("""{"metadata":{"finalizers":["other"]}}""")!);
        var map = await client.GetAsync<ConfigMap>(Key, RuntimeFixture.Deadline);

        var held = await client.AddFinalizerAsync(map, "mine", RuntimeFixture.Deadline);
        var requests = api.Requests.Count;
        (await client.AddFinalizerAsync(held, "mine", RuntimeFixture.Deadline)).ShouldBeSameAs(held);
        api.Requests.Count.ShouldBe(requests);
        held.Metadata.Finalizers.ShouldBe(["other", "mine"]);
        await client.RemoveFinalizerAsync(held, "mine", RuntimeFixture.Deadline);

        (await client.GetAsync<ConfigMap>(Key, RuntimeFixture.Deadline)).Metadata.Finalizers.ShouldBe(["other"]);
    }

    [Fact]
    public async Task A_finalizer_is_taken_off_although_the_object_changed_meanwhile()
    {
        api.Put(Path, (JsonObject)JsonNode.Parse("""{"metadata":{"finalizers":["mine"]}}""")!);
        var old = await client.GetAsync<ConfigMap>(Key, RuntimeFixture.Deadline);
        await client.PatchAsync<ConfigMap>(
            Key,
            Patch.Merge((JsonObject)JsonNode.Parse("""{"metadata":{"finalizers":["mine","late"]}}""")!),
            RuntimeFixture.Deadline);

        await client.RemoveFinalizerAsync(old, "mine", RuntimeFixture.Deadline);

        (await client.GetAsync<ConfigMap>(Key, RuntimeFixture.Deadline)).Metadata.Finalizers.ShouldBe(["late"]);
    }

    [Fact]
    public async Task Removing_a_finalizer_from_an_object_that_is_gone_is_a_success()
    {
        api.Put(Path, (JsonObject)JsonNode.Parse("""{"metadata":{"finalizers":["mine"]}}""")!);
        var map = await client.GetAsync<ConfigMap>(Key, RuntimeFixture.Deadline);
        api.Delete(Path);

        await client.RemoveFinalizerAsync(map, "mine", RuntimeFixture.Deadline);
    }

    [Fact]
    public async Task An_apply_that_would_change_nothing_is_not_sent()
    {
        var applier = new Applier(client, "test");
        var cache = new ObjectCache<ConfigMap>();
        var wanted = Map("v");
        cache.Put(await applier.ApplyAsync(wanted, cache, RuntimeFixture.Deadline));
        var requests = api.Requests.Count;

        await applier.ApplyAsync(wanted, cache, RuntimeFixture.Deadline);
        api.Requests.Count.ShouldBe(requests);

        cache.Put(Map("drifted") with { Metadata = wanted.Metadata with { ResourceVersion = "99" } });
        await applier.ApplyAsync(wanted, cache, RuntimeFixture.Deadline);
        api.Requests.Count.ShouldBe(requests + 1);

        await applier.ApplyAsync(Map("w"), cache, RuntimeFixture.Deadline);
        await applier.ApplyAsync(wanted, null, RuntimeFixture.Deadline);
        api.Requests.Count.ShouldBe(requests + 3);
    }

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":1}""", true)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"a":[{"x":1,"y":2}]}""", """{"a":[{"x":1}]}""", true)]
    [InlineData("""{"a":[1,2]}""", """{"a":[1]}""", false)]
    public void What_is_wanted_must_be_in_place(string current, string wanted, bool covered) =>
        Applier.Covers(JsonNode.Parse(current), JsonNode.Parse(wanted)).ShouldBe(covered);

    private static ConfigMap Map(string value) => new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = "a" },
        Data = new Dictionary<string, string> { ["k"] = value },
    };
}
