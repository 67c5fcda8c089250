using System.Text.Json;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>Container runtime of a node.</summary>
public sealed record CRIConfig : ApiType
{
    /// <summary>Name of the runtime.</summary>
    [Required, AllowedValues("containerd")]
    public string Name { get => field ?? ""; init; }

    /// <summary>cgroupfs or systemd.</summary>
    public string? CgroupDriver { get; init; }

    /// <summary>Settings of containerd.</summary>
    public ContainerdConfig? Containerd { get; init; }
}

/// <summary>Settings of containerd.</summary>
public sealed record ContainerdConfig : ApiType
{
    /// <summary>Registry mirrors.</summary>
    [PatchStrategy(Merge = true, MergeKey = "upstream")]
    public IReadOnlyList<RegistryConfig>? Registries { get; init; }

    /// <summary>Image of the pause container.</summary>
    [Required]
    public string SandboxImage { get => field ?? ""; init; }

    /// <summary>Settings of plug-ins.</summary>
    public IReadOnlyList<PluginConfig>? Plugins { get; init; }
}

/// <summary>Settings of a containerd plug-in.</summary>
public sealed record PluginConfig : ApiType
{
    /// <summary>add or remove; add when absent.</summary>
    public string? Op { get; init; }

    /// <summary>Path of the setting in the configuration file.</summary>
    [Required]
    public IReadOnlyList<string> Path { get => field ??= []; init; }

    /// <summary>The settings.</summary>
    [PreserveUnknownFields]
    public JsonElement? Values { get; init; }
}

/// <summary>Mirrors of an image registry.</summary>
public sealed record RegistryConfig : ApiType
{
    /// <summary>The registry whose images are mirrored.</summary>
    [Required]
    public string Upstream { get => field ?? ""; init; }

    /// <summary>Where images come from when no host answers.</summary>
    public string? Server { get; init; }

    /// <summary>Mirrors in the order they are tried.</summary>
    [PatchStrategy(Merge = true, MergeKey = "url")]
    public IReadOnlyList<RegistryHost>? Hosts { get; init; }

    /// <summary>Whether mirrors must answer before they are used.</summary>
    public bool? ReadinessProbe { get; init; }
}

/// <summary>A registry mirror.</summary>
public sealed record RegistryHost : ApiType
{
    /// <summary>URL of the mirror.</summary>
    [Required]
    public string Url { get => field ?? ""; init; }

    /// <summary>pull, resolve or push; pull and resolve when absent.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>Paths of certificates on the node.</summary>
    public IReadOnlyList<string>? CaCerts { get; init; }

    /// <summary>Whether the path of the URL replaces the API's own.</summary>
    public bool? OverridePath { get; init; }
}
