using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Xunit.Abstractions;

namespace Hortus.ApiServer.Tests.Schemas;

/// <summary>Every CustomResourceDefinition that we meet is taken, serves objects soon, and its rules hold.</summary>
[Collection(AloneCollection.Name)]
public sealed class UpstreamDefinitionTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan EstablishedMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AllEstablishedMax = TimeSpan.FromSeconds(5);
    private const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly ApiFixture api = new();
    private readonly Dictionary<string, TimeSpan> established = [];

    public Task InitializeAsync() => api.InitializeAsync();

    public Task DisposeAsync() => api.DisposeAsync();

    [SkippableFact]
    [Trait("Category", "Upstream")]
    public async Task Upstream_definitions_serve_valid_objects_and_refuse_what_their_rules_forbid()
    {
        var folder = Find(Path.Combine("shared", "upstream", "crds"));
        Skip.If(folder is null, "the folder shared/upstream is not on this machine");

        (await CheckAllAsync(folder!)).ShouldBe(new Tally(20, 17));
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Our_own_definitions_serve_valid_objects_and_refuse_what_their_rules_forbid()
    {
        var folder = Find("charts/crds").ShouldNotBeNull();

        (await CheckAllAsync(folder)).Definitions.ShouldBeGreaterThan(10);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Every_kind_of_ours_can_be_defined()
    {
        var kinds = typeof(GardenerKinds).Assembly.GetTypes()
            .Where(t => t.Namespace?.StartsWith("Hortus.Objects.Gardener", StringComparison.Ordinal) == true
                && ResourceKind.Find(t) is not null)
            .Append(typeof(Hortus.Objects.Calico.IPPool));
        foreach (var definition in kinds.Select(CustomResourceDefinitions.For).DistinctBy(definition => definition.Metadata.Name))
        {
            var answer = await api.PostAsync(Definitions, KubernetesJson.ToNode(definition)!.ToJsonString());
            answer.Code.ShouldBe(HttpStatusCode.Created, answer.Message);
        }
    }

    private async Task<Tally> CheckAllAsync(string folder)
    {
        var tally = new Tally(0, 0);
        foreach (var file in Directory.GetFiles(folder, "*.yaml", SearchOption.AllDirectories))
        {
            var text = await File.ReadAllTextAsync(file);
            if (file.Contains("templates", StringComparison.Ordinal)
                || !text.Contains("kind: CustomResourceDefinition", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var definition in KubernetesYaml.ParseAll(text))
            {
                tally = tally with
                {
                    Definitions = tally.Definitions + 1,
                    Rules = tally.Rules + await CheckAsync(definition),
                };
            }
        }

        var (slowest, time) = established.MaxBy(e => e.Value);
        var all = TimeSpan.FromTicks(established.Values.Sum(e => e.Ticks));
        output.WriteLine($"{established.Count} established in {all.TotalMilliseconds:0} ms, the slowest {slowest} in {time.TotalMilliseconds:0} ms");
        time.ShouldBeLessThan(EstablishedMax, slowest);
        all.ShouldBeLessThan(AllEstablishedMax);
        return tally;
    }

    /// <summary>Creates the definition, a valid object, and for every rule on a field one change that breaks it.</summary>
    private async Task<int> CheckAsync(JsonObject definition)
    {
        var name = definition["metadata"]!["name"]!.ToString();
        var start = Stopwatch.GetTimestamp();
        var created = await api.PostAsync(Definitions, definition.ToJsonString());
        created.Code.ShouldBe(HttpStatusCode.Created, $"{name}: {created.Message}");
        await Webhooks.WebhookFixture.EventuallyAsync(
            () => api.GetAsync($"{Definitions}/{name}"),
            a => a.Body["status"]?["conditions"]?.ToJsonString()
                .Contains("\"Established\",\"status\":\"True\"", StringComparison.Ordinal) == true);
        established[name] = Stopwatch.GetElapsedTime(start);
        var version = definition["spec"]!["versions"]!.AsArray().First(v => v!["storage"]!.GetValue<bool>())!;
        var schema = (JsonObject)version["schema"]!["openAPIV3Schema"]!;
        var space = definition["spec"]!["scope"]!.ToString() == "Namespaced" ? "namespaces/default/" : "";
        var names = definition["spec"]!["names"]!;
        var path = $"apis/{definition["spec"]!["group"]}/{version["name"]}/{space}{names["plural"]}";
        var value = (JsonObject)ExampleObjects.Of(schema)!;
        value["apiVersion"] = $"{definition["spec"]!["group"]}/{version["name"]}";
        value["kind"] = names["kind"]!.ToString();
        value["metadata"] = new JsonObject { ["name"] = "example" };
        var stored = await api.PostAsync(path, value.ToJsonString());
        stored.Code.ShouldBe(HttpStatusCode.Created, $"{name}: {stored.Message} {value}");
        await RefusedAsync(path, name, schema, value);
        var rules = 0;
        foreach (var (field, rule) in ExampleObjects.RulesOf(schema, []))
        {
            var changed = (JsonObject)stored.Body.DeepClone();
            if (rule["fieldPath"]?.ToString() is { } below)
            {
                var owner = field.Aggregate((JsonNode)changed, (node, step) => node[step]!).AsObject();
                owner.Remove(below[1..]).ShouldBeTrue($"{name}: a new form of rule needs an example here");
                var incomplete = await api.PutAsync(path + "/example", changed.ToJsonString());
                incomplete.Code.ShouldBe(HttpStatusCode.UnprocessableEntity, $"{name} {string.Join('.', field)}{below}");
                incomplete.Message.ShouldContain($"{string.Join('.', field)}{below}: Invalid value");
                rules++;
                continue;
            }

            rule["rule"]!.ToString().ShouldBe("self == oldSelf", $"{name}: a new form of rule needs an example here");
            var parent = field.SkipLast(1).Aggregate((JsonNode)changed, (node, step) => node[step]!);
            var before = parent[field[^1]]!.ToString();
            var other = ExampleObjects.Other(schema, field, before);
            parent[field[^1]] = other ?? before + "x";
            var refused = await api.PutAsync(path + "/example", changed.ToJsonString());
            refused.Code.ShouldBe(HttpStatusCode.UnprocessableEntity, $"{name} {string.Join('.', field)}");
            refused.Message.ShouldContain($"{string.Join('.', field)}: "
                + (other is null ? "Unsupported value" : $"Invalid value: \"string\": {rule["message"]}"));
            rules++;
        }

        return rules;
    }

    /// <summary>Every field of the schema's first level that is an object refuses text, each with its path.</summary>
    private async Task RefusedAsync(string path, string name, JsonObject schema, JsonObject valid)
    {
        var objects = ((JsonObject)schema["properties"]!)
            .Where(p => p.Key is not ("metadata" or "status") && p.Value!["type"]?.ToString() == "object")
            .Select(p => p.Key)
            .ToList();
        objects.ShouldNotBeEmpty(name);
        foreach (var field in objects)
        {
            var invalid = (JsonObject)valid.DeepClone();
            invalid["metadata"] = new JsonObject { ["name"] = "invalid" };
            invalid[field] = "text";
            var refused = await api.PostAsync(path, invalid.ToJsonString());
            refused.Code.ShouldBe(HttpStatusCode.UnprocessableEntity, $"{name} {field}: {refused.Message}");
            refused.Message.ShouldContain($"{field}: Invalid value: \"string\"");
        }
    }

    private static string? Find(string below)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, below);
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private sealed record Tally(int Definitions, int Rules);
}

/// <summary>Makes objects from schemas.</summary>
internal static class ExampleObjects
{
    /// <summary>A small valid value: required fields, and those with rules.</summary>
    public static JsonNode? Of(JsonObject schema)
    {
        if (schema["default"] is { } fallback)
        {
            return fallback.DeepClone();
        }

        if (schema["enum"] is JsonArray { Count: > 0 } allowed)
        {
            return allowed[0]!.DeepClone();
        }

        if (schema["x-kubernetes-int-or-string"] is not null)
        {
            return "1";
        }

        switch (schema["type"]?.ToString())
        {
            case "object":
                var fields = new JsonObject();
                var required = (schema["required"] as JsonArray ?? []).Select(r => r!.ToString()).ToHashSet();
                foreach (var (name, below) in schema["properties"] as JsonObject ?? [])
                {
                    if (required.Contains(name) || RulesOf((JsonObject)below!, []).Any())
                    {
                        fields[name] = Of((JsonObject)below!);
                    }
                }

                return fields;
            case "array":
                var items = new JsonArray();
                for (var i = 0; i < (schema["minItems"]?.GetValue<long>() ?? 0); i++)
                {
                    items.Add(Of((JsonObject)schema["items"]!));
                }

                return items;
            case "integer" or "number":
                return schema["minimum"]?.DeepClone() ?? 1;
            case "boolean":
                return true;
            default:
                return TextOf(schema);
        }
    }

    /// <summary>Another valid value of a field; null when there is only one.</summary>
    public static JsonNode? Other(JsonObject schema, IReadOnlyList<string> field, string before)
    {
        var at = field.Aggregate(schema, (node, step) => (JsonObject)node["properties"]![step]!);
        return at["enum"] is JsonArray allowed
            ? allowed.FirstOrDefault(a => a!.ToString() != before)?.DeepClone()
            : before + "x";
    }

    /// <summary>The rules on fields that can be reached without lists, with their paths.</summary>
    public static IEnumerable<(IReadOnlyList<string> Path, JsonObject Rule)> RulesOf(
        JsonObject schema, IReadOnlyList<string> path)
    {
        foreach (var rule in schema["x-kubernetes-validations"] as JsonArray ?? [])
        {
            yield return (path, (JsonObject)rule!);
        }

        foreach (var (name, below) in schema["properties"] as JsonObject ?? [])
        {
            foreach (var found in RulesOf((JsonObject)below!, [.. path, name]))
            {
                yield return found;
            }
        }
    }

    private static string TextOf(JsonObject schema) => schema["format"]?.ToString() switch
    {
        "date-time" => "2025-01-01T00:00:00Z",
        "duration" => "1m",
        "byte" => "YQ==",

        // The only pattern that required fields have is that of maintenance times.
        _ when schema["pattern"] is not null => "220000+0100",
        _ => new string('a', (int)Math.Max(1, schema["minLength"]?.GetValue<long>() ?? 1)),
    };
}
