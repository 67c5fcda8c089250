using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Gardener.Authentication;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Objects;

/// <summary>Serialization metadata of the garden's kinds, made at build time so that start-up does not reflect.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Kubernetes.Toleration), TypeInfoPropertyName = "PodToleration")]
[JsonSerializable(typeof(IReadOnlyList<Kubernetes.Toleration>), TypeInfoPropertyName = "PodTolerations")]
[JsonSerializable(typeof(Kubernetes.Volume), TypeInfoPropertyName = "PodVolume")]
[JsonSerializable(typeof(IReadOnlyList<Kubernetes.Volume>), TypeInfoPropertyName = "PodVolumes")]
[JsonSerializable(typeof(Project))]
[JsonSerializable(typeof(KubernetesList<Project>))]
[JsonSerializable(typeof(CloudProfile))]
[JsonSerializable(typeof(KubernetesList<CloudProfile>))]
[JsonSerializable(typeof(NamespacedCloudProfile))]
[JsonSerializable(typeof(KubernetesList<NamespacedCloudProfile>))]
[JsonSerializable(typeof(Seed))]
[JsonSerializable(typeof(KubernetesList<Seed>))]
[JsonSerializable(typeof(Shoot))]
[JsonSerializable(typeof(KubernetesList<Shoot>))]
[JsonSerializable(typeof(ControllerRegistration))]
[JsonSerializable(typeof(KubernetesList<ControllerRegistration>))]
[JsonSerializable(typeof(ControllerDeployment))]
[JsonSerializable(typeof(KubernetesList<ControllerDeployment>))]
[JsonSerializable(typeof(Gardener.Core.V1Beta1.ControllerDeployment), TypeInfoPropertyName = "ControllerDeploymentV1Beta1")]
[JsonSerializable(
    typeof(KubernetesList<Gardener.Core.V1Beta1.ControllerDeployment>), TypeInfoPropertyName = "ControllerDeploymentsV1Beta1")]
[JsonSerializable(
    typeof(IReadOnlyList<Gardener.Core.V1Beta1.ControllerDeployment>), TypeInfoPropertyName = "ControllerDeploymentItemsV1Beta1")]
[JsonSerializable(typeof(ControllerInstallation))]
[JsonSerializable(typeof(KubernetesList<ControllerInstallation>))]
[JsonSerializable(typeof(SecretBinding))]
[JsonSerializable(typeof(KubernetesList<SecretBinding>))]
[JsonSerializable(typeof(BackupBucket))]
[JsonSerializable(typeof(KubernetesList<BackupBucket>))]
[JsonSerializable(typeof(BackupEntry))]
[JsonSerializable(typeof(KubernetesList<BackupEntry>))]
[JsonSerializable(typeof(Quota))]
[JsonSerializable(typeof(KubernetesList<Quota>))]
[JsonSerializable(typeof(ExposureClass))]
[JsonSerializable(typeof(KubernetesList<ExposureClass>))]
[JsonSerializable(typeof(InternalSecret))]
[JsonSerializable(typeof(KubernetesList<InternalSecret>))]
[JsonSerializable(typeof(ShootState))]
[JsonSerializable(typeof(KubernetesList<ShootState>))]
[JsonSerializable(typeof(CredentialsBinding))]
[JsonSerializable(typeof(KubernetesList<CredentialsBinding>))]
[JsonSerializable(typeof(WorkloadIdentity))]
[JsonSerializable(typeof(KubernetesList<WorkloadIdentity>))]
[JsonSerializable(typeof(Gardenlet))]
[JsonSerializable(typeof(KubernetesList<Gardenlet>))]
[JsonSerializable(typeof(ManagedSeed))]
[JsonSerializable(typeof(KubernetesList<ManagedSeed>))]
[JsonSerializable(typeof(ManagedSeedSet))]
[JsonSerializable(typeof(KubernetesList<ManagedSeedSet>))]
[JsonSerializable(typeof(Gardener.Operations.Bastion), TypeInfoPropertyName = "RequestedBastion")]
[JsonSerializable(typeof(KubernetesList<Gardener.Operations.Bastion>))]
[JsonSerializable(typeof(AdminKubeconfigRequest))]
[JsonSerializable(typeof(ViewerKubeconfigRequest))]
[JsonSerializable(typeof(TokenRequest))]
internal sealed partial class GardenerKindsContext : JsonSerializerContext;
