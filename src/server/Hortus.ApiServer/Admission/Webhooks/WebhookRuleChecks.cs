using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>Checks the rules of webhooks.</summary>
internal static class WebhookRuleChecks
{
    private static readonly string[] Operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
    private static readonly string[] Scopes = ["*", "Cluster", "Namespaced"];

    public static void Check(JsonObject webhook, FieldPath path, FieldErrors errors)
    {
        var index = 0;
        foreach (var rule in webhook.Items("rules"))
        {
            CheckRule(rule, path["rules"][index++], errors);
        }
    }

    private static void CheckRule(JsonObject rule, FieldPath path, FieldErrors errors)
    {
        CheckList(rule, "operations", "operations", path, errors);
        CheckList(rule, "apiGroups", "API groups", path, errors);
        CheckList(rule, "apiVersions", "API versions", path, errors);
        CheckList(rule, "resources", "resources", path, errors);
        var operations = rule.TextList("operations");
        for (var i = 0; i < operations.Count; i++)
        {
            if (!Operations.Contains(operations[i]))
            {
                errors.NotSupported(path["operations"][i], operations[i], Operations);
            }
        }

        CheckEmpty(rule, "apiVersions", path, errors);
        CheckEmpty(rule, "resources", path, errors);
        CheckResources(rule.TextList("resources"), path["resources"], errors);
        if (rule.Text("scope") is { } scope && !Scopes.Contains(scope))
        {
            errors.NotSupported(path["scope"], scope, Scopes);
        }
    }

    private static void CheckList(JsonObject rule, string field, string noun, FieldPath path, FieldErrors errors)
    {
        var entries = rule.TextList(field);
        if (entries.Count == 0)
        {
            errors.Required(path[field]);
        }
        else if (entries.Count > 1 && entries.Contains("*") && field != "resources")
        {
            errors.Invalid(path[field], entries, $"if '*' is present, must not specify other {noun}");
        }
    }

    private static void CheckEmpty(JsonObject rule, string field, FieldPath path, FieldErrors errors)
    {
        var entries = rule.TextList(field);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Length == 0)
            {
                errors.Required(path[field][i]);
            }
        }
    }

    private static void CheckResources(IReadOnlyList<string> resources, FieldPath path, FieldErrors errors)
    {
        if (resources.Count > 1 && resources.Contains("*/*"))
        {
            errors.Invalid(path, resources, "if '*/*' is present, must not specify other resources");
            return;
        }

        for (var i = 0; i < resources.Count; i++)
        {
            var slash = resources[i].IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
            {
                if (resources[i] != "*" && resources.Contains("*"))
                {
                    errors.Invalid(path[i], resources[i],
                        "if '*' is present, must not specify other resources without subresources");
                }

                continue;
            }

            var (resource, below) = (resources[i][..slash], resources[i][(slash + 1)..]);
            if (below != "*" && resources.Contains(resource + "/*"))
            {
                errors.Invalid(path[i], resources[i], $"if '{resource}/*' is present, must not specify {resources[i]}");
            }

            if (resource != "*" && resources.Contains("*/" + below))
            {
                errors.Invalid(path[i], resources[i], $"if '*/{below}' is present, must not specify {resources[i]}");
            }
        }
    }
}
