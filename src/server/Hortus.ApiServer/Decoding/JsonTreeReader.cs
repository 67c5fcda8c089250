using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Decoding;

/// <summary>Builds a tree from parsed JSON and notes fields given more than once; the last one wins.</summary>
internal static class JsonTreeReader
{
    private const int DuplicatesMax = 100;

    public static DecodedBody Read(JsonElement root)
    {
        List<string>? duplicates = null;
        var value = Build(root, new Place(null, null, -1), ref duplicates)
            ?? throw Rejection.BadRequest("the body is null, want an object");
        return new DecodedBody(value, duplicates ?? (IReadOnlyList<string>)[]);
    }

    private static JsonNode? Build(JsonElement element, Place place, ref List<string>? duplicates)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new JsonObject();
                foreach (var property in element.EnumerateObject())
                {
                    var name = property.Name;
                    var below = new Place(place, name, -1);
                    var value = Build(property.Value, below, ref duplicates);
                    if (!fields.TryAdd(name, value))
                    {
                        fields[name] = value;
                        Note(below, ref duplicates);
                    }
                }

                return fields;
            case JsonValueKind.Array:
                var items = new JsonArray();
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    items.Add(Build(item, new Place(place, null, index++), ref duplicates));
                }

                return items;
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            default:
                return JsonValue.Create(element);
        }
    }

    private static void Note(Place place, ref List<string>? duplicates)
    {
        duplicates ??= [];
        var path = place.ToString();
        if (duplicates.Count < DuplicatesMax && !duplicates.Contains(path))
        {
            duplicates.Add(path);
        }
    }

    /// <summary>Where the reader is; only turned into text when there is something to report.</summary>
    private sealed record Place(Place? Above, string? Name, int Index)
    {
        public override string ToString() => this switch
        {
            { Above: null } => "",
            { Name: null } => $"{Above}[{Index}]",
            { Above.Above: null } => Name,
            _ => $"{Above}.{Name}",
        };
    }
}
