using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Gardener.Operator;

namespace Hortus.Objects;

/// <summary>Serialization metadata of the operator's kinds, made at build time so that start-up does not
/// reflect.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Gardener.Core.Gardener), TypeInfoPropertyName = "GardenerInstance")]
[JsonSerializable(typeof(Garden))]
[JsonSerializable(typeof(KubernetesList<Garden>))]
[JsonSerializable(typeof(Extension))]
[JsonSerializable(typeof(KubernetesList<Extension>))]
internal sealed partial class OperatorKindsContext : JsonSerializerContext;
