using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;

namespace Hortus.ApiServer.Output;

/// <summary>Columns and cells of tables.</summary>
internal static class TableCells
{
    private static readonly TableColumn Name = new(
        "Name", "string", o => o["metadata"]?["name"]?.DeepClone(), 0, "Name must be unique within a namespace.");

    private static readonly TableColumn Age = new(
        "Age", "date", o => o["metadata"]?["creationTimestamp"]?.DeepClone(), 0, "Time since the object was created.");

    /// <summary>All columns: the name, then the resource's own or the age. A resource may place the name itself.</summary>
    public static IReadOnlyList<TableColumn> ColumnsOf(ResourceDefinition definition) => definition.Columns switch
    {
        { Count: 0 } => [Name, Age],
        var own when own.Any(column => column.Name == Name.Name) => own,
        var own => [Name, .. own],
    };

    public static JsonArray Describe(IReadOnlyList<TableColumn> columns) => new([.. columns.Select(c => (JsonNode)new JsonObject
    {
        ["name"] = c.Name,
        ["type"] = c.Type == "date" ? "string" : c.Type,
        ["format"] = ReferenceEquals(c, Name) ? "name" : "",
        ["description"] = c.Description,
        ["priority"] = c.Priority,
    })]);

    public static JsonArray Of(JsonObject value, IReadOnlyList<TableColumn> columns, DateTimeOffset now)
    {
        var cells = new JsonArray();
        foreach (var column in columns)
        {
            cells.Add(Cell(column, value, now));
        }

        return cells;
    }

    /// <summary>How long ago, as kubectl says it: <c>45s</c>, <c>3m20s</c>, <c>5h2m</c>, <c>12d</c>.</summary>
    public static string Ago(TimeSpan span)
    {
        var seconds = (long)Math.Max(0, span.TotalSeconds);
        return seconds switch
        {
            < 120 => $"{seconds}s",
            < 600 => Two(seconds / 60, "m", seconds % 60, "s"),
            < 3 * 3600 => $"{seconds / 60}m",
            < 8 * 3600 => Two(seconds / 3600, "h", seconds / 60 % 60, "m"),
            < 48 * 3600 => $"{seconds / 3600}h",
            < 8 * 86400 => Two(seconds / 86400, "d", seconds / 3600 % 24, "h"),
            < 2 * 365 * 86400L => $"{seconds / 86400}d",
            < 8 * 365 * 86400L => Two(seconds / (365 * 86400L), "y", seconds / 86400 % 365, "d"),
            _ => $"{seconds / (365 * 86400L)}y",
        };
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";

    private static JsonNode? Cell(TableColumn column, JsonObject value, DateTimeOffset now)
    {
        var cell = column.Value(value);
        if (column.Type == "date")
        {
            return cell is not null && DateTimeOffset.TryParse(
                cell.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time > now ? "<invalid>" : Ago(now - time)
                : cell?.ToString() ?? "<unknown>";
        }

        return column.Type switch
        {
            "integer" or "number" when cell is JsonValue v && v.GetValueKind() == JsonValueKind.Number => cell,
            "boolean" when cell is JsonValue v && v.GetValueKind() is JsonValueKind.True or JsonValueKind.False => cell,
            _ => cell switch
            {
                null => column.Type is "string" ? "" : null,
                JsonValue v when v.GetValueKind() == JsonValueKind.String => cell,
                _ => cell.ToJsonString(),
            },
        };
    }
}
