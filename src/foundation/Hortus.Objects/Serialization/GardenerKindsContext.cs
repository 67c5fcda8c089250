using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hortus.Objects;

/// <summary>Serialization metadata of the Gardener kinds, made at build time so that start-up does not reflect.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class GardenerKindsContext : JsonSerializerContext;
