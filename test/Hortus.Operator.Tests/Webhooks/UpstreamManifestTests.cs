using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Hortus.Operator.Tests.Extensions;

namespace Hortus.Operator.Tests.Webhooks;

/// <summary>Gardener's examples as users send them: to an API server that has our definitions and asks our webhooks.</summary>
[Trait("Category", "Integration")]
[Trait("Category", "Upstream")]
public sealed class UpstreamManifestTests : IDisposable
{
    private readonly CancellationTokenSource deadline = OperatorWorld.Deadline();

    public void Dispose() => deadline.Dispose();

    [SkippableFact]
    public async Task The_Garden_is_taken_with_all_that_it_says()
    {
        var manifests = KubernetesYaml.ParseAll(await ReadAsync("20-garden.yaml")).ToArray();
        await using var world = await ExtensionWebhookTests.StartAsync(deadline.Token);

        foreach (var manifest in manifests)
        {
            await ShouldBeTakenAsync(world, manifest);
        }

        var garden = await world.Runtime.GetAsync<Garden>(ObjectKey.Cluster("local"), deadline.Token);
        GardenBackup.Of(garden)!.Region.ShouldBe("local");
        GardenRecords.Of(garden, "10.0.0.1").Select(record => record.Spec.Name).ShouldBe(
        [
            "api.virtual-garden.local.gardener.cloud", "gardener.virtual-garden.local.gardener.cloud",
            "*.ingress.runtime-garden.local.gardener.cloud",
        ]);
    }

    [SkippableFact]
    public async Task The_Extension_is_refused_as_it_stands_because_it_deploys_nothing()
    {
        var manifest = KubernetesYaml.Parse(await ReadAsync("15-extension.yaml"));
        await using var world = await ExtensionWebhookTests.StartAsync(deadline.Token);

        var refused = await Should.ThrowAsync<ApiException>(CreateAsync(world, manifest));

        refused.Code.ShouldBe(422);
        refused.Message.ShouldContain("spec.deployment: Required value");
    }

    [SkippableFact]
    public async Task The_Extension_with_its_comments_taken_away_is_taken_with_all_that_it_says()
    {
        var lines = (await ReadAsync("15-extension.yaml")).Split('\n')
            .Select(line => line.StartsWith('#') ? line[1..] : line)
            .Where(line => !line.Contains("digest: <digest>", StringComparison.Ordinal) && !line.Contains("lifecycle: {}", StringComparison.Ordinal))
            .Select(line => line
                .Replace("true|false", "true", StringComparison.Ordinal)
                .Replace("OnDemand|Always", "OnDemand", StringComparison.Ordinal));
        var manifest = KubernetesYaml.Parse(string.Join('\n', lines));
        await using var world = await ExtensionWebhookTests.StartAsync(deadline.Token);

        await ShouldBeTakenAsync(world, manifest);
    }

    private static async Task<string> ReadAsync(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "upstream", "examples", name);
            if (File.Exists(file))
            {
                return await File.ReadAllTextAsync(file);
            }
        }

        throw new SkipException("no folder shared/upstream above the tests");
    }

    // A field that a definition does not know is dropped in silence.
    private async Task ShouldBeTakenAsync(ExtensionWorld world, JsonObject manifest)
    {
        var stored = await CreateAsync(world, manifest);
        string[] lost = [.. manifest["kind"]!.ToString() == nameof(Secret) ? [] : Lost(manifest, stored, "")];
        lost.ShouldBeEmpty();
    }

    private async Task<JsonObject> CreateAsync(ExtensionWorld world, JsonObject manifest)
    {
        var kinds = await world.Runtime.Dynamic.DiscoverAsync(deadline.Token);
        var kind = kinds.First(kind => kind.Kind == $"{manifest["kind"]}" && kind.ApiVersion == $"{manifest["apiVersion"]}");
        return await world.Runtime.Dynamic.CreateAsync(kind, (JsonObject)manifest.DeepClone(), deadline.Token);
    }

    private static IEnumerable<string> Lost(JsonNode? sent, JsonNode? stored, string path) => (sent, stored) switch
    {
        (null, _) => [],
        (JsonObject before, JsonObject after) => before.SelectMany(field => Lost(field.Value, after[field.Key], $"{path}.{field.Key}")),
        (JsonArray before, JsonArray after) when before.Count == after.Count =>
            before.Zip(after).SelectMany((pair, i) => Lost(pair.First, pair.Second, $"{path}[{i}]")),
        _ => JsonNode.DeepEquals(sent, stored) ? [] : [path],
    };
}
