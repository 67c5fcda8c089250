using System.Text.Json;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>What every extension object asks for.</summary>
/// <remarks>A class that is absent means shoot. The field's own rule runs only when it was there before and still is, so the
/// structure's rule keeps an object from changing hands by the field's coming or going.</remarks>
[CelRule(
    "has(oldSelf.class) ? has(self.class) : !has(self.class) || self.class == 'shoot'",
    "Value is immutable",
    FieldPath = ".class")]
public abstract record DefaultSpec : ApiType
{
    /// <summary>Type of the extension that serves the object.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Which kind of cluster the object belongs to: shoot (when absent), seed or garden; fixed.</summary>
    [CelRule("self == oldSelf", "Value is immutable")]
    public string? Class { get; init; }

    /// <summary>Configuration for the extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }
}

/// <summary>What every extension reports.</summary>
public abstract record DefaultStatus : ApiType
{
    /// <summary>What only this type of extension reports.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderStatus { get; init; }

    /// <summary>Health of what the extension keeps.</summary>
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>The last fault; absent after a success.</summary>
    public LastError? LastError { get; init; }

    /// <summary>The last operation.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>What must survive a move to another seed.</summary>
    [PreserveUnknownFields]
    public JsonElement? State { get; init; }

    /// <summary>Resources that the state refers to.</summary>
    public IReadOnlyList<NamedResourceReference>? Resources { get; init; }
}
