using System.Globalization;
using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>What the annotations of a Service say about who may talk to its pods.</summary>
internal sealed record ServiceTraffic
{
    private const string ProtocolDefault = "TCP";

    /// <summary>Namespaces that may talk to it beside its own.</summary>
    public required IReadOnlyList<LabelSelectorMatcher> Namespaces { get; init; }

    /// <summary>Stands for its namespace in labels; null means the namespace's name.</summary>
    public string? NamespaceAlias { get; init; }

    /// <summary>Ports for pods with the label of an alias.</summary>
    public required IReadOnlyList<(string Alias, NetworkPolicyPort Port)> Aliases { get; init; }

    /// <summary>Ports for everybody; null means none, empty means all.</summary>
    public IReadOnlyList<NetworkPolicyPort>? World { get; init; }

    /// <summary>Reads the annotations.</summary>
    /// <exception cref="AnnotationException">One of them is not what it should be.</exception>
    public static ServiceTraffic Of(Service service)
    {
        var annotations = service.Metadata.Annotations ?? new Dictionary<string, string>();
        return new ServiceTraffic
        {
            Namespaces = annotations.TryGetValue(NetworkingNames.NamespaceSelectors, out var selectors) ? SelectorsOf(selectors) : [],
            NamespaceAlias = service.Metadata.Annotation(NetworkingNames.NamespaceAlias),
            Aliases = [.. annotations.OrderBy(a => a.Key, StringComparer.Ordinal).SelectMany(a => PortsOfAlias(a.Key, a.Value))],
            World = annotations.TryGetValue(NetworkingNames.FromWorldToPorts, out var world)
                ? PortsOf(NetworkingNames.FromWorldToPorts, world, isNumberNeeded: false)
                : null,
        };
    }

    /// <summary>The ports of the pods behind a Service.</summary>
    public static IEnumerable<NetworkPolicyPort> PortsOf(Service service) => (service.Spec.Ports ?? []).Select(PortOf);

    /// <summary>The port of the pods behind a port of a Service: a name stays a name, because pods may use different numbers.</summary>
    public static NetworkPolicyPort PortOf(ServicePort port) => new()
    {
        Protocol = port.Protocol ?? ProtocolDefault,
        Port = port.TargetPort is { } target and not { Number: 0 } and not { Text.Length: 0 } ? target : port.Port,
    };

    private static LabelSelectorMatcher[] SelectorsOf(string json)
    {
        try
        {
            return [.. Read<LabelSelector>(NetworkingNames.NamespaceSelectors, json).Select(LabelSelectorMatcher.From)];
        }
        catch (FormatException e)
        {
            throw new AnnotationException(NetworkingNames.NamespaceSelectors, e.Message, e);
        }
    }

    private static IEnumerable<(string Alias, NetworkPolicyPort Port)> PortsOfAlias(string annotation, string json)
    {
        var length = annotation.Length - NetworkingNames.FromPrefix.Length - NetworkingNames.FromSuffix.Length;
        if (length <= 0 || !annotation.StartsWith(NetworkingNames.FromPrefix, StringComparison.Ordinal)
            || !annotation.EndsWith(NetworkingNames.FromSuffix, StringComparison.Ordinal))
        {
            return [];
        }

        var alias = annotation.Substring(NetworkingNames.FromPrefix.Length, length);
        return PortsOf(annotation, json, isNumberNeeded: true).Select(port => (alias, port));
    }

    private static List<NetworkPolicyPort> PortsOf(string annotation, string json, bool isNumberNeeded)
    {
        var ports = Read<NetworkPolicyPort>(annotation, json).Select(Normalize).ToList();
        return !isNumberNeeded || ports.TrueForAll(p => p.Port is not null)
            ? ports
            : throw new AnnotationException(annotation, $"every item wants a port, as in [{{\"port\":8080,\"protocol\":\"TCP\"}}]: {json}");
    }

    // Gardener's documentation writes numbers as texts, which no network policy takes.
    private static NetworkPolicyPort Normalize(NetworkPolicyPort port) => port with
    {
        Protocol = string.IsNullOrEmpty(port.Protocol) ? ProtocolDefault : port.Protocol,
        Port = port.Port?.Text is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : port.Port,
    };

    private static List<T> Read<T>(string annotation, string json)
    {
        try
        {
            var items = JsonSerializer.Deserialize<List<T?>>(json, KubernetesJson.Options);
            return items is not null && !items.Contains(default) ? [.. items.Select(item => item!)] : throw new JsonException("found null");
        }
        catch (JsonException e)
        {
            throw new AnnotationException(annotation, $"want a JSON list of objects, found {Shorten(json)}: {e.Message}", e);
        }
    }

    private static string Shorten(string json) => json.Length <= 100 ? json : json[..100] + "...";
}
