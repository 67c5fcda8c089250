using Hortus.Host;
using Hortus.Kubelet.Pods;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Volumes;

/// <summary>Prepares the volumes of pods as folders of the host.</summary>
internal sealed class PodVolumes(PodObjects objects, ServiceAccountTokens tokens, IMounts mounts)
{
    private const UnixFileMode Everyone = (UnixFileMode)0x1FF;
    private readonly VolumeContents contents = new(objects, tokens);

    /// <summary>Makes or refreshes all volumes of a pod.</summary>
    /// <param name="folder">Folder of the pod's volumes.</param>
    /// <returns>Host path by volume name.</returns>
    /// <exception cref="PodWaitException">A volume cannot be made yet; the message names it.</exception>
    public async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        Pod pod, PodPlace place, string folder, CancellationToken cancellationToken)
    {
        var result = new Dictionary<string, string>();
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            try
            {
                result[volume.Name] = await PrepareAsync(
                    pod, place, volume, Path.Combine(folder, volume.Name), cancellationToken);
            }
            catch (Exception e)
                when (e is PodWaitException or IOException or UnauthorizedAccessException or HostException or KubeletException)
            {
                throw new PodWaitException(PodWaitException.Creating, $"volume \"{volume.Name}\": {e.Message}", e);
            }
        }

        return result;
    }

    /// <summary>Brings secrets, config maps and tokens of running pods up to date.</summary>
    public async Task RefreshAsync(Pod pod, PodPlace place, string folder, CancellationToken cancellationToken)
    {
        foreach (var volume in (pod.Spec.Volumes ?? []).Where(VolumeContents.Covers))
        {
            var files = await contents.ReadAsync(pod, place, volume, cancellationToken);
            VolumeFiles.Write(Path.Combine(folder, volume.Name), files, pod.Spec.SecurityContext?.FsGroup);
        }
    }

    /// <summary>Removes what belongs to the pod alone; host paths and claims stay.</summary>
    public void Remove(Pod pod, string folder)
    {
        tokens.Forget(pod.Uid());
        mounts.UnmountBelow(folder);
    }

    private async Task<string> PrepareAsync(
        Pod pod, PodPlace place, Volume volume, string path, CancellationToken cancellationToken)
    {
        var group = pod.Spec.SecurityContext?.FsGroup;
        if (VolumeContents.Covers(volume))
        {
            VolumeFiles.Write(path, await contents.ReadAsync(pod, place, volume, cancellationToken), group);
            return path;
        }

        switch (volume)
        {
            case { HostPath: { } host }:
                return HostPaths.Prepare(host);
            case { PersistentVolumeClaim: { } claim }:
                return await ClaimAsync(pod, claim, group, cancellationToken);
            case { EmptyDir: { } empty }:
                Directory.CreateDirectory(path);
                if (empty.Medium == "Memory")
                {
                    await mounts.MountMemoryAsync(path, empty.SizeLimit?.Value, cancellationToken);
                }

                Own(path, group);
                return path;
            default:
                throw new PodWaitException(PodWaitException.Creating,
                    "this node supports secret, configMap, projected, downwardAPI, emptyDir, hostPath and persistentVolumeClaim");
        }
    }

    private async Task<string> ClaimAsync(
        Pod pod, PersistentVolumeClaimVolumeSource source, long? group, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(pod.Metadata.Namespace, source.ClaimName);
        var claim = await objects.NeedAsync<PersistentVolumeClaim>(key, false, cancellationToken);
        if (claim!.Spec.VolumeName is not { Length: > 0 } name || claim.Status.Phase != "Bound")
        {
            throw new PodWaitException(
                PodWaitException.Creating, $"PersistentVolumeClaim {key} is not bound to a volume yet");
        }

        var volume = await objects.NeedAsync<PersistentVolume>(ObjectKey.Cluster(name), false, cancellationToken);
        var path = volume!.Spec switch
        {
            { HostPath: { } host } => HostPaths.Prepare(host with { Type = "DirectoryOrCreate" }),
            { Local: { } local } =>
                HostPaths.Prepare(new HostPathVolumeSource { Path = local.Path, Type = "Directory" }),
            _ => throw new PodWaitException(
                PodWaitException.Creating, $"PersistentVolume {name} is neither hostPath nor local"),
        };
        if (group is not null)
        {
            Own(path, group);
        }

        return path;
    }

    private static void Own(string path, long? group)
    {
        File.SetUnixFileMode(path, Everyone);
        if (group is not null)
        {
            HostFile.SetOwner(path, null, group);
        }
    }
}
