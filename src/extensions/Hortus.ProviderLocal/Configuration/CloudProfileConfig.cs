using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.ProviderLocal.Configuration;

/// <summary><c>spec.providerConfig</c> of profiles of type local: which image machines of a machine image have.</summary>
internal sealed record CloudProfileConfig : ApiType
{
    /// <summary>What <see cref="ApiVersion"/> has to be.</summary>
    public const string ApiVersionValue = "local.provider.extensions.gardener.cloud/v1alpha1";

    /// <summary>What <see cref="Kind"/> has to be.</summary>
    public const string KindValue = "CloudProfileConfig";

    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    /// <summary>The machine images with a container image of their own.</summary>
    public IReadOnlyList<MachineImageMapping>? MachineImages { get; init; }

    /// <summary>Known of Gardener; there are no load balancers here that would need it.</summary>
    public JsonElement? LoadBalancer { get; init; }

    /// <summary>Reads the configuration of a profile; null when it has none.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static CloudProfileConfig? Read(JsonElement? config) => config switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Object } json => KubernetesJson.Deserialize<CloudProfileConfig>(JsonObject.Create(json)!),
        _ => throw new JsonException("want an object"),
    };

    /// <summary>The container image of machines with a machine image; null when the configuration does not say.</summary>
    public string? ImageOf(string name, string? version) => MachineImages?
        .Where(image => image.Name == name)
        .SelectMany(image => image.Versions ?? [])
        .FirstOrDefault(mapping => mapping.Version == version)?.Image is { Length: > 0 } found ? found : null;
}

/// <summary>The container images of a machine image.</summary>
internal sealed record MachineImageMapping : ApiType
{
    /// <summary>Name of the machine image, as in the profile.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<MachineImageVersionMapping>? Versions { get; init; }
}

/// <summary>The container image of one version of a machine image.</summary>
internal sealed record MachineImageVersionMapping : ApiType
{
    /// <summary>The version, as in the profile.</summary>
    public string? Version { get; init; }

    /// <summary>The container image.</summary>
    public string? Image { get; init; }

    /// <summary>Container images by capabilities, for profiles that define capabilities.</summary>
    public IReadOnlyList<MachineImageFlavorMapping>? CapabilityFlavors { get; init; }
}

/// <summary>The container image of one variant of a version.</summary>
internal sealed record MachineImageFlavorMapping : ApiType
{
    /// <summary>The container image.</summary>
    public string? Image { get; init; }

    /// <summary>Values by capability.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Capabilities { get; init; }
}
