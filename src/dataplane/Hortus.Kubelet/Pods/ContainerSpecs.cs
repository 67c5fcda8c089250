using System.Text.Json;
using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Images;
using Hortus.Kubelet.Volumes;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>Where the parts of one pod are on this machine.</summary>
/// <param name="Volumes">Host path by volume name.</param>
/// <param name="EtcDirectory">Files that belong into each container's <c>/etc</c>.</param>
/// <param name="NetworkNamespacePath">Null for the node's network.</param>
internal sealed record PodLayout(
    PodPlace Place, IReadOnlyDictionary<string, string> Volumes, string EtcDirectory, string? NetworkNamespacePath);

/// <summary>Turns containers of pods into what the container runtime starts.</summary>
internal sealed class ContainerSpecs(
    LocalImageMap images, EnvironmentBuilder environments, KubeletOptions options, IReadOnlyList<string> visiblePaths)
{
    /// <summary>The user of containers that must not be root and name none.</summary>
    private const long NonRootUser = 65532;

    /// <exception cref="PodWaitException">The image is not known, or something the container refers to is
    /// missing.</exception>
    public async Task<ContainerSpec> BuildAsync(
        Pod pod, Container container, PodLayout layout, int attempt, CancellationToken cancellationToken)
    {
        var image = container.Image ?? "";
        var command = images.Find(image)
            ?? throw new PodWaitException(PodWaitException.ImageNeverPull, images.Explain(image));
        var environment = await environments.BuildAsync(pod, container, layout.Place, cancellationToken);
        // As with real images: args follow the image's program, and command takes its place.
        IEnumerable<string> words = container.Command is { Count: > 0 } own
            ? LocalImageMap.Resolve([.. own.Select(w => Expansion.Expand(w, environment))], command)
            : command;
        return new ContainerSpec
        {
            PodUid = pod.Uid(),
            PodNamespace = pod.Metadata.Namespace ?? "",
            PodName = pod.Metadata.Name ?? "",
            Name = container.Name,
            Image = image,
            Attempt = attempt,
            SpecHash = PodFacts.ShortHash(JsonSerializer.Serialize(container, KubernetesJson.Options), 16),
            Command = [.. words, .. (container.Args ?? []).Select(a => Expansion.Expand(a, environment))],
            Environment = environment,
            WorkingDirectory = container.WorkingDir is { Length: > 0 } directory ? directory : "/",
            Mounts = [.. (container.VolumeMounts ?? []).Select(m => MountOf(pod, m, layout, environment))],
            EtcDirectory = layout.EtcDirectory,
            NetworkNamespacePath = layout.NetworkNamespacePath,
            Hostname = pod.Hostname(options.NodeName),
            Security = SecurityOf(pod, container),
            RootSizeBytes = container.Resources?.Limits?.GetValueOrDefault("ephemeral-storage")?.Value
                ?? options.ContainerRootSizeBytes,
            SharesHostProcesses = pod.Spec.HostPID == true,
            SharesHostIpc = pod.Spec.HostIPC == true,
            HasInput = container.Stdin == true,
            EndsInput = container.StdinOnce == true,
            HasTerminal = container.Tty == true,
            MaskedPaths = [options.RootDirectory, .. options.MaskedPaths],
            VisiblePaths = visiblePaths,
            TerminationMessagePath = container.TerminationMessagePath is { Length: > 0 } path ? path
                : "/dev/termination-log",
        };
    }

    private static ContainerMount MountOf(
        Pod pod, VolumeMount mount, PodLayout layout, IReadOnlyDictionary<string, string> environment)
    {
        if (!layout.Volumes.TryGetValue(mount.Name, out var source))
        {
            throw new PodWaitException(
                PodWaitException.ConfigError, $"volumeMount {mount.MountPath}: the pod has no volume \"{mount.Name}\"");
        }

        var volume = pod.Spec.Volumes!.First(v => v.Name == mount.Name);
        var readOnly = mount.ReadOnly == true || volume.PersistentVolumeClaim?.ReadOnly == true ||
            VolumeContents.Covers(volume);
        var subPath = mount.SubPathExpr is { Length: > 0 } expression ? Expansion.Expand(expression, environment)
            : mount.SubPath;
        return new ContainerMount(
            subPath is { Length: > 0 } ? HostPaths.Below(source, subPath, create: !readOnly)
                : HostPaths.RealPath(source),
            mount.MountPath,
            readOnly);
    }

    private static ContainerSecurity SecurityOf(Pod pod, Container container)
    {
        var own = container.SecurityContext;
        var common = pod.Spec.SecurityContext;
        // Images of this node are programs of the machine and name no user of their own.
        var nonRoot = (own?.RunAsNonRoot ?? common?.RunAsNonRoot) == true;
        var user = own?.RunAsUser ?? common?.RunAsUser ?? (nonRoot ? NonRootUser : null);
        if (nonRoot && user == 0)
        {
            throw new PodWaitException(PodWaitException.ConfigError, "runAsNonRoot is set but runAsUser is 0");
        }

        var groups = (common?.SupplementalGroups ?? []).Concat(common?.FsGroup is { } group ? [group] : []);
        return new ContainerSecurity
        {
            Privileged = own?.Privileged == true,
            ReadOnlyRoot = own?.ReadOnlyRootFilesystem == true,
            NoNewPrivileges = own?.AllowPrivilegeEscalation == false,
            User = user,
            Group = own?.RunAsGroup ?? common?.RunAsGroup ?? (user is null or 0 ? null : user),
            SupplementalGroups = [.. groups],
            AddCapabilities = own?.Capabilities?.Add ?? [],
            DropCapabilities = own?.Capabilities?.Drop ?? [],
        };
    }
}
