using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.OpenApi;

/// <summary>The operations on a resource. Clients read from them which kinds there are and which parameters a verb takes.</summary>
/// <param name="kind">Kind of the objects.</param>
/// <param name="schemaName">Name of its schema.</param>
/// <param name="strategic">Whether strategic merge patches are understood; kubectl apply chooses its patch by that.</param>
internal sealed class OpenApiOperations(ResourceKind kind, string schemaName, bool strategic)
{
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];
    private static readonly string[] ListParameters =
    [
        "allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion",
        "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch",
    ];

    private const string StrategicPatch = "application/strategic-merge-patch+json";
    private static readonly string[] DeleteParameters = ["dryRun", "gracePeriodSeconds", "propagationPolicy"];
    private static readonly string[] PatchTypes =
    [
        "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json",
    ];

    /// <summary>Operations on a collection, for those of the verbs that have one.</summary>
    public JsonObject Collection(IReadOnlyList<string> verbs)
    {
        var operations = new JsonObject();
        Add(operations, verbs, "list", "get", ListParameters, schemaName + "List");
        Add(operations, verbs, "create", "post", WriteParameters, schemaName);
        Add(operations, verbs, "deletecollection", "delete", [.. ListParameters, .. DeleteParameters], null);
        return operations;
    }

    /// <summary>Operations on one object, for those of the verbs that have one.</summary>
    public JsonObject Item(IReadOnlyList<string> verbs)
    {
        var operations = new JsonObject();
        Add(operations, verbs, "get", "get", ["resourceVersion"], schemaName);
        Add(operations, verbs, "create", "post", WriteParameters, schemaName);
        Add(operations, verbs, "update", "put", WriteParameters, schemaName);
        Add(operations, verbs, "patch", "patch", [.. WriteParameters, "force"], schemaName);
        Add(operations, verbs, "delete", "delete", DeleteParameters, null);
        return operations;
    }

    private void Add(
        JsonObject operations, IReadOnlyList<string> verbs, string verb, string method, string[] parameters, string? answer)
    {
        if (!verbs.Contains(verb))
        {
            return;
        }

        var operation = new JsonObject
        {
            ["operationId"] = $"{verb}{kind.Kind}",
            ["x-kubernetes-action"] = verb == "create" ? "post" : verb == "update" ? "put" : verb,
            ["x-kubernetes-group-version-kind"] = new JsonObject
            {
                ["group"] = kind.Group,
                ["version"] = kind.Version,
                ["kind"] = kind.Kind,
            },
            ["parameters"] = new JsonArray([.. parameters.Select(p => (JsonNode)new JsonObject
            {
                ["name"] = p,
                ["in"] = "query",
                ["schema"] = new JsonObject { ["type"] = TypeOf(p), ["uniqueItems"] = true },
            })]),
            ["responses"] = new JsonObject { ["200"] = Content(answer, ["application/json"], "OK") },
        };
        if (verb is "create" or "update")
        {
            operation["requestBody"] = Content(schemaName, ["application/json", "application/yaml"], null);
        }
        else if (verb == "patch")
        {
            operation["requestBody"] = Content(null, strategic ? [.. PatchTypes, StrategicPatch] : PatchTypes, null);
        }

        operations[method] = operation;
    }

    private static JsonObject Content(string? schema, string[] types, string? description)
    {
        var content = new JsonObject();
        foreach (var type in types)
        {
            content[type] = new JsonObject
            {
                ["schema"] = schema is null
                    ? new JsonObject { ["type"] = "object" }
                    : new JsonObject { ["$ref"] = "#/components/schemas/" + schema },
            };
        }

        var written = new JsonObject { ["content"] = content };
        if (description is not null)
        {
            written["description"] = description;
        }

        return written;
    }

    private static string TypeOf(string parameter) => parameter switch
    {
        "limit" or "timeoutSeconds" or "gracePeriodSeconds" => "integer",
        "watch" or "allowWatchBookmarks" or "sendInitialEvents" or "force" => "boolean",
        _ => "string",
    };
}
