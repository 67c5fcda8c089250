using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Pod templates, alone or in the jobs that a cron job will make.</summary>
internal sealed class TemplateStrategy(params string[] pathToPod) : ResourceStrategy
{
    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value) => PodSpecDefaults.Apply(value.Ensure(pathToPod));

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var path = pathToPod.Aggregate(FieldPath.Root, (at, field) => at[field]);
        PodSpecValidation.Check(created.Map(pathToPod) ?? [], path, errors);
        if (pathToPod.Length > 2)
        {
            CronRules.Check(created.Map("spec") ?? [], errors);
        }
    }
}

/// <summary>Network policies: the directions they speak of.</summary>
internal sealed class NetworkPolicyStrategy : ResourceStrategy
{
    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        var spec = value.Ensure("spec");
        if (spec["policyTypes"] is null)
        {
            spec["policyTypes"] = ObjectTree.List(
                spec.Items("egress").Any() ? ["Ingress", "Egress"] : ["Ingress"]);
        }

        foreach (var rule in spec.Items("ingress").Concat(spec.Items("egress")))
        {
            foreach (var port in rule.Items("ports"))
            {
                port.Default("protocol", "TCP");
            }
        }
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors) => NetworkRules.Check(created, errors);
}

/// <summary>Autoscalers: one metric, and how fast to scale when only parts of that are said.</summary>
internal sealed class AutoscalerStrategy : ResourceStrategy
{
    private const int ProcessorPercent = 80;

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        var spec = value.Ensure("spec");
        spec.Default("minReplicas", 1);
        if (!spec.Items("metrics").Any())
        {
            spec["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject
                {
                    ["name"] = "cpu",
                    ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = ProcessorPercent },
                },
            });
        }

        if (spec.Map("behavior") is not { } behavior)
        {
            return;
        }

        var up = behavior.Ensure("scaleUp");
        up.Default("stabilizationWindowSeconds", 0);
        Default(up, Policy("Pods", 4), Policy("Percent", 100));
        Default(behavior.Ensure("scaleDown"), Policy("Percent", 100));
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var spec = created.Map("spec") ?? [];
        var path = FieldPath.Root["spec"];
        if (spec.Number("maxReplicas") is not >= 1)
        {
            errors.Invalid(path["maxReplicas"], spec.Number("maxReplicas") ?? 0, "must be greater than 0");
        }

        if (spec.Number("minReplicas") is < 1 and { } least)
        {
            errors.Invalid(path["minReplicas"], least, "must be greater than or equal to 1");
        }

        if (spec.Number("maxReplicas") < spec.Number("minReplicas"))
        {
            errors.Invalid(path["maxReplicas"], spec.Number("maxReplicas"), "must be greater than or equal to `minReplicas`");
        }
    }

    private static void Default(JsonObject direction, params JsonNode[] policies)
    {
        direction.Default("selectPolicy", "Max");
        if (!direction.Items("policies").Any())
        {
            direction["policies"] = new JsonArray([.. policies]);
        }
    }

    private static JsonObject Policy(string type, int value) =>
        new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = 15 };
}

/// <summary>Endpoints and endpoint slices: ports speak TCP.</summary>
/// <param name="group">Empty for endpoints, which PUT creates.</param>
internal sealed class EndpointStrategy(string group) : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => group.Length == 0;

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        foreach (var port in value.Items("subsets").SelectMany(subset => subset.Items("ports")))
        {
            port.Default("protocol", "TCP");
        }

        foreach (var port in value.Items("ports"))
        {
            port.Default("name", "");
            port.Default("protocol", "TCP");
        }

        foreach (var endpoint in value.Items("endpoints"))
        {
            endpoint.Default("conditions", new JsonObject());
        }
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (group.Length > 0)
        {
            EndpointSliceRules.Check(created, errors);
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        if (group.Length > 0 && updated.Text("addressType") != old.Text("addressType"))
        {
            errors.Invalid(FieldPath.Root["addressType"], updated.Text("addressType"), "field is immutable");
        }
    }
}

/// <summary>Limits of containers: requests follow the defaults, which follow the greatest.</summary>
internal sealed class LimitRangeStrategy : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        foreach (var limit in value.Items("spec", "limits").Where(l => l.Text("type") == "Container"))
        {
            Follow(limit, "default", "max");
            Follow(limit, "defaultRequest", "default");
            Follow(limit, "defaultRequest", "min");
        }
    }

    private static void Follow(JsonObject limit, string field, string from)
    {
        foreach (var (name, amount) in limit.Map(from) ?? [])
        {
            limit.Ensure(field).Default(name, amount?.DeepClone());
        }
    }
}

/// <summary>Priority classes: pods were judged by the value, so it stays.</summary>
internal sealed class PriorityClassStrategy : ResourceStrategy
{
    private const long OfUsersMax = 1_000_000_000;

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (created.Name.StartsWith("system-", StringComparison.Ordinal))
        {
            if (created.Name is not ("system-node-critical" or "system-cluster-critical"))
            {
                errors.Forbidden(FieldPath.Root["metadata"]["name"],
                    "priority class names with 'system-' prefix are reserved for system use only");
            }
        }
        else if (created.Number("value") > OfUsersMax)
        {
            errors.Forbidden(FieldPath.Root["value"],
                $"maximum allowed value of a user defined priority is {OfUsersMax}");
        }

        FieldChecks.OneOf(created, "preemptionPolicy", FieldPath.Root, errors, "PreemptLowerPriority", "Never");
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        if (updated.Number("value") != old.Number("value"))
        {
            errors.Forbidden(FieldPath.Root["value"], "may not be changed in an update.");
        }
    }
}
