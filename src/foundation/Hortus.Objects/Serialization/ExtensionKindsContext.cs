using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Resources;

namespace Hortus.Objects;

/// <summary>Serialization metadata of the kinds of extensions and managed resources, made at build time so that
/// start-up does not reflect.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(BackupBucket))]
[JsonSerializable(typeof(KubernetesList<BackupBucket>))]
[JsonSerializable(typeof(BackupEntry))]
[JsonSerializable(typeof(KubernetesList<BackupEntry>))]
[JsonSerializable(typeof(Bastion))]
[JsonSerializable(typeof(KubernetesList<Bastion>))]
[JsonSerializable(typeof(Cluster))]
[JsonSerializable(typeof(KubernetesList<Cluster>))]
[JsonSerializable(typeof(ContainerRuntime))]
[JsonSerializable(typeof(KubernetesList<ContainerRuntime>))]
[JsonSerializable(typeof(ControlPlane))]
[JsonSerializable(typeof(KubernetesList<ControlPlane>))]
[JsonSerializable(typeof(DNSRecord))]
[JsonSerializable(typeof(KubernetesList<DNSRecord>))]
[JsonSerializable(typeof(Extension))]
[JsonSerializable(typeof(KubernetesList<Extension>))]
[JsonSerializable(typeof(Infrastructure))]
[JsonSerializable(typeof(KubernetesList<Infrastructure>))]
[JsonSerializable(typeof(Network))]
[JsonSerializable(typeof(KubernetesList<Network>))]
[JsonSerializable(typeof(OperatingSystemConfig))]
[JsonSerializable(typeof(KubernetesList<OperatingSystemConfig>))]
[JsonSerializable(typeof(SelfHostedShootExposure))]
[JsonSerializable(typeof(KubernetesList<SelfHostedShootExposure>))]
[JsonSerializable(typeof(Worker))]
[JsonSerializable(typeof(KubernetesList<Worker>))]
[JsonSerializable(typeof(ManagedResource))]
[JsonSerializable(typeof(KubernetesList<ManagedResource>))]
internal sealed partial class ExtensionKindsContext : JsonSerializerContext;
