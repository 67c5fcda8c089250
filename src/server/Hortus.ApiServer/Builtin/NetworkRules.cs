using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Checks of network policies.</summary>
internal static class NetworkRules
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    public static void Check(JsonObject policy, FieldErrors errors)
    {
        var spec = policy.Map("spec") ?? [];
        FieldChecks.Labels(spec.Map("podSelector", "matchLabels"), Spec["podSelector"]["matchLabels"], errors);
        var types = spec.TextList("policyTypes");
        for (var i = 0; i < types.Count; i++)
        {
            if (types[i] is not ("Ingress" or "Egress"))
            {
                errors.NotSupported(Spec["policyTypes"][i], types[i], ["Ingress", "Egress"]);
            }
        }

        foreach (var (direction, peers) in new[] { ("ingress", "from"), ("egress", "to") })
        {
            var index = 0;
            foreach (var rule in spec.Items(direction))
            {
                CheckRule(rule, peers, Spec[direction][index++], errors);
            }
        }
    }

    private static void CheckRule(JsonObject rule, string peers, FieldPath path, FieldErrors errors)
    {
        var index = 0;
        foreach (var port in rule.Items("ports"))
        {
            var at = path["ports"][index++];
            FieldChecks.OneOf(port, "protocol", at, errors, "TCP", "UDP", "SCTP");
            FieldChecks.Port(port, "port", at, errors);
        }

        index = 0;
        foreach (var peer in rule.Items(peers))
        {
            var at = path[peers][index++];
            if (peer.Map("ipBlock") is { } block)
            {
                CheckBlock(block, at["ipBlock"], errors);
            }
            else if (peer.Map("podSelector") is null && peer.Map("namespaceSelector") is null)
            {
                errors.Required(at, "must specify a peer");
            }
        }
    }

    private static void CheckBlock(JsonObject block, FieldPath path, FieldErrors errors)
    {
        var range = block.Text("cidr") ?? "";
        if (range.Length == 0)
        {
            errors.Required(path["cidr"]);
            return;
        }

        if (!FieldChecks.TryRange(range, out var whole))
        {
            errors.Invalid(path["cidr"], range, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            return;
        }

        var index = 0;
        foreach (var hole in block.TextList("except"))
        {
            var at = path["except"][index++];
            if (!FieldChecks.TryRange(hole, out var part))
            {
                errors.Invalid(at, hole, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            }
            else if (!whole.Contains(part.BaseAddress) || part.PrefixLength <= whole.PrefixLength)
            {
                errors.Invalid(at, hole, "must be a strict subset of `cidr`");
            }
        }
    }
}

/// <summary>Checks of cron jobs.</summary>
internal static class CronRules
{
    private const int Fields = 5;
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    public static void Check(JsonObject spec, FieldErrors errors)
    {
        var schedule = spec.Text("schedule") ?? "";
        if (schedule.Length == 0)
        {
            errors.Required(Spec["schedule"]);
        }
        else if (schedule[0] != '@' && schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { } fields
            && fields.Count(field => !field.Contains('=', StringComparison.Ordinal)) != Fields)
        {
            errors.Invalid(Spec["schedule"], schedule, $"expected exactly {Fields} fields, found {fields.Length}");
        }

        FieldChecks.NonNegative(spec, Spec, errors,
            "startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit");
        var template = spec.Map("jobTemplate", "spec", "template", "spec") ?? [];
        if (template.Text("restartPolicy") is not ("OnFailure" or "Never"))
        {
            errors.Required(Spec["jobTemplate"]["spec"]["template"]["spec"]["restartPolicy"],
                "valid values: \"OnFailure\", \"Never\"");
        }
    }
}

/// <summary>Ingresses: paths and where they lead.</summary>
internal sealed class IngressStrategy : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var spec = created.Map("spec") ?? [];
        if (!spec.Items("rules").Any() && spec.Map("defaultBackend") is null)
        {
            errors.Invalid(Spec, "", "either `defaultBackend` or `rules` must be specified");
        }

        CheckBackend(spec.Map("defaultBackend"), Spec["defaultBackend"], errors);
        var index = 0;
        foreach (var rule in spec.Items("rules"))
        {
            var at = Spec["rules"][index++];
            var host = rule.Text("host") ?? "";
            FieldChecks.Subdomain(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host, at["host"], errors);
            var number = 0;
            foreach (var path in rule.Items("http", "paths"))
            {
                var pathAt = at["http"]["paths"][number++];
                if (path.Text("path") is { Length: > 0 } text && text[0] != '/')
                {
                    errors.Invalid(pathAt["path"], text, "must be an absolute path");
                }

                if (string.IsNullOrEmpty(path.Text("pathType")))
                {
                    errors.Required(pathAt["pathType"], "pathType must be specified");
                }

                CheckBackend(path.Map("backend") ?? [], pathAt["backend"], errors);
            }
        }
    }

    private static void CheckBackend(JsonObject? backend, FieldPath path, FieldErrors errors)
    {
        if (backend?.Map("service") is { } service)
        {
            var name = service.Text("port", "name");
            if (string.IsNullOrEmpty(name) && service.Number("port", "number") is null or 0)
            {
                errors.Required(path, "port name or number is required");
            }
            else if (!string.IsNullOrEmpty(name) && service.Number("port", "number") is > 0)
            {
                errors.Invalid(path, "", "cannot set both port name & port number");
            }
        }
        else if (backend is not null && backend["resource"] is null)
        {
            errors.Invalid(path, "", "resource or service backend is required");
        }
    }
}
