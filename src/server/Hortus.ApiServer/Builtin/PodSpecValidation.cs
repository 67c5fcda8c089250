using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Checks of pod specs, for pods and pod templates alike.</summary>
internal static class PodSpecValidation
{
    private static readonly string[] RestartPolicies = ["Always", "OnFailure", "Never"];

    /// <param name="spec">The pod spec.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Takes the faults.</param>
    /// <param name="claimedVolumes">Volumes that a StatefulSet adds for its claim templates.</param>
    public static void Check(
        JsonObject spec, FieldPath path, FieldErrors errors, IEnumerable<string>? claimedVolumes = null)
    {
        var volumes = CheckVolumes(spec, path["volumes"], errors);
        volumes.UnionWith(claimedVolumes ?? []);
        if (!spec.Items("containers").Any())
        {
            errors.Required(path["containers"]);
        }

        var names = new HashSet<string>();
        foreach (var field in new[] { "initContainers", "containers", "ephemeralContainers" })
        {
            var index = 0;
            foreach (var container in spec.Items(field))
            {
                CheckContainer(container, path[field][index++], names, volumes, errors);
            }
        }

        PodSpecRules.Check(spec, path, errors);
        if (spec.Text("restartPolicy") is { } policy && !RestartPolicies.Contains(policy))
        {
            errors.NotSupported(path["restartPolicy"], policy, RestartPolicies);
        }

        if (spec.Number("activeDeadlineSeconds") is < 1 and { } deadline)
        {
            errors.Invalid(path["activeDeadlineSeconds"], deadline, "must be between 1 and 2147483647, inclusive");
        }
    }

    private static HashSet<string> CheckVolumes(JsonObject spec, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>();
        var index = 0;
        foreach (var volume in spec.Items("volumes"))
        {
            CheckName(volume.Text("name"), path[index++]["name"], names, errors);
        }

        return names;
    }

    private static void CheckName(string? name, FieldPath path, HashSet<string> names, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(name))
        {
            errors.Required(path);
        }
        else if (!Names.IsLabel(name))
        {
            errors.Invalid(path, name, Names.LabelRule);
        }
        else if (!names.Add(name))
        {
            errors.Duplicate(path, name);
        }
    }

    private static void CheckContainer(
        JsonObject container, FieldPath path, HashSet<string> names, HashSet<string> volumes, FieldErrors errors)
    {
        CheckName(container.Text("name"), path["name"], names, errors);
        if (string.IsNullOrWhiteSpace(container.Text("image")))
        {
            errors.Required(path["image"]);
        }

        CheckMounts(container, path["volumeMounts"], volumes, errors);
        var index = 0;
        foreach (var port in container.Items("ports"))
        {
            var portPath = path["ports"][index++];
            if (port.Number("containerPort") is null or 0)
            {
                errors.Required(portPath["containerPort"]);
            }
            else if (port.Number("containerPort") is not (>= 1 and <= 65535))
            {
                errors.Invalid(portPath["containerPort"], port.Number("containerPort")
                    ?? 0, "must be between 1 and 65535, inclusive");
            }

            if (port.Number("hostPort") is < 0 or > 65535)
            {
                errors.Invalid(portPath["hostPort"], port.Number("hostPort"), "must be between 1 and 65535, inclusive");
            }
        }

        index = 0;
        foreach (var variable in container.Items("env"))
        {
            var envPath = path["env"][index++];
            if (string.IsNullOrEmpty(variable.Text("name")))
            {
                errors.Required(envPath["name"]);
            }

            if (!string.IsNullOrEmpty(variable.Text("value")) && variable["valueFrom"] is not null)
            {
                errors.Invalid(envPath["valueFrom"], "", "may not be specified when `value` is not empty");
            }
        }
    }

    private static void CheckMounts(JsonObject container, FieldPath path, HashSet<string> volumes, FieldErrors errors)
    {
        var targets = new HashSet<string>();
        var index = 0;
        foreach (var mount in container.Items("volumeMounts"))
        {
            var mountPath = path[index++];
            var name = mount.Text("name") ?? "";
            if (name.Length == 0)
            {
                errors.Required(mountPath["name"]);
            }
            else if (!volumes.Contains(name))
            {
                errors.NotFound(mountPath["name"], name);
            }

            var target = mount.Text("mountPath") ?? "";
            if (target.Length == 0)
            {
                errors.Required(mountPath["mountPath"]);
            }
            else if (!targets.Add(target))
            {
                errors.Invalid(mountPath["mountPath"], target, "must be unique");
            }
        }
    }
}
