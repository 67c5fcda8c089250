using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.CustomResources;

/// <summary>Writes the status of CustomResourceDefinitions.</summary>
internal static class DefinitionStatus
{
    /// <summary>Reports that the names are accepted and the resource served, or what they conflict with.</summary>
    public static JsonObject Report(JsonObject definition, NameConflict? conflict, DateTimeOffset now)
    {
        var status = definition.Ensure("status");
        if (conflict is null)
        {
            status["acceptedNames"] = definition["spec"]!["names"]!.DeepClone();
            SetCondition(status, "NamesAccepted", "True", "NoConflicts", "no conflicts found", now);
            SetCondition(status, "Established", "True", "InitialNamesAccepted", "the initial names have been accepted", now);
        }
        else
        {
            SetCondition(status, "NamesAccepted", "False", conflict.Reason, conflict.Message, now);
            SetCondition(status, "Established", "False", "NotAccepted", "not all names are accepted", now);
        }

        if (DefinitionApproval.Condition(definition) is var (approved, reason, message))
        {
            SetCondition(status, "KubernetesAPIApprovalPolicyConformant", approved ? "True" : "False", reason, message, now);
        }

        var stored = (status["storedVersions"] as JsonArray)?.Select(v => v!.ToString()).ToList() ?? [];
        var storage = (definition["spec"]!["versions"] as JsonArray ?? []).OfType<JsonObject>()
            .FirstOrDefault(v => v["storage"]?.ToString() == "true")?["name"]?.ToString();
        if (storage is not null && !stored.Contains(storage))
        {
            stored.Add(storage);
        }

        status["storedVersions"] = new JsonArray([.. stored.Select(v => (JsonNode)v)]);
        return definition;
    }

    /// <summary>Reports that the objects of the resource are being deleted.</summary>
    public static JsonObject ReportTerminating(JsonObject definition, DateTimeOffset now)
    {
        SetCondition(definition.Ensure("status"), "Terminating", "True", "InstanceDeletionInProgress",
            "the objects of this resource are being deleted", now);
        return definition;
    }

    /// <summary>Reports that objects of the resource still exist. The message carries the time so that the definition changes
    /// and is looked at again.</summary>
    public static JsonObject ReportWaiting(JsonObject definition, DateTimeOffset now)
    {
        SetCondition(definition.Ensure("status"), "Terminating", "True", "InstanceDeletionInProgress",
            $"objects of this resource wait for their finalizers, last checked at {Metadata.Time(now)}", now);
        return definition;
    }

    private static void SetCondition(
        JsonObject status, string type, string value, string reason, string message, DateTimeOffset now)
    {
        if (status["conditions"] is not JsonArray conditions)
        {
            conditions = [];
            status["conditions"] = conditions;
        }

        var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c["type"]?.ToString() == type);
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = type };
            conditions.Add(condition);
        }

        if (condition["status"]?.ToString() != value)
        {
            condition["status"] = value;
            condition["lastTransitionTime"] = Metadata.Time(now);
        }

        condition["reason"] = reason;
        condition["message"] = message;
    }
}
