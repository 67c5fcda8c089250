using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Hortus.Kubelet.Pods;

/// <summary>Reads pod manifests in JSON or YAML.</summary>
internal static class ManifestReader
{
    /// <exception cref="KubeletException">The text is not YAML or holds no pod.</exception>
    /// <exception cref="System.Text.Json.JsonException">A field does not fit; the message has its path.</exception>
    public static Pod Read(string text)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            var root = stream.Documents.Count > 0 ? stream.Documents[0].RootNode : null;
            return root is YamlMappingNode map && Convert(map) is JsonObject json && (string?)json["kind"] == "Pod"
                ? KubernetesJson.Deserialize<Pod>(json)
                : throw new KubeletException("want one object of kind Pod");
        }
        catch (YamlException e)
        {
            throw new KubeletException($"line {e.Start.Line}: {e.Message}", e);
        }
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map =>
            new JsonObject(map.Children.Select(c => KeyValuePair.Create(c.Key.ToString(), Convert(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
        _ => null,
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
            JsonValue.Create(number),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) &&
            char.IsAsciiDigit(text[^1]) =>
            JsonValue.Create(real),
        _ => JsonValue.Create(text),
    };
}
