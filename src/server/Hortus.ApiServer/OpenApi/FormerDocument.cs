using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.OpenApi;

/// <summary>The OpenAPI v2 document of the whole server, made of the v3 documents of its group versions.</summary>
internal sealed class FormerDocument
{
    private const string Schemas = "#/components/schemas/";
    private const string Definitions = "#/definitions/";
    private readonly SortedDictionary<string, JsonNode?> definitions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonNode?> paths = new(StringComparer.Ordinal);

    /// <summary>Takes over a document of version 3, which is changed.</summary>
    public void Add(JsonObject document)
    {
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
        {
            definitions[name] = Convert(schema!.AsObject());
        }

        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            var written = new JsonObject();
            foreach (var (method, operation) in item!.AsObject())
            {
                written[method] = Operation(path, operation!.AsObject());
            }

            paths[path] = written;
        }
    }

    public JsonObject ToNode() => new()
    {
        ["swagger"] = "2.0",
        ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = Hosting.ServerPaths.Version },
        ["paths"] = new JsonObject(paths),
        ["definitions"] = new JsonObject(definitions),
    };

    private static JsonObject Operation(string path, JsonObject operation)
    {
        var parameters = new JsonArray();
        foreach (var name in path.Split('/').Where(p => p.StartsWith('{')).Select(p => p.Trim('{', '}')))
        {
            parameters.Add(new JsonObject
            {
                ["name"] = name,
                ["in"] = "path",
                ["required"] = true,
                ["type"] = "string",
                ["uniqueItems"] = true,
            });
        }

        foreach (var parameter in operation["parameters"]!.AsArray().OfType<JsonObject>())
        {
            parameters.Add(new JsonObject
            {
                ["name"] = parameter["name"]!.DeepClone(),
                ["in"] = "query",
                ["type"] = parameter["schema"]!["type"]!.DeepClone(),
                ["uniqueItems"] = true,
            });
        }

        var written = new JsonObject
        {
            ["operationId"] = operation["operationId"]!.DeepClone(),
            ["x-kubernetes-action"] = operation["x-kubernetes-action"]!.DeepClone(),
            ["x-kubernetes-group-version-kind"] = operation["x-kubernetes-group-version-kind"]!.DeepClone(),
            ["produces"] = new JsonArray("application/json", "application/yaml"),
            ["schemes"] = new JsonArray("https"),
            ["responses"] = Responses(operation["responses"]!.AsObject()),
        };
        if (operation["requestBody"]?["content"] is JsonObject content)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = "body",
                ["in"] = "body",
                ["required"] = true,
                ["schema"] = Convert(content.First().Value!["schema"]!.AsObject()),
            });
            written["consumes"] = new JsonArray([.. content.Select(c => (JsonNode)c.Key)]);
        }

        written["parameters"] = parameters;
        return written;
    }

    private static JsonObject Responses(JsonObject responses)
    {
        var written = new JsonObject();
        foreach (var (code, response) in responses)
        {
            written[code] = new JsonObject
            {
                ["description"] = response!["description"]?.DeepClone() ?? "",
                ["schema"] = Convert(response["content"]!["application/json"]!["schema"]!.AsObject()),
            };
        }

        return written;
    }

    private static JsonObject Convert(JsonObject schema)
    {
        var written = new JsonObject();
        foreach (var (name, value) in schema)
        {
            switch (name, value)
            {
                case ("$ref", _):
                    written[name] = value!.ToString().Replace(Schemas, Definitions, StringComparison.Ordinal);
                    break;
                case ("allOf", JsonArray { Count: 1 } one):
                    // Version 2 lets a reference stand beside a description.
                    written["$ref"] = one[0]!["$ref"]!.ToString().Replace(Schemas, Definitions, StringComparison.Ordinal);
                    break;
                case ("oneOf", _):
                    written["type"] = "string";
                    written["format"] = "int-or-string";
                    break;
                case ("nullable" or "anyOf" or "allOf" or "not", _):
                    // Version 2 does not know them; the server checks all the same.
                    break;
                case ("properties", JsonObject properties):
                    written[name] = new JsonObject(properties.Select(p =>
                        KeyValuePair.Create(p.Key, (JsonNode?)Convert(p.Value!.AsObject()))));
                    break;
                case ("items" or "additionalProperties", JsonObject inner):
                    written[name] = Convert(inner);
                    break;
                default:
                    written[name] = value?.DeepClone();
                    break;
            }
        }

        return written;
    }
}
