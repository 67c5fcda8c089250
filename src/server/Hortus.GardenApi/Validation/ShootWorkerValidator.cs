using System.Globalization;
using System.Text.RegularExpressions;
using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>Worker pools of a Shoot.</summary>
internal static partial class ShootWorkerValidator
{
    private const int NameLengthMax = 15;

    public static void Check(ShootSpec spec, FieldPath path, FieldErrors errors)
    {
        if (ShootDefaults.IsWorkerless(spec))
        {
            return;
        }

        var workers = spec.Provider.Workers!;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < workers.Count; i++)
        {
            Pool(workers[i], path[i], errors);
            Version(workers[i], spec.Kubernetes.Version, path[i]["kubernetes"]["version"], errors);
            if (workers[i].Name.Length > 0 && !seen.Add(workers[i].Name))
            {
                errors.Duplicate(path[i]["name"], workers[i].Name);
            }
        }

        if (!workers.Any(CanRunSystemComponents))
        {
            errors.Forbidden(path, "at least one worker pool with maximum > 0 must allow system components");
        }
    }

    private static bool CanRunSystemComponents(Worker worker) =>
        worker.Maximum > 0 && worker.SystemComponents?.Allow != false
        && worker.Taints?.Any(t => t.Effect is "NoSchedule" or "NoExecute") != true;

    private static void Pool(Worker worker, FieldPath path, FieldErrors errors)
    {
        Names.Label(worker.Name, path["name"], errors);
        if (worker.Name.Length > NameLengthMax)
        {
            errors.TooLong(path["name"], NameLengthMax);
        }

        Names.Present(worker.Machine.Type, path["machine"]["type"], errors, "must specify a machine type");
        if (worker.Machine.Image is { } image)
        {
            Names.Present(
                image.Name, path["machine"]["image"]["name"], errors, "must specify the name of the machine image");
        }

        Bounds(worker, path, errors);
        Updates(worker, path, errors);
        Volumes(worker, path, errors);
        ShootKubernetesValidator.Kubelet(worker.Kubernetes?.Kubelet, path["kubernetes"]["kubelet"], errors);
        Names.OneOf(worker.Cri?.Name, path["cri"]["name"], errors, "containerd");
        for (var i = 1; i < (worker.Zones?.Count ?? 0); i++)
        {
            if (worker.Zones!.Take(i).Contains(worker.Zones![i]))
            {
                errors.Duplicate(path["zones"][i], worker.Zones[i]);
            }
        }

        for (var i = 0; i < (worker.Taints?.Count ?? 0); i++)
        {
            var taint = worker.Taints![i];
            Names.Present(taint.Key, path["taints"][i]["key"], errors);
            Names.OneOf(
                taint.Effect, path["taints"][i]["effect"], errors, "NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }

    private static void Bounds(Worker worker, FieldPath path, FieldErrors errors)
    {
        if (worker.Minimum < 0)
        {
            errors.Invalid(path["minimum"], worker.Minimum, "minimum value must not be negative");
        }

        if (worker.Maximum < 0)
        {
            errors.Invalid(path["maximum"], worker.Maximum, "maximum value must not be negative");
        }

        if (worker.Maximum < worker.Minimum)
        {
            errors.Forbidden(path["maximum"], "maximum value must not be less than minimum value");
        }
    }

    private static void Updates(Worker worker, FieldPath path, FieldErrors errors)
    {
        Names.OneOf(worker.UpdateStrategy, path["updateStrategy"], errors,
            WorkerDefaults.AutoRollingUpdate, WorkerDefaults.AutoInPlaceUpdate, WorkerDefaults.ManualInPlaceUpdate);
        var surge = Amount(worker.MaxSurge, path["maxSurge"], errors);
        var unavailable = Amount(worker.MaxUnavailable, path["maxUnavailable"], errors);
        if (surge == 0 && unavailable == 0 && worker.UpdateStrategy != WorkerDefaults.ManualInPlaceUpdate)
        {
            errors.Invalid(
                path["maxUnavailable"], worker.MaxUnavailable?.ToString(), "may not be 0 when `maxSurge` is 0");
        }
    }

    private static int? Amount(IntOrString? value, FieldPath path, FieldErrors errors)
    {
        if (value is not { } amount)
        {
            return null;
        }

        var percent = amount.Text is null ? 0 : Percent(amount.Text);
        if (percent is null || amount.Number is < 0)
        {
            errors.Invalid(path, amount.ToString(), "must be a number of machines or a percentage such as \"25%\"");
            return null;
        }

        return amount.Number ?? percent;
    }

    private static int? Percent(string text) =>
        PercentPattern().Match(text) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : null;

    private static void Volumes(Worker worker, FieldPath path, FieldErrors errors)
    {
        if (worker.Volume is { } volume)
        {
            Size(volume.Size, path["volume"]["size"], errors);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (worker.DataVolumes?.Count ?? 0); i++)
        {
            var data = worker.DataVolumes![i];
            Names.Label(data.Name, path["dataVolumes"][i]["name"], errors);
            Size(data.Size, path["dataVolumes"][i]["size"], errors);
            if (!names.Add(data.Name))
            {
                errors.Duplicate(path["dataVolumes"][i]["name"], data.Name);
            }
        }

        if (worker.KubeletDataVolumeName is { } kubelet && !names.Contains(kubelet))
        {
            errors.Invalid(path["kubeletDataVolumeName"], kubelet, "must be the name of one of the data volumes");
        }
    }

    private static void Size(string size, FieldPath path, FieldErrors errors)
    {
        if (!SizePattern().IsMatch(size))
        {
            errors.Invalid(path, size, @"must match the regex ^(\d)+Gi$");
        }
    }

    private static void Version(Worker worker, string? controlPlane, FieldPath path, FieldErrors errors)
    {
        if (worker.Kubernetes?.Version is not { Length: > 0 } text)
        {
            return;
        }

        if (!SemanticVersion.TryParse(text, out var version))
        {
            errors.Invalid(path, text, "must be a version such as 1.34.2");
        }
        else if (SemanticVersion.TryParse(controlPlane, out var above))
        {
            if (version > above)
            {
                errors.Forbidden(path, "worker group kubernetes version must not be higher than control plane version");
            }
            else if (above.Minor - version.Minor > 3)
            {
                errors.Forbidden(
                    path, "worker group kubernetes version must be at most three minor versions behind control plane "
                        + "version");
            }
        }
    }

    [GeneratedRegex(@"^(\d+)%$", RegexOptions.CultureInvariant)]
    private static partial Regex PercentPattern();

    [GeneratedRegex(@"^\d+Gi$", RegexOptions.CultureInvariant)]
    private static partial Regex SizePattern();
}
