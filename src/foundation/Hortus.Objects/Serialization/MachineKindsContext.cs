using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.Objects;

/// <summary>Serialization metadata of the machine kinds, made at build time so that start-up does not
/// reflect.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Machine))]
[JsonSerializable(typeof(KubernetesList<Machine>))]
[JsonSerializable(typeof(MachineSet))]
[JsonSerializable(typeof(KubernetesList<MachineSet>))]
[JsonSerializable(typeof(MachineDeployment))]
[JsonSerializable(typeof(KubernetesList<MachineDeployment>))]
[JsonSerializable(typeof(MachineClass))]
[JsonSerializable(typeof(KubernetesList<MachineClass>))]
internal sealed partial class MachineKindsContext : JsonSerializerContext;
