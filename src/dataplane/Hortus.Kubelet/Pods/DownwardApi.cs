using System.Globalization;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>Addresses of a running pod and its node.</summary>
internal sealed record PodPlace(string NodeName, string HostIP, string? PodIP);

/// <summary>Reads fields of a pod for its own containers.</summary>
internal static class DownwardApi
{
    /// <summary>The value of a field path.</summary>
    /// <exception cref="PodWaitException">The path is not one that the kubelet can give.</exception>
    public static string Field(Pod pod, PodPlace place, string path) => path switch
    {
        "metadata.name" => pod.Metadata.Name ?? "",
        "metadata.namespace" => pod.Metadata.Namespace ?? "",
        "metadata.uid" => pod.Uid(),
        "metadata.labels" => Lines(pod.Metadata.Labels),
        "metadata.annotations" => Lines(pod.Metadata.Annotations),
        "spec.nodeName" => place.NodeName,
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "",
        "status.hostIP" or "status.hostIPs" => place.HostIP,
        "status.podIP" or "status.podIPs" => place.PodIP ?? "",
        _ when Key(path, "metadata.labels") is { } label => pod.Metadata.Labels?.GetValueOrDefault(label) ?? "",
        _ when Key(path, "metadata.annotations") is { } annotation =>
            pod.Metadata.Annotations?.GetValueOrDefault(annotation) ?? "",
        _ => throw new PodWaitException(PodWaitException.ConfigError, $"fieldPath \"{path}\" is not supported"),
    };

    /// <summary>A request or limit of a container, divided; without a limit what the machine has.</summary>
    public static string Resource(Container container, ResourceFieldSelector selector)
    {
        var dot = selector.Resource.IndexOf('.', StringComparison.Ordinal);
        var kind = dot < 0 ? "" : selector.Resource[..dot];
        var name = dot < 0 ? "" : selector.Resource[(dot + 1)..];
        var values = kind switch
        {
            "limits" => container.Resources?.Limits,
            "requests" => container.Resources?.Requests,
            _ => throw new PodWaitException(
                PodWaitException.ConfigError,
                    $"resourceFieldRef \"{selector.Resource}\": want limits.NAME or requests.NAME"),
        };
        var amount = values?.GetValueOrDefault(name)
            ?? (kind == "requests" ? container.Resources?.Limits?.GetValueOrDefault(name) : null)
            ?? MachineAmount(kind, name);
        var divisor = selector.Divisor is { } d && d.MilliValue > 0 ? d : Quantity.Parse("1");
        return decimal.Ceiling((decimal)amount.MilliValue / divisor.MilliValue).ToString(CultureInfo.InvariantCulture);
    }

    private static Quantity MachineAmount(string kind, string name) => Quantity.Parse((kind, name) switch
    {
        ("limits", "cpu") => Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ("limits", "memory") => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes.ToString(CultureInfo.InvariantCulture),
        _ => "0",
    });

    private static string? Key(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal)
            ? path[(map.Length + 2)..^2]
            : null;

    private static string Lines(IReadOnlyDictionary<string, string>? map) =>
        string.Join('\n', (map ?? new Dictionary<string, string>()).OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p =>
                $"{p.Key}=\"{p.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
}
