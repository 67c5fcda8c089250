using System.Net;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Further checks of pod specs: what belongs to the pod as a whole, volumes, resources and probes.</summary>
internal static class PodSpecRules
{
    private static readonly string[] Handlers = ["exec", "httpGet", "tcpSocket", "grpc"];

    public static void Check(JsonObject spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Text("dnsPolicy") == "None" && spec.Map("dnsConfig") is null)
        {
            errors.Required(path["dnsConfig"], "must provide `dnsConfig` when `dnsPolicy` is None");
        }

        FieldChecks.Labels(spec.Map("nodeSelector"), path["nodeSelector"], errors);
        FieldChecks.Label(spec.Text("hostname"), path["hostname"], errors);
        FieldChecks.Label(spec.Text("subdomain"), path["subdomain"], errors);
        FieldChecks.Subdomain(spec.Text("serviceAccountName"), path["serviceAccountName"], errors);
        var index = 0;
        foreach (var toleration in spec.Items("tolerations"))
        {
            CheckToleration(toleration, path["tolerations"][index++], errors);
        }

        index = 0;
        foreach (var alias in spec.Items("hostAliases"))
        {
            var at = path["hostAliases"][index++];
            if (!IPAddress.TryParse(alias.Text("ip"), out _))
            {
                errors.Invalid(at["ip"], alias.Text("ip") ?? "", "must be a valid IP address");
            }
        }

        CheckVolumes(spec, path["volumes"], errors);
        foreach (var field in new[] { "initContainers", "containers" })
        {
            index = 0;
            foreach (var container in spec.Items(field))
            {
                CheckContainer(container, path[field][index++], spec.Flag("hostNetwork") == true, errors);
            }
        }
    }

    private static void CheckVolumes(JsonObject spec, FieldPath path, FieldErrors errors)
    {
        var index = 0;
        foreach (var volume in spec.Items("volumes"))
        {
            var at = path[index++];
            foreach (var second in volume.Where(s => s.Key != "name" && s.Value is not null).Skip(1))
            {
                errors.Forbidden(at[second.Key], "may not specify more than 1 volume type");
            }

            foreach (var (sort, field) in new[] { ("secret", "secretName"), ("configMap", "name"), ("hostPath", "path") })
            {
                if (volume.Map(sort) is { } source && string.IsNullOrEmpty(source.Text(field)))
                {
                    errors.Required(at[sort][field]);
                }
            }
        }
    }

    private static void CheckToleration(JsonObject toleration, FieldPath path, FieldErrors errors)
    {
        var form = toleration.Text("operator") ?? "Equal";
        if (string.IsNullOrEmpty(toleration.Text("key")) && form != "Exists")
        {
            errors.Invalid(path["operator"], form,
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        else if (form == "Exists" && !string.IsNullOrEmpty(toleration.Text("value")))
        {
            errors.Invalid(path["operator"], form, "value must be empty when `operator` is 'Exists'");
        }

        FieldChecks.OneOf(toleration, "effect", path, errors, "NoSchedule", "PreferNoSchedule", "NoExecute");
    }

    private static void CheckContainer(JsonObject container, FieldPath path, bool isHostNetwork, FieldErrors errors)
    {
        CheckResources(container.Map("resources") ?? [], path["resources"], errors);
        var names = new HashSet<string>();
        var index = 0;
        foreach (var port in container.Items("ports"))
        {
            var at = path["ports"][index++];
            FieldChecks.OneOf(port, "protocol", at, errors, "SCTP", "TCP", "UDP");
            if (port.Text("name") is { Length: > 0 } name && !names.Add(name))
            {
                errors.Duplicate(at["name"], name);
            }

            if (isHostNetwork && port.Number("hostPort") is { } outside && outside != port.Number("containerPort"))
            {
                errors.Invalid(at["containerPort"], port.Number("containerPort"),
                    "must match `hostPort` when `hostNetwork` is true");
            }
        }

        foreach (var name in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
        {
            if (container.Map(name) is { } probe)
            {
                CheckProbe(probe, path[name], name != "readinessProbe", errors);
            }
        }
    }

    private static void CheckProbe(JsonObject probe, FieldPath path, bool isOnce, FieldErrors errors)
    {
        var given = Handlers.Where(handler => probe.Map(handler) is not null).ToList();
        if (given.Count == 0)
        {
            errors.Required(path, "must specify a handler type");
        }

        foreach (var handler in given.Skip(1))
        {
            errors.Forbidden(path[handler], "may not specify more than 1 handler type");
        }

        FieldChecks.NonNegative(probe, path, errors,
            "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold");
        if (isOnce && probe.Number("successThreshold") is { } threshold and not 1 and >= 0)
        {
            errors.Invalid(path["successThreshold"], threshold, "must be 1");
        }
    }

    private static void CheckResources(JsonObject resources, FieldPath path, FieldErrors errors)
    {
        var limits = resources.Map("limits");
        foreach (var field in new[] { "limits", "requests" })
        {
            foreach (var (name, value) in resources.Map(field) ?? [])
            {
                if (!Quantity.TryParse(value?.ToString(), out var amount))
                {
                    continue;
                }

                if (amount.Text.StartsWith('-'))
                {
                    errors.Invalid(path[field].Key(name), amount.Text, "must be greater than or equal to 0");
                }
                else if (field == "requests" && Quantity.TryParse(limits?[name]?.ToString(), out var limit) && amount > limit)
                {
                    errors.Invalid(path[field], amount.Text, $"must be less than or equal to {name} limit of {limit.Text}");
                }
            }
        }
    }
}
