using System.Security.Cryptography;
using System.Text;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>What the kubelet derives from a pod's metadata and spec alone.</summary>
internal static class PodFacts
{
    private const string SourceAnnotation = "kubernetes.io/config.source";

    /// <summary>The pod's UID, never empty for a pod the kubelet works on.</summary>
    public static string Uid(this Pod pod) => pod.Metadata.Uid ?? "";

    public static bool IsHostNetwork(this Pod pod) => pod.Spec.HostNetwork == true;

    /// <summary>Whether the pod comes from a manifest file.</summary>
    public static bool IsStatic(this Pod pod) =>
        pod.Metadata.Annotations?.ContainsKey(SourceAnnotation) == true && !pod.IsMirror();

    /// <summary>A sidecar: an init container that keeps running.</summary>
    public static bool IsSidecar(this Container container) => container.RestartPolicy == "Always";

    /// <summary>The containers that were added to debug the pod, as containers like others.</summary>
    public static IEnumerable<Container> DebugContainers(this Pod pod) =>
        (pod.Spec.EphemeralContainers ?? []).Select(c => new Container
        {
            Name = c.Name,
            Image = c.Image,
            Command = c.Command,
            Args = c.Args,
            WorkingDir = c.WorkingDir,
            EnvFrom = c.EnvFrom,
            Env = c.Env,
            VolumeMounts = c.VolumeMounts,
            TerminationMessagePath = c.TerminationMessagePath,
            SecurityContext = c.SecurityContext,
            Stdin = c.Stdin,
            StdinOnce = c.StdinOnce,
            Tty = c.Tty,
        });

    /// <summary>Host name inside the pod, at most 63 characters.</summary>
    public static string Hostname(this Pod pod, string nodeName)
    {
        var name = pod.IsHostNetwork() ? nodeName : pod.Spec.Hostname ?? pod.Metadata.Name ?? "";
        const int LengthMax = 63;
        return name.Length <= LengthMax ? name : name[..LengthMax].TrimEnd('-', '.');
    }

    /// <summary>Seconds between asking to end and killing.</summary>
    public static TimeSpan Grace(this Pod pod) => TimeSpan.FromSeconds(
        pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30);

    /// <summary>Short hexadecimal hash for names with little room.</summary>
    public static string ShortHash(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];

    /// <summary>Quality of service class by requests and limits.</summary>
    public static string QosClass(this Pod pod)
    {
        var containers = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).ToList();
        var none = containers.TrueForAll(
            c => (c.Resources?.Requests?.Count ?? 0) == 0 && (c.Resources?.Limits?.Count ?? 0) == 0);
        if (none)
        {
            return "BestEffort";
        }

        return containers.TrueForAll(c => Guaranteed(c, "cpu") && Guaranteed(c, "memory")) ? "Guaranteed" : "Burstable";
    }

    private static bool Guaranteed(Container container, string resource)
    {
        if (container.Resources?.Limits?.TryGetValue(resource, out var limit) != true)
        {
            return false;
        }

        return container.Resources.Requests?.TryGetValue(resource, out var request) != true || request!.Equals(limit);
    }
}
