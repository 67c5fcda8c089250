using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of credentials and what limits and exposes shoots: bindings, quotas, exposure classes,
/// identities.</summary>
internal static class CredentialsValidator
{
    public static void Check(SecretBinding binding, FieldErrors errors)
    {
        Names.Present(binding.SecretRef.Name, FieldPath.Root["secretRef"]["name"], errors);
        Quotas(binding.Quotas, errors);
        Names.Present(
            binding.Provider?.Type, FieldPath.Root["provider"]["type"], errors, "must specify a provider type");
    }

    public static void CheckChange(SecretBinding binding, SecretBinding old, FieldErrors errors)
    {
        var path = FieldPath.Root["secretRef"];
        Names.Unchanged(binding.SecretRef.Name, old.SecretRef.Name, path["name"], errors);
        Names.Unchanged(
            binding.SecretRef.Namespace, old.SecretRef.Namespace, path["namespace"], errors, oncePresent: true);
        Names.Unchanged(
            binding.Provider?.Type, old.Provider?.Type, FieldPath.Root["provider"]["type"], errors, oncePresent: true);
    }

    public static void Check(CredentialsBinding binding, FieldErrors errors)
    {
        var path = FieldPath.Root["credentialsRef"];
        Names.Present(
            binding.Provider.Type, FieldPath.Root["provider"]["type"], errors, "must specify a provider type");
        Names.Present(binding.CredentialsRef.Name, path["name"], errors);
        var kind = (binding.CredentialsRef.ApiVersion, binding.CredentialsRef.Kind);
        if (kind is not (("v1", "Secret") or ("core.gardener.cloud/v1beta1", "InternalSecret")
            or ("security.gardener.cloud/v1alpha1", "WorkloadIdentity")))
        {
            errors.NotSupported(path, $"{kind.ApiVersion}, Kind={kind.Kind}",
            [
                "/v1, Kind=Secret", "core.gardener.cloud/v1beta1, Kind=InternalSecret",
                "security.gardener.cloud/v1alpha1, Kind=WorkloadIdentity",
            ]);
        }

        Quotas(binding.Quotas, errors);
    }

    public static void CheckChange(CredentialsBinding binding, CredentialsBinding old, FieldErrors errors)
    {
        if (!TypedObjects.Same(binding.CredentialsRef, old.CredentialsRef))
        {
            errors.Invalid(FieldPath.Root["credentialsRef"], binding.CredentialsRef.Name, "field is immutable");
        }

        Names.Unchanged(binding.Provider.Type, old.Provider.Type, FieldPath.Root["provider"]["type"], errors);
    }

    public static void Check(WorkloadIdentity identity, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        if (identity.Spec.Audiences.Count == 0)
        {
            errors.Required(path["audiences"], "must provide at least one audience");
        }

        Names.Present(
            identity.Spec.TargetSystem.Type, path["targetSystem"]["type"], errors, "must specify a target system type");
    }

    public static void CheckChange(WorkloadIdentity identity, WorkloadIdentity old, FieldErrors errors) =>
        Names.Unchanged(
            identity.Spec.TargetSystem.Type, old.Spec.TargetSystem.Type,
            FieldPath.Root["spec"]["targetSystem"]["type"], errors);

    public static void Check(Quota quota, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var scope = (quota.Spec.Scope.ApiVersion, quota.Spec.Scope.Kind);
        if (scope is not (("core.gardener.cloud/v1beta1", "Project") or ("v1", "Secret")
            or ("security.gardener.cloud/v1alpha1", "WorkloadIdentity")))
        {
            errors.NotSupported(path["scope"], scope.Kind, ["Project", "Secret", "WorkloadIdentity"]);
        }

        foreach (var (name, amount) in quota.Spec.Metrics ?? new Dictionary<string, Quantity>())
        {
            if (amount.MilliValue < 0)
            {
                errors.Invalid(path["metrics"].Key(name), amount.Text, "must be greater than or equal to 0");
            }
        }

        if (quota.Spec.ClusterLifetimeDays is < 1)
        {
            errors.Invalid(path["clusterLifetimeDays"], quota.Spec.ClusterLifetimeDays, "must be greater than 0");
        }
    }

    public static void CheckChange(Quota quota, Quota old, FieldErrors errors)
    {
        if (!TypedObjects.Same(quota.Spec.Scope, old.Spec.Scope))
        {
            errors.Invalid(FieldPath.Root["spec"]["scope"], quota.Spec.Scope.Kind, "field is immutable");
        }
    }

    public static void Check(ExposureClass exposure, FieldErrors errors) =>
        Names.Label(exposure.Handler, FieldPath.Root["handler"], errors);

    public static void CheckChange(ExposureClass exposure, ExposureClass old, FieldErrors errors) =>
        Names.Unchanged(exposure.Handler, old.Handler, FieldPath.Root["handler"], errors);

    public static void CheckChange(InternalSecret secret, InternalSecret old, FieldErrors errors)
    {
        Names.Unchanged(secret.Type, old.Type, FieldPath.Root["type"], errors);
        if (old.Immutable == true && (secret.Immutable != true || !SameData(secret.Data, old.Data)))
        {
            errors.Forbidden(FieldPath.Root["data"], "field is immutable when `immutable` is set");
        }
    }

    private static bool SameData(
        IReadOnlyDictionary<string, byte[]>? left, IReadOnlyDictionary<string, byte[]>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0)
        && (left ?? new Dictionary<string, byte[]>()).All(e =>
            right!.TryGetValue(e.Key, out var other) && e.Value.AsSpan().SequenceEqual(other));

    private static void Quotas(IReadOnlyList<ObjectReference>? quotas, FieldErrors errors)
    {
        for (var i = 0; i < (quotas?.Count ?? 0); i++)
        {
            Names.Present(quotas![i].Name, FieldPath.Root["quotas"][i]["name"], errors);
        }
    }
}
