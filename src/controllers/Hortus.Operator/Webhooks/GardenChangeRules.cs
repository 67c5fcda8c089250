using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;

namespace Hortus.Operator.Webhooks;

/// <summary>What of a Garden stays as it is. Pure.</summary>
internal static class GardenChangeRules
{
    private const string Immutable = "field is immutable";

    private static readonly FieldPath Runtime = FieldPath.Root["spec"]["runtimeCluster"];
    private static readonly FieldPath Virtual = FieldPath.Root["spec"]["virtualCluster"];

    public static void Check(Garden garden, Garden old, FieldErrors errors)
    {
        CheckFirstDomain(
            garden.Spec.RuntimeCluster.Ingress.Domains, old.Spec.RuntimeCluster.Ingress.Domains, Runtime["ingress"]["domains"], errors);
        CheckFirstDomain(
            garden.Spec.VirtualCluster.Dns.Domains, old.Spec.VirtualCluster.Dns.Domains, Virtual["dns"]["domains"], errors);
        var (now, before) = (garden.Spec.RuntimeCluster.Networking, old.Spec.RuntimeCluster.Networking);
        CheckRanges(now.Nodes, before.Nodes, Runtime["networking"]["nodes"], errors);
        CheckRanges(now.Pods, before.Pods, Runtime["networking"]["pods"], errors);
        CheckRanges(now.Services, before.Services, Runtime["networking"]["services"], errors);
        CheckRanges(
            garden.Spec.VirtualCluster.Networking.Services,
            old.Spec.VirtualCluster.Networking.Services,
            Virtual["networking"]["services"],
            errors);
        CheckBackup(garden, old, errors);
        CheckVersion(garden.Spec.VirtualCluster.Kubernetes.Version, old.Spec.VirtualCluster.Kubernetes.Version, errors);
        if (old.Spec.VirtualCluster.ControlPlane?.HighAvailability is not null
            && garden.Spec.VirtualCluster.ControlPlane?.HighAvailability is null)
        {
            errors.Invalid(Virtual["controlPlane"]["highAvailability"], null, Immutable + " once it is set");
        }
    }

    // The first domain is in what was issued: tokens of service accounts, kubeconfigs.
    private static void CheckFirstDomain(
        IReadOnlyList<DNSDomain>? now, IReadOnlyList<DNSDomain>? before, FieldPath path, FieldErrors errors)
    {
        if (before is [var old, ..] && now is not [{ } first, ..])
        {
            errors.Required(path, $"the first domain, {old.Name}, must stay");
        }
        else if (before is [{ } was, ..] && now![0].Name != was.Name)
        {
            errors.Invalid(path[0]["name"], now[0].Name, $"{Immutable}: it is {was.Name}");
        }
    }

    private static void CheckRanges(IReadOnlyList<string>? now, IReadOnlyList<string>? before, FieldPath path, FieldErrors errors)
    {
        var (after, old) = (now ?? [], before ?? []);
        if (after.Count < old.Count)
        {
            errors.Forbidden(path, "ranges cannot be removed");
        }

        for (var i = 0; i < Math.Min(after.Count, old.Count); i++)
        {
            if (after[i] != old[i])
            {
                errors.Invalid(path[i], after[i], $"{Immutable}: it is {old[i]}");
            }
        }
    }

    private static void CheckBackup(Garden garden, Garden old, FieldErrors errors)
    {
        if (old.Spec.VirtualCluster.Etcd?.Main?.Backup is not { } before)
        {
            return;
        }

        var path = GardenBackup.Path;
        if (garden.Spec.VirtualCluster.Etcd?.Main?.Backup is not { } now)
        {
            errors.Forbidden(path, "backup must not be deactivated if it was set before");
            return;
        }

        if (now.Provider != before.Provider)
        {
            errors.Invalid(path["provider"], now.Provider, $"{Immutable}: it is {before.Provider}");
        }

        if ((now.BucketName ?? "") != (before.BucketName ?? ""))
        {
            errors.Invalid(path["bucketName"], now.BucketName, Immutable);
        }

        // A region that is not given is the runtime cluster's: neither may move the bucket.
        if (GardenBackup.RegionOf(garden, now) != GardenBackup.RegionOf(old, before))
        {
            errors.Invalid(path["region"], GardenBackup.RegionOf(garden, now), $"{Immutable}: it is {GardenBackup.RegionOf(old, before)}");
        }
    }

    private static void CheckVersion(string now, string before, FieldErrors errors)
    {
        var path = Virtual["kubernetes"]["version"];
        if (!SemanticVersion.TryParse(now, out var version) || !SemanticVersion.TryParse(before, out var old))
        {
            return;
        }

        if (version < old)
        {
            errors.Forbidden(path, $"downgrade from {before} to {now} is not possible");
        }
        else if (version.Major != old.Major || version.Minor > old.Minor + 1)
        {
            errors.Forbidden(path, $"minor versions cannot be skipped: from {before}, {old.Major}.{old.Minor + 1} comes next");
        }
    }
}
