using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Gardener.GardenletConfig;

namespace Hortus.Objects;

/// <summary>Serialization metadata of the gardenlet's configuration, made at build time so that start-up does not reflect.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(GardenletConfiguration))]
internal sealed partial class GardenletConfigKindsContext : JsonSerializerContext;
