using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Objects;

/// <summary>
/// Reads and writes API objects as YAML. Unquoted scalars are typed as Kubernetes' tools type them: null, <c>~</c> and
/// nothing are null; true, false, yes, no, on and off (also Capitalized and UPPER) are booleans, but y and n are text;
/// numbers may be decimal, hexadecimal, octal (<c>0644</c>, <c>0o644</c>) or binary; dates are text. Quoted scalars and
/// keys are always text.
/// </summary>
public static class KubernetesYaml
{
    /// <summary>Longest text that is read, in characters. A request body is at most 3 MiB; manifest files hold
    /// several.</summary>
    public const int SizeMax = 16 * 1024 * 1024;

    /// <summary>Deepest nesting that is read.</summary>
    public const int DepthMax = 100;

    /// <summary>Most values that aliases may add to a text, which stops small texts from growing into huge
    /// objects.</summary>
    public const int AliasedNodesMax = 100_000;

    /// <summary>Reads every document that is not empty as an object.</summary>
    /// <param name="text">One or more documents.</param>
    /// <param name="duplicateKeys">Takes a message for each key that occurs twice (the last one wins); when null
    /// such a key
    /// is an error.</param>
    /// <exception cref="YamlFormatException">The text is not YAML, exceeds a limit, or a document is not a
    /// map.</exception>
    public static IReadOnlyList<JsonObject> ParseAll(string text, ICollection<string>? duplicateKeys = null) =>
        [.. Read(text, duplicateKeys).Select(d => d.Root)];

    /// <summary>Reads a text with one document.</summary>
    /// <exception cref="YamlFormatException">As for <see cref="ParseAll"/>, or the number of documents is not
    /// one.</exception>
    public static JsonObject Parse(string text, ICollection<string>? duplicateKeys = null) =>
        Single(Read(text, duplicateKeys)).Root;

    /// <summary>Reads a text with one document as an object of a known type.</summary>
    /// <exception cref="YamlFormatException">As for <see cref="Parse"/>, or a value does not fit the type.</exception>
    public static T Deserialize<T>(string text, ICollection<string>? duplicateKeys = null)
    {
        var document = Single(Read(text, duplicateKeys));
        try
        {
            return KubernetesJson.Deserialize<T>(document.Root);
        }
        catch (JsonException e)
        {
            var (line, column) = document.Locate(e.Path);
            throw new YamlFormatException(e.Message, line, column, e);
        }
    }

    /// <summary>Writes an object. The same object always gives the same text: keys are in ordinal order.</summary>
    public static string Serialize<T>(T value) where T : ApiType => Write(KubernetesJson.ToNode(value));

    /// <summary>Writes a JSON tree, with keys in ordinal order and a line feed at the end.</summary>
    public static string Write(JsonNode? node) => YamlWriter.Write(node);

    /// <summary>Writes several documents, separated by <c>---</c>.</summary>
    public static string WriteAll(IEnumerable<JsonNode> documents) => string.Join("---\n", documents.Select(Write));

    private static List<YamlDocument> Read(string text, ICollection<string>? duplicateKeys)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > SizeMax)
        {
            throw new YamlFormatException($"the text is too long: {text.Length} characters, at most {SizeMax} are read", 1, 1);
        }

        for (var cuts = 0; ; cuts++)
        {
            var duplicates = duplicateKeys is null ? null : new List<string>();
            try
            {
                var documents = new YamlReader(text, duplicates).ReadAll();
                duplicates?.ForEach(duplicateKeys!.Add);
                return documents;
            }
            catch (YamlFormatException e)
            {
                if (cuts == YamlBlankLines.CutsMax || YamlBlankLines.Cut(text, e) is not { } cut)
                {
                    throw;
                }

                text = cut;
            }
        }
    }

    private static YamlDocument Single(List<YamlDocument> documents) => documents.Count == 1
        ? documents[0]
        : throw new YamlFormatException($"want one document, found {documents.Count}", 1, 1);
}
