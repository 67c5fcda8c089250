using System.Text.Json.Nodes;
using Hortus.Objects.Gardener;

namespace Hortus.Objects.Tests.Gardener;

[Trait("Category", "Upstream")]
public class UpstreamExamplesTests
{
    [SkippableFact]
    public void EveryManifestOfAKnownKind_SurvivesARoundTrip()
    {
        var kinds = GardenerKinds.All.ToDictionary(t => (ResourceKind.Find(t)!.ApiVersion, ResourceKind.Find(t)!.Kind));
        var losses = new List<string>();
        var read = 0;
        foreach (var file in Directory.GetFiles(Folders.Upstream("examples"), "*.yaml"))
        {
            foreach (var manifest in KubernetesYaml.ParseAll(WithoutPlaceholders(File.ReadAllLines(file))))
            {
                if (!kinds.TryGetValue(($"{manifest["apiVersion"]}", $"{manifest["kind"]}"), out var type))
                {
                    continue;
                }

                var value = (KubernetesObject)KubernetesJson.Deserialize(manifest.DeepClone(), type);
                Compare(manifest, KubernetesJson.ToNode(value), Path.GetFileName(file), losses);
                UnknownFields(value, Path.GetFileName(file), losses);
                read++;
            }
        }

        losses.ShouldBeEmpty();
        read.ShouldBeGreaterThanOrEqualTo(18);
    }

    // Lines that are nothing but a placeholder stand for configuration that the reader has to write.
    private static string WithoutPlaceholders(IEnumerable<string> lines) =>
        string.Join('\n', lines.Where(l => !(l.TrimStart().StartsWith('<') && l.TrimEnd().EndsWith('>'))));

    private static void Compare(JsonNode? expected, JsonNode? actual, string path, List<string> losses)
    {
        switch (expected)
        {
            case null:
                break;
            case JsonObject map:
                foreach (var (name, value) in map)
                {
                    Compare(value, (actual as JsonObject)?[name], $"{path}.{name}", losses);
                }

                break;
            case JsonArray list when actual is JsonArray other && other.Count == list.Count:
                for (var i = 0; i < list.Count; i++)
                {
                    Compare(list[i], other[i], $"{path}[{i}]", losses);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(expected, actual))
                {
                    losses.Add($"{path}: {expected.ToJsonString()} became {actual?.ToJsonString()}");
                }

                break;
        }
    }

    // A field that is kept but not declared would show that a type lacks it.
    private static void UnknownFields(object? value, string path, List<string> losses)
    {
        if (value is System.Collections.IEnumerable list and not string and not byte[])
        {
            foreach (var item in list)
            {
                UnknownFields(item, path, losses);
            }
        }

        if (value is not ApiType type)
        {
            return;
        }

        losses.AddRange(
            (type.UnknownFields?.Keys ?? []).Select(k => $"{path}: {type.GetType().Name} does not declare {k}"));
        foreach (var property in type.GetType().GetProperties().Where(
            p => p.GetIndexParameters().Length == 0 && p.Name != "UnknownFields"))
        {
            UnknownFields(property.GetValue(type), $"{path}.{property.Name}", losses);
        }
    }
}
