using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hortus.Objects;

/// <summary>Turns the events of the YAML parser into JSON trees, within limits.</summary>
internal sealed class YamlReader
{
    private readonly Parser parser;
    private readonly ICollection<string>? duplicateKeys;
    private readonly Dictionary<string, (JsonNode? Node, int Size)> anchors = [];
    private Dictionary<JsonNode, Mark> places = [];
    private int nodes;
    private int aliased;

    public YamlReader(string text, ICollection<string>? duplicateKeys)
    {
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        this.duplicateKeys = duplicateKeys;
    }

    public List<YamlDocument> ReadAll()
    {
        try
        {
            return ReadDocuments();
        }
        catch (YamlException e)
        {
            throw new YamlFormatException("invalid YAML: " + Reason(e), e.End.Line, e.End.Column, e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The parser has faults of its own on some malformed texts; to the caller these are malformed texts too.
            var place = parser.Current?.Start ?? Mark.Empty;
            throw new YamlFormatException("invalid YAML: the text ends or breaks off unexpectedly", place.Line, place.Column, e);
        }
    }

    private List<YamlDocument> ReadDocuments()
    {
        var documents = new List<YamlDocument>();
        Take<StreamStart>();
        while (!parser.Accept<StreamEnd>(out _))
        {
            Take<DocumentStart>();
            anchors.Clear();
            places = new Dictionary<JsonNode, Mark>(ReferenceEqualityComparer.Instance);
            var start = parser.Current!.Start;
            var root = Node(FieldPath.Root, 1);
            Take<DocumentEnd>();
            switch (root)
            {
                case null:
                    break;
                case JsonObject map:
                    documents.Add(new YamlDocument(map, places));
                    break;
                default:
                    throw Wrong(FieldPath.Root, "want a map of fields, found a list or a scalar", start);
            }
        }

        return documents;
    }

    private JsonNode? Node(FieldPath path, int depth)
    {
        var current = parser.Current!;
        if (depth > KubernetesYaml.DepthMax)
        {
            throw Wrong(path, $"nested too deep: at most {KubernetesYaml.DepthMax} levels are read", current.Start);
        }

        var before = nodes++;
        var anchor = (current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        var node = current switch
        {
            AnchorAlias => Alias(path),
            Scalar => YamlScalars.Value(Take<Scalar>()),
            SequenceStart => Sequence(path, depth),
            MappingStart => Mapping(path, depth),
            _ => throw Wrong(path, "want a value", current.Start),
        };
        if (node is not null)
        {
            places[node] = current.Start;
        }

        if (!anchor.IsEmpty)
        {
            anchors[anchor.Value] = (node, nodes - before);
        }

        return node;
    }

    private JsonNode? Alias(FieldPath path)
    {
        var alias = Take<AnchorAlias>();
        if (!anchors.TryGetValue(alias.Value.Value, out var target))
        {
            throw Wrong(path, $"alias *{alias.Value.Value} has no anchor before it", alias.Start);
        }

        aliased += target.Size;
        nodes += target.Size;
        return aliased <= KubernetesYaml.AliasedNodesMax
            ? target.Node?.DeepClone()
            : throw Wrong(path, $"aliases add too much: at most {KubernetesYaml.AliasedNodesMax} values", alias.Start);
    }

    private JsonArray Sequence(FieldPath path, int depth)
    {
        Take<SequenceStart>();
        var list = new JsonArray();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            list.Add(Node(path[list.Count], depth + 1));
        }

        return list;
    }

    private JsonObject Mapping(FieldPath path, int depth)
    {
        Take<MappingStart>();
        var map = new JsonObject();
        var merged = new List<JsonObject>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                throw Wrong(path, "want a text as key, found a list, a map or an alias", parser.Current!.Start);
            }

            var field = key.Value.AsSpan().ContainsAny('.', '/') ? path.Key(key.Value) : path[key.Value];
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                AddMerged(merged, Node(field, depth + 1), field, key.Start);
                continue;
            }

            if (map.ContainsKey(key.Value))
            {
                Duplicate(field, key);
                map.Remove(key.Value);
            }

            map.Add(key.Value, Node(field, depth + 1));
        }

        foreach (var (name, value) in merged.SelectMany(m => m))
        {
            // Fields written out win over merged ones, earlier merges over later ones.
            map.TryAdd(name, value?.DeepClone());
        }

        return map;
    }

    private static void AddMerged(List<JsonObject> merged, JsonNode? value, FieldPath field, Mark start)
    {
        var sources = value is JsonArray list ? [.. list] : new[] { value };
        merged.AddRange(sources.Select(s => s as JsonObject ?? throw Wrong(field, "want a map or a list of maps to merge", start)));
    }

    private void Duplicate(FieldPath field, Scalar key)
    {
        var fault = Wrong(field, $"key \"{key.Value}\" occurs twice in this map", key.Start);
        if (duplicateKeys is null)
        {
            throw fault;
        }

        duplicateKeys.Add(fault.Message);
    }

    private T Take<T>() where T : ParsingEvent => parser.Consume<T>();

    private static string Reason(YamlException e)
    {
        var text = (e.InnerException ?? e).Message.TrimEnd('.');
        return text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private static YamlFormatException Wrong(FieldPath path, string reason, Mark place) =>
        new(path.Text.Length == 0 ? reason : $"{path}: {reason}", place.Line, place.Column);
}
