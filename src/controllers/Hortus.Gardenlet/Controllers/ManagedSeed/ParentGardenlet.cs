using System.Text.Json.Nodes;

namespace Hortus.Gardenlet;

/// <summary>What a gardenlet hands down to those that it deploys in managed seeds.</summary>
internal sealed record ParentGardenlet
{
    /// <summary>Its configuration as it was written.</summary>
    public JsonObject Configuration { get; init; } = [];

    /// <summary>The text that replaces images built in; null for none.</summary>
    public string? ImageVectorOverwrite { get; init; }
}
