using System.Text.Json.Nodes;
using YamlDotNet.Core;

namespace Hortus.Objects;

/// <summary>A document as tree, with the place of each value in the text.</summary>
internal sealed record YamlDocument(JsonObject Root, IReadOnlyDictionary<JsonNode, Mark> Places)
{
    /// <summary>Line and column of the value at a path of the JSON reader, or of the nearest value around it.</summary>
    public (long Line, long Column) Locate(string? path)
    {
        JsonNode? node = Root;
        var place = Places[Root];
        foreach (var step in JsonErrors.Steps(path ?? ""))
        {
            node = node switch
            {
                JsonObject map => map[step.Name],
                JsonArray list when step.Index is { } index && index < list.Count => list[index],
                _ => null,
            };
            if (node is null)
            {
                break;
            }

            place = Places.GetValueOrDefault(node, place);
        }

        return (place.Line, place.Column);
    }
}
