using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>What a cloud profile offers at a point in time.</summary>
internal sealed class ProfileCatalog(CloudProfileSpec profile, DateTimeOffset now)
{
    private const string ArchitectureDefault = "amd64";

    /// <summary>The profile itself.</summary>
    public CloudProfileSpec Profile => profile;

    /// <summary>Kubernetes versions that new clusters can take.</summary>
    public IReadOnlyList<string> KubernetesVersions =>
        [.. profile.Kubernetes.Versions.Where(v => !Ended(v.ExpirationDate, v.Lifecycle)).Select(v => v.Version)];

    /// <summary>Names of machine types that can be used with an architecture.</summary>
    public IReadOnlyList<string> MachineTypes(string architecture) =>
        [.. profile.MachineTypes.Where(t => t.Usable != false && Has(t, architecture)).Select(t => t.Name)];

    /// <summary>Names of machine images.</summary>
    public IReadOnlyList<string> Images => [.. profile.MachineImages.Select(i => i.Name)];

    /// <summary>Versions of a machine image that new pools with an architecture can take.</summary>
    public IReadOnlyList<MachineImageVersion> ImageVersions(string image, string architecture) =>
    [
        .. (profile.MachineImages.FirstOrDefault(i => i.Name == image)?.Versions ?? [])
            .Where(v => !Ended(v.ExpirationDate, v.Lifecycle) && Has(v, architecture)),
    ];

    /// <summary>A version of an image, whether or not new pools can take it; null when there is none.</summary>
    public MachineImageVersion? ImageVersion(string image, string? version) =>
        profile.MachineImages.FirstOrDefault(i => i.Name == image)?.Versions.FirstOrDefault(v => v.Version == version);

    /// <summary>The region of this name, or null.</summary>
    public Region? Region(string name) => profile.Regions.FirstOrDefault(r => r.Name == name);

    /// <summary>The newest Kubernetes version that is no preview and starts with a prefix (<c>1.34</c>); null when
    /// there is none.</summary>
    public string? NewestKubernetes(string? prefix) =>
        Newest(
            profile.Kubernetes.Versions
                .Where(v => !Ended(v.ExpirationDate, v.Lifecycle) && Class(v.Classification, v.Lifecycle) != "preview")
                .Select(v => v.Version),
            prefix);

    /// <summary>The newest version of an image that is no preview and starts with a prefix; null when there is
    /// none.</summary>
    public string? NewestImage(string image, string architecture, string? prefix) =>
        Newest(
            ImageVersions(image, architecture).Where(
                v => Class(v.Classification, v.Lifecycle) != "preview").Select(v => v.Version),
            prefix);

    /// <summary>Whether a text is a version without its last parts, so that the newest that fits is meant.</summary>
    public static bool IsPrefix(string? version) =>
        string.IsNullOrEmpty(version) || version.Count(c => c == '.') < 2;

    private static bool Has(MachineType type, string architecture) =>
        type.Capabilities?.GetValueOrDefault("architecture") is { } values
            ? values.Contains(architecture)
            : (type.Architecture ?? ArchitectureDefault) == architecture;

    private static bool Has(MachineImageVersion version, string architecture) =>
        version.CapabilityFlavors is { Count: > 0 }
            || (version.Architectures ?? [ArchitectureDefault]).Contains(architecture);

    private static string? Newest(IEnumerable<string> versions, string? prefix) =>
        versions
            .Where(v =>
                string.IsNullOrEmpty(prefix) || v == prefix || v.StartsWith(prefix + ".", StringComparison.Ordinal))
            .OrderByDescending(v => SemanticVersion.TryParse(v, out var version) ? version : default)
            .FirstOrDefault();

    private bool Ended(DateTimeOffset? expiration, IReadOnlyList<LifecycleStage>? lifecycle) =>
        expiration <= now || Class(null, lifecycle) is "expired" or "unavailable";

    private string Class(string? classification, IReadOnlyList<LifecycleStage>? lifecycle) =>
        lifecycle is { Count: > 0 }
            ? lifecycle.Where(s => s.StartTime is null || s.StartTime <= now).Select(
                s => s.Classification).LastOrDefault("unavailable")
            : classification ?? "supported";
}
