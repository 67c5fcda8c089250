using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>What may not change about a Shoot.</summary>
internal static class ShootChangeValidator
{
    public static void Check(Shoot shoot, Shoot old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        if (old.Metadata.DeletionTimestamp is not null)
        {
            if (!TypedObjects.Same(shoot.Spec, old.Spec))
            {
                errors.Forbidden(path, "cannot update the specification of a cluster that is being deleted");
            }

            return;
        }

        Immutable(shoot.Spec, old.Spec, path, errors);
        KubernetesVersion(
            shoot.Spec.Kubernetes.Version, old.Spec.Kubernetes.Version, path["kubernetes"]["version"], errors);
        WorkerVersions(shoot.Spec, old.Spec, path["provider"]["workers"], errors);
        if (ShootDefaults.IsWorkerless(shoot.Spec) != ShootDefaults.IsWorkerless(old.Spec))
        {
            errors.Forbidden(
                path["provider"]["workers"], "a cluster cannot be switched between with and without workers");
        }

        Hibernation(shoot, old, path["hibernation"]["enabled"], errors);
        Migration(shoot, old, path, errors);
        Operations(shoot, errors);
    }

    /// <summary>Adds the faults of a change of the status.</summary>
    public static void CheckStatus(ShootStatus? status, ShootStatus? old, FieldErrors errors)
    {
        var path = FieldPath.Root["status"];
        Names.Unchanged(status?.Uid, old?.Uid, path["uid"], errors, oncePresent: true);
        Names.Unchanged(status?.TechnicalID, old?.TechnicalID, path["technicalID"], errors, oncePresent: true);
        Names.Unchanged(
            status?.ClusterIdentity, old?.ClusterIdentity, path["clusterIdentity"], errors, oncePresent: true);
    }

    private static void Immutable(ShootSpec spec, ShootSpec old, FieldPath path, FieldErrors errors)
    {
        Names.Unchanged(spec.Region, old.Region, path["region"], errors);
        Names.Unchanged(spec.Provider.Type, old.Provider.Type, path["provider"]["type"], errors);
        Names.Unchanged(spec.ExposureClassName, old.ExposureClassName, path["exposureClassName"], errors);
        Names.Unchanged(spec.Dns?.Domain, old.Dns?.Domain, path["dns"]["domain"], errors, oncePresent: true);
        var networking = path["networking"];
        Names.Unchanged(spec.Networking?.Type, old.Networking?.Type, networking["type"], errors, oncePresent: true);
        Names.Unchanged(spec.Networking?.Pods, old.Networking?.Pods, networking["pods"], errors, oncePresent: true);
        Names.Unchanged(
            spec.Networking?.Services, old.Networking?.Services, networking["services"], errors, oncePresent: true);
        Names.Unchanged(spec.Networking?.Nodes, old.Networking?.Nodes, networking["nodes"], errors, oncePresent: true);
        var mask = spec.Kubernetes.KubeControllerManager?.NodeCIDRMaskSize;
        if (old.Kubernetes.KubeControllerManager?.NodeCIDRMaskSize is { } before && mask != before)
        {
            errors.Invalid(path["kubernetes"]["kubeControllerManager"]["nodeCIDRMaskSize"], mask, "field is immutable");
        }

        if (old.CredentialsBindingName is { Length: > 0 } && string.IsNullOrEmpty(spec.CredentialsBindingName))
        {
            errors.Forbidden(path["credentialsBindingName"], "the field cannot be unset");
        }

        if (old.SecretBindingName is { Length: > 0 } secrets && spec.SecretBindingName != secrets
            && !(string.IsNullOrEmpty(spec.SecretBindingName) && spec.CredentialsBindingName is { Length: > 0 }))
        {
            errors.Invalid(
                path["secretBindingName"], spec.SecretBindingName, "field is immutable; it can give way to credentialsBindingName");
        }

        if (old.CloudProfile is not null && spec.CloudProfile is null)
        {
            errors.Forbidden(path["cloudProfile"], "the field cannot be unset");
        }

        if (old.ControlPlane?.HighAvailability is { } availability
            && spec.ControlPlane?.HighAvailability?.FailureTolerance.Type != availability.FailureTolerance.Type)
        {
            errors.Invalid(path["controlPlane"]["highAvailability"]["failureTolerance"]["type"],
                spec.ControlPlane?.HighAvailability?.FailureTolerance.Type, "field is immutable");
        }
    }

    private static void KubernetesVersion(string? text, string? oldText, FieldPath path, FieldErrors errors)
    {
        if (text == oldText
            || !SemanticVersion.TryParse(text, out var version) || !SemanticVersion.TryParse(oldText, out var old))
        {
            return;
        }

        if (version < old)
        {
            errors.Forbidden(path, $"kubernetes version downgrade is not supported (from {old} to {version})");
        }
        else if (version.Major != old.Major || version.Minor > old.Minor + 1)
        {
            errors.Forbidden(path, $"kubernetes version upgrade cannot skip a minor version (from {old} to {version})");
        }
    }

    private static void WorkerVersions(ShootSpec spec, ShootSpec old, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (spec.Provider.Workers?.Count ?? 0); i++)
        {
            var worker = spec.Provider.Workers![i];
            if (old.Provider.Workers?.FirstOrDefault(w => w.Name == worker.Name) is not { } before)
            {
                continue;
            }

            var from = before.Kubernetes?.Version ?? old.Kubernetes.Version;
            var to = worker.Kubernetes?.Version ?? spec.Kubernetes.Version;
            if (SemanticVersion.TryParse(to, out var version) && SemanticVersion.TryParse(from, out var past)
                && version < past)
            {
                errors.Forbidden(
                    path[i]["kubernetes"]["version"],
                    $"kubernetes version downgrade is not supported (from {past} to {version})");
            }
        }
    }

    private static void Hibernation(Shoot shoot, Shoot old, FieldPath path, FieldErrors errors)
    {
        if (shoot.Spec.Hibernation?.Enabled != true || old.Spec.Hibernation?.Enabled == true)
        {
            return;
        }

        if (old.Status?.Constraints?.FirstOrDefault(
            c => c.Type == GardenerConditions.HibernationPossible) is { } constraint
            && constraint.Status != ConditionStatus.True)
        {
            errors.Forbidden(path, "the constraint HibernationPossible is not True: " + constraint.Message);
        }

        var rotation = old.Status?.Credentials?.Rotation;
        foreach (var (what, phase) in new[]
        {
            ("certificateAuthorities", rotation?.CertificateAuthorities?.Phase),
            ("serviceAccountKey", rotation?.ServiceAccountKey?.Phase),
            ("etcdEncryptionKey", rotation?.EtcdEncryptionKey?.Phase),
        })
        {
            // Half of a rotation happens in the cluster itself, which has to run for it.
            if (phase is "Preparing" or "PreparingWithoutWorkersRollout" or "WaitingForWorkersRollout" or "Completing")
            {
                errors.Forbidden(path, $"the cluster cannot be hibernated while the rotation of {what} is in phase {phase}");
            }
        }
    }

    private static void Migration(Shoot shoot, Shoot old, FieldPath path, FieldErrors errors)
    {
        var moving =
            old.Status?.LastOperation is { Type: LastOperationType.Migrate or LastOperationType.Restore } operation
            && operation.State != LastOperationState.Succeeded;
        if (moving && !TypedObjects.Same(shoot.Spec, old.Spec))
        {
            errors.Forbidden(path, "cannot change the specification while the control plane moves to another seed");
        }
    }

    private static void Operations(Shoot shoot, FieldErrors errors)
    {
        var path = FieldPath.Root["metadata"]["annotations"].Key(GardenerAnnotations.Operation);
        foreach (var operation in ShootOperations.Of(shoot))
        {
            if (!ShootOperations.IsKnown(operation))
            {
                errors.NotSupported(path, operation, ShootOperations.Known);
            }
        }
    }
}
