using System.Text;
using Hortus.Kubelet.Pods;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Volumes;

/// <summary>Reads the files of volumes that come from API objects.</summary>
internal sealed class VolumeContents(PodObjects objects, ServiceAccountTokens tokens)
{
    private const int DefaultMode = 0x1A4;

    /// <summary>Whether the volume's files come from API objects.</summary>
    public static bool Covers(Volume volume) =>
        volume is { Secret: not null } or { ConfigMap: not null } or { Projected: not null } or { DownwardAPI: not null };

    /// <exception cref="PodWaitException">Something that is not optional is missing.</exception>
    public async Task<IReadOnlyDictionary<string, VolumeFile>> ReadAsync(
        Pod pod, PodPlace place, Volume volume, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        switch (volume)
        {
            case { Secret: { } secret }:
                await AddSecretAsync(
                    pod, new SecretProjection
                    {
                        Name = secret.SecretName
                        ?? "",
                        Items = secret.Items,
                        Optional = secret.Optional
                    },
                    secret.DefaultMode ?? DefaultMode, files, cancellationToken);
                break;
            case { ConfigMap: { } map }:
                await AddConfigMapAsync(
                    pod, new ConfigMapProjection { Name = map.Name, Items = map.Items, Optional = map.Optional },
                    map.DefaultMode ?? DefaultMode, files, cancellationToken);
                break;
            case { DownwardAPI: { } fields }:
                AddFields(pod, place, fields.Items, fields.DefaultMode ?? DefaultMode, files);
                break;
            case { Projected: { } projected }:
                foreach (var source in projected.Sources ?? [])
                {
                    await AddProjectionAsync(
                        pod, place, source, projected.DefaultMode ?? DefaultMode, files, cancellationToken);
                }

                break;
        }

        return files;
    }

    private async Task AddProjectionAsync(
        Pod pod, PodPlace place, VolumeProjection source, int mode, Dictionary<string, VolumeFile> files,
            CancellationToken cancellationToken)
    {
        switch (source)
        {
            case { Secret: { } secret }:
                await AddSecretAsync(pod, secret, mode, files, cancellationToken);
                break;
            case { ConfigMap: { } map }:
                await AddConfigMapAsync(pod, map, mode, files, cancellationToken);
                break;
            case { DownwardAPI: { } fields }:
                AddFields(pod, place, fields.Items, mode, files);
                break;
            case { ServiceAccountToken: { } token }:
                files[token.Path] = new VolumeFile(await tokens.GetAsync(pod, token, cancellationToken), mode);
                break;
            default:
                throw new PodWaitException(PodWaitException.Creating,
                    "this node projects secret, configMap, downwardAPI and serviceAccountToken only");
        }
    }

    private async Task AddSecretAsync(
        Pod pod, SecretProjection source, int mode, Dictionary<string, VolumeFile> files,
            CancellationToken cancellationToken)
    {
        var secret = await objects.NeedAsync<Secret>(
            new ObjectKey(pod.Metadata.Namespace, source.Name), source.Optional == true, cancellationToken);
        if (secret is not null)
        {
            Add($"Secret {secret.Key}", secret.Data
                ?? new Dictionary<string, byte[]>(), source.Items, source.Optional, mode, files);
        }
    }

    private async Task AddConfigMapAsync(
        Pod pod, ConfigMapProjection source, int mode, Dictionary<string, VolumeFile> files,
            CancellationToken cancellationToken)
    {
        var map = await objects.NeedAsync<ConfigMap>(
            new ObjectKey(pod.Metadata.Namespace, source.Name), source.Optional == true, cancellationToken);
        if (map is not null)
        {
            var data = (map.Data ?? new Dictionary<string, string>())
                .ToDictionary(p => p.Key, p => Encoding.UTF8.GetBytes(p.Value));
            foreach (var (key, value) in map.BinaryData ?? new Dictionary<string, byte[]>())
            {
                data[key] = value;
            }

            Add($"ConfigMap {map.Key}", data, source.Items, source.Optional, mode, files);
        }
    }

    private static void Add(
        string source, IReadOnlyDictionary<string, byte[]> data, IReadOnlyList<KeyToPath>? items, bool? optional,
            int mode,
        Dictionary<string, VolumeFile> files)
    {
        if (items is null || items.Count == 0)
        {
            foreach (var (key, value) in data)
            {
                files[key] = new VolumeFile(value, mode);
            }

            return;
        }

        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var value))
            {
                files[item.Path] = new VolumeFile(value, item.Mode ?? mode);
            }
            else if (optional != true)
            {
                throw new PodWaitException(PodWaitException.Creating, $"{source} has no key \"{item.Key}\"");
            }
        }
    }

    private static void AddFields(
        Pod pod, PodPlace place, IReadOnlyList<DownwardAPIVolumeFile>? items, int mode, Dictionary<string,
            VolumeFile> files)
    {
        foreach (var item in items ?? [])
        {
            var text = item switch
            {
                { FieldRef: { } field } => DownwardApi.Field(pod, place, field.FieldPath),
                { ResourceFieldRef: { } resource } => DownwardApi.Resource(
                    pod.Spec.Containers.First(c => c.Name == resource.ContainerName), resource),
                _ => "",
            };
            files[item.Path] = new VolumeFile(Encoding.UTF8.GetBytes(text), item.Mode ?? mode);
        }
    }
}
