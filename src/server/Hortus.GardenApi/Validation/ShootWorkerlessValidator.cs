using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>What a Shoot without worker pools must not have.</summary>
internal static class ShootWorkerlessValidator
{
    private const string Reason = "must not be set for a cluster without workers";

    public static void Check(ShootSpec spec, FieldPath path, FieldErrors errors)
    {
        if (!ShootDefaults.IsWorkerless(spec))
        {
            return;
        }

        foreach (var (field, value) in Fields(spec, path))
        {
            if (value is not null and not "")
            {
                errors.Forbidden(field, Reason);
            }
        }
    }

    private static (FieldPath Field, object? Value)[] Fields(ShootSpec spec, FieldPath path)
    {
        var kubernetes = path["kubernetes"];
        return
        [
            (path["credentialsBindingName"], spec.CredentialsBindingName),
            (path["secretBindingName"], spec.SecretBindingName),
            (path["provider"]["infrastructureConfig"], spec.Provider.InfrastructureConfig),
            (path["provider"]["controlPlaneConfig"], spec.Provider.ControlPlaneConfig),
            (path["provider"]["workersSettings"], spec.Provider.WorkersSettings),
            (path["networking"]["type"], spec.Networking?.Type),
            (path["networking"]["pods"], spec.Networking?.Pods),
            (path["networking"]["nodes"], spec.Networking?.Nodes),
            (path["networking"]["providerConfig"], spec.Networking?.ProviderConfig),
            (path["addons"], spec.Addons),
            (path["systemComponents"], spec.SystemComponents),
            (kubernetes["kubelet"], spec.Kubernetes.Kubelet),
            (kubernetes["kubeProxy"], spec.Kubernetes.KubeProxy),
            (kubernetes["kubeScheduler"], spec.Kubernetes.KubeScheduler),
            (kubernetes["clusterAutoscaler"], spec.Kubernetes.ClusterAutoscaler),
            (kubernetes["verticalPodAutoscaler"], spec.Kubernetes.VerticalPodAutoscaler),
        ];
    }
}
