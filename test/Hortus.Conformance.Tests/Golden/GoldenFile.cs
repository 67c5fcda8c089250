using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Golden;

/// <summary>
/// An answer kept in <c>Golden/files</c>: what must not change unnoticed. <c>make golden</c> writes the files anew; the
/// difference is then read like any other change of the sources.
/// </summary>
internal static partial class GoldenFile
{
    /// <summary>Set to write the files instead of comparing with them.</summary>
    public const string Variable = "HORTUS_UPDATE_GOLDEN";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Compares an answer with its file.</summary>
    /// <param name="name">Name of the file.</param>
    /// <param name="answer">What came.</param>
    /// <param name="replaced">Texts of this run, such as the namespace, and what stands for them in the file.</param>
    public static void Check(string name, WireAnswer answer, params (string Found, string Written)[] replaced)
    {
        var text = new StringBuilder().Append("HTTP ").Append(answer.Code).Append('\n');
        foreach (var header in new[] { "Content-Type", "Vary", "Cache-Control", "Retry-After", "Warning" })
        {
            if (answer.Headers.TryGetValue(header, out var value))
            {
                text.Append(header).Append(": ").Append(value).Append('\n');
            }
        }

        Compare(name, text.Append('\n').Append(Pretty(answer.Body)).ToString(), replaced);
    }

    /// <summary>Compares JSON with its file.</summary>
    public static void Check(string name, JsonNode value, params (string Found, string Written)[] replaced) =>
        Compare(name, Pretty(value), replaced);

    private static void Compare(string name, string text, (string Found, string Written)[] replaced)
    {
        foreach (var (found, written) in replaced)
        {
            text = text.Replace(found, written, StringComparison.Ordinal);
        }

        text = Hash().Replace(text, "hash=HASH") + "\n";
        var folder = SearchUpwards.Folder(Path.Combine("test", "Hortus.Conformance.Tests", "Golden"), "GoldenFile.cs")
            ?? throw new InvalidOperationException("the folder of the golden files is not above the tests");
        var path = Path.Combine(folder, "files", name);
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }

        File.Exists(path).ShouldBeTrue($"{path} is missing; `make golden` writes it");
        text.ShouldBe(File.ReadAllText(path), $"{name} differs; if that is meant, run `make golden` and read the difference");
    }

    private static string Pretty(JsonNode value) => Steady(value)!.ToJsonString(Indented);

    /// <summary>The same with fields in order and what differs from run to run replaced by its kind.</summary>
    private static JsonNode? Steady(JsonNode? node, string field = "") => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => KeyValuePair.Create(f.Key, Steady(f.Value, f.Key)))),
        JsonArray list => new JsonArray([.. list.Select(i => Steady(i, field))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => SteadyText(value.ToString(), field),
        _ => node?.DeepClone(),
    };

    private static string SteadyText(string text, string field) => field switch
    {
        "uid" => "UID",
        "resourceVersion" or "continue" when text.Length > 0 => field.ToUpperInvariant(),
        "storageVersionHash" => "HASH",
        "cells" when Age().IsMatch(text) => "AGE",
        _ => Identity().Replace(Time().Replace(text, "TIME"), "UID"),
    };

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Identity();

    [GeneratedRegex(@"^(\d+[smhd])+$")]
    private static partial Regex Age();

    [GeneratedRegex("hash=[0-9A-F]+")]
    private static partial Regex Hash();
}
