using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.ExtensionValidation;

/// <summary>What is checked of every resource that extensions reconcile. Pure.</summary>
internal static class ExtensionRules
{
    private const string Type = "type";
    private const string Region = "region";
    private const string Credentials = "secretRef.name";

    // Fields below spec that must be there, and those that stay as they were.
    private static readonly Dictionary<string, (string[] Needed, string[] Fixed)> Fields = new()
    {
        ["backupbuckets"] = ([Type, Region, Credentials], [Type, Region]),
        ["backupentries"] = ([Type, "bucketName", Region, Credentials], [Type]),
        ["bastions"] = ([Type, "userData", "ingress"], [Type, "userData"]),
        ["containerruntimes"] = ([Type, "binaryPath", "workerPool.name"], [Type, "workerPool.name"]),
        ["controlplanes"] = ([Type, Region, Credentials], [Type, Region]),
        ["dnsrecords"] = ([Type, Credentials, "name", "values"], [Type, "name", "recordType"]),
        ["extensions"] = ([Type], [Type]),
        ["infrastructures"] = ([Type, Region, Credentials], [Type, Region]),
        ["networks"] = ([Type, "podCIDR", "serviceCIDR"], [Type, "podCIDR", "serviceCIDR"]),
        ["operatingsystemconfigs"] = ([Type, "purpose"], [Type, "purpose"]),
        ["selfhostedshootexposures"] = ([Type, "endpoints"], [Type]),
        ["workers"] = ([Type, Region, Credentials], [Type, Region]),
    };

    private static readonly Dictionary<string, Action<JsonObject, FieldPath, FieldErrors>> Details = new()
    {
        ["dnsrecords"] = DetailRules.DnsRecord,
        ["networks"] = DetailRules.Network,
        ["operatingsystemconfigs"] = OperatingSystemRules.Check,
        ["workers"] = DetailRules.Worker,
    };

    /// <summary>Resources that are checked.</summary>
    public static IEnumerable<string> Resources => Fields.Keys;

    /// <summary>The faults of an object; none for a resource without rules.</summary>
    /// <param name="resource">Plural name.</param>
    /// <param name="value">The new state.</param>
    /// <param name="old">The old state; null for a new object.</param>
    public static FieldErrors Check(string resource, JsonObject value, JsonObject? old)
    {
        var errors = new FieldErrors();
        if (!Fields.TryGetValue(resource, out var fields))
        {
            return errors;
        }

        var path = FieldPath.Root["spec"];
        var spec = value["spec"] as JsonObject ?? [];
        if (old is not null)
        {
            CheckChange(spec, old["spec"] as JsonObject ?? [], fields.Fixed, value.At("metadata", "deletionTimestamp") is not null, errors);
        }

        foreach (var field in fields.Needed.Where(f => IsEmpty(spec.At(f.Split('.')))))
        {
            errors.Required(path[field]);
        }

        Details.GetValueOrDefault(resource)?.Invoke(spec, path, errors);
        return errors;
    }

    private static void CheckChange(JsonObject spec, JsonObject old, string[] fixedFields, bool isDeleting, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        if (isDeleting && !JsonNode.DeepEquals(spec, old))
        {
            errors.Forbidden(path, "the object is being deleted");
            return;
        }

        foreach (var field in fixedFields)
        {
            var now = spec.At(field.Split('.'));
            if (!JsonNode.DeepEquals(now, old.At(field.Split('.'))))
            {
                errors.Invalid(path[field], now, "field is immutable");
            }
        }
    }

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => value.GetValue<string>().Length == 0,
        _ => false,
    };
}
