using System.Reflection;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.GardenApi.Registry;

/// <summary>Reads the cell of a column by the small part of JSONPath that our kinds declare: fields, escaped dots, and
/// the choice of a list item by its type (<c>[?(@.type=="Ready")]</c>).</summary>
internal static class ColumnPath
{
    /// <summary>The columns that a kind declares.</summary>
    public static IReadOnlyList<TableColumn> ColumnsOf(Type kind) =>
    [
        .. kind.GetCustomAttributes<PrinterColumnAttribute>().Select(c =>
        {
            var steps = Split(c.JsonPath);
            return new TableColumn(c.Name, c.Type, o => Find(o, steps)?.DeepClone(), c.Priority, c.Description);
        }),
    ];

    /// <summary>The steps of a path; a step that chooses an item is the text between the brackets.</summary>
    internal static IReadOnlyList<string> Split(string path)
    {
        var steps = new List<string>();
        var step = new System.Text.StringBuilder();
        for (var i = 0; i < path.Length; i++)
        {
            switch (path[i])
            {
                case '\\' when i + 1 < path.Length:
                    step.Append(path[++i]);
                    break;
                case '[':
                    Flush(steps, step);
                    var end = path.IndexOf(']', i);
                    steps.Add(path[i..(end + 1)]);
                    i = end;
                    break;
                case '.':
                    Flush(steps, step);
                    break;
                default:
                    step.Append(path[i]);
                    break;
            }
        }

        Flush(steps, step);
        return steps;
    }

    private static void Flush(List<string> steps, System.Text.StringBuilder step)
    {
        if (step.Length > 0)
        {
            steps.Add(step.ToString());
            step.Clear();
        }
    }

    private static JsonNode? Find(JsonNode? node, IReadOnlyList<string> steps)
    {
        foreach (var step in steps)
        {
            node = step[0] == '['
                ? (node as JsonArray)?.FirstOrDefault(item => item?["type"]?.ToString() == step.Split('"')[1])
                : (node as JsonObject)?[step];
            if (node is null)
            {
                return null;
            }
        }

        return node;
    }
}
