using System.Text.Json.Nodes;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.SystemComponents;

/// <summary>Where system components run, read from the flags.</summary>
internal sealed record SystemComponentsSettings
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    /// <summary>Labels of the nodes.</summary>
    public required IReadOnlyDictionary<string, string> Nodes { get; init; }

    /// <summary>Node selector that pods get.</summary>
    public required IReadOnlyDictionary<string, string> NodeSelector { get; init; }

    /// <summary>Tolerations that pods get.</summary>
    public required IReadOnlyList<JsonObject> Tolerations { get; init; }

    /// <summary>Reads the flags.</summary>
    /// <exception cref="SettingException">A toleration cannot be read.</exception>
    public static SystemComponentsSettings Of(ResourceManagerOptions options) => new()
    {
        Nodes = options.SystemComponentsNodeSelector,
        NodeSelector = options.SystemComponentsPodNodeSelector,
        Tolerations = [.. options.SystemComponentsPodTolerations.Select(TolerationOf)],
    };

    /// <summary>Tolerates a taint written as <c>key[=value][:effect]</c>, like kubectl writes it.</summary>
    private static JsonObject TolerationOf(string text)
    {
        var colon = text.LastIndexOf(':');
        var effect = colon < 0 ? "" : text[(colon + 1)..];
        var taint = colon < 0 ? text : text[..colon];
        var equals = taint.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? taint : taint[..equals];
        return key.Length > 0 && (colon < 0 || Effects.Contains(effect))
            ? PodPlacement.Toleration(key, equals < 0 ? "" : taint[(equals + 1)..], effect)
            : throw new SettingException(
                "--system-components-pod-tolerations: want key[=value][:effect] with effect "
                + $"{string.Join(", ", Effects)}, found \"{text}\"");
    }
}
