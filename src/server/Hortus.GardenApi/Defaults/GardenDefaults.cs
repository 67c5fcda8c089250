using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.GardenApi.Defaults;

/// <summary>Defaults of the kinds that administrators write.</summary>
internal static class GardenDefaults
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    public static Project Apply(Project project)
    {
        var spec = project.Spec;
        return project with
        {
            Spec = spec with
            {
                Members = spec.Members is null ? null : [.. spec.Members.Select(Apply)],
                Namespace = spec.Namespace
                    ?? (project.Metadata.Name == GardenerNames.GardenNamespace ? "garden" : null),
                Owner = spec.Owner is null
                    ? null : spec.Owner with { ApiGroup = spec.Owner.ApiGroup ?? GroupOf(spec.Owner.Kind) },
                DualApprovalForDeletion = spec.DualApprovalForDeletion is null
                    ? null
                    : [.. spec.DualApprovalForDeletion.Select(
                        d => d with { IncludeServiceAccounts = d.IncludeServiceAccounts ?? true })],
            },
        };
    }

    public static CloudProfile Apply(CloudProfile profile) => profile with
    {
        Spec = profile.Spec with
        {
            MachineImages = [.. profile.Spec.MachineImages.Select(Apply)],
            MachineTypes = [.. profile.Spec.MachineTypes.Select(Apply)],
            VolumeTypes = profile.Spec.VolumeTypes is null
                ? null
                : [.. profile.Spec.VolumeTypes.Select(v => v with { Usable = v.Usable ?? true })],
        },
    };

    public static NamespacedCloudProfile Apply(NamespacedCloudProfile profile) => profile with
    {
        Spec = profile.Spec with
        {
            Parent = profile.Spec.Parent.Kind.Length > 0
                ? profile.Spec.Parent
                : profile.Spec.Parent with { Kind = nameof(CloudProfile) },
            MachineTypes = profile.Spec.MachineTypes is null ? null : [.. profile.Spec.MachineTypes.Select(Apply)],
            VolumeTypes = profile.Spec.VolumeTypes is null
                ? null
                : [.. profile.Spec.VolumeTypes.Select(v => v with { Usable = v.Usable ?? true })],
        },
    };

    public static Seed Apply(Seed seed)
    {
        var settings = seed.Spec.Settings ?? new SeedSettings();
        return seed with
        {
            Spec = seed.Spec with
            {
                Networks = seed.Spec.Networks with { IpFamilies = seed.Spec.Networks.IpFamilies ?? ["IPv4"] },
                Settings = settings with
                {
                    Scheduling = settings.Scheduling ?? new SeedSettingScheduling { Visible = true },
                    VerticalPodAutoscaler = settings.VerticalPodAutoscaler
                        ?? new SeedSettingVerticalPodAutoscaler { Enabled = true },
                    ExcessCapacityReservation = settings.ExcessCapacityReservation
                        ?? new SeedSettingExcessCapacityReservation { Enabled = true },
                    TopologyAwareRouting = settings.TopologyAwareRouting ?? new SeedSettingTopologyAwareRouting(),
                    DependencyWatchdog = settings.DependencyWatchdog ?? new SeedSettingDependencyWatchdog
                    {
                        Weeder = new SeedSettingDependencyWatchdogWeeder { Enabled = true },
                        Prober = new SeedSettingDependencyWatchdogProber { Enabled = true },
                    },
                },
            },
        };
    }

    public static ControllerRegistration Apply(ControllerRegistration registration) => registration with
    {
        Spec = registration.Spec with
        {
            Resources = registration.Spec.Resources is null
                ? null
                : [.. registration.Spec.Resources.Select(ControllerResourceRules.WithDefaults)],
            Deployment = registration.Spec.Deployment is { } deployment
                ? deployment with { Policy = deployment.Policy ?? DeploymentPolicies.OnDemand }
                : null,
        },
    };

    public static InternalSecret Apply(InternalSecret secret)
    {
        var data = secret.Data;
        if (secret.StringData is { Count: > 0 } texts)
        {
            var merged = new Dictionary<string, byte[]>(
                data ?? new Dictionary<string, byte[]>(), StringComparer.Ordinal);
            foreach (var (key, text) in texts)
            {
                merged[key] = System.Text.Encoding.UTF8.GetBytes(text);
            }

            data = merged;
        }

        return secret with { Data = data, StringData = null, Type = secret.Type ?? "Opaque" };
    }

    /// <summary>API group of a subject's kind; empty for service accounts.</summary>
    public static string? GroupOf(string kind) => kind is "User" or "Group" ? RbacGroup : null;

    private static ProjectMember Apply(ProjectMember member) =>
        member with { ApiGroup = member.ApiGroup ?? GroupOf(member.Kind) };

    private static MachineImage Apply(MachineImage image) => image with
    {
        UpdateStrategy = image.UpdateStrategy ?? "major",
        Versions =
        [
            .. image.Versions.Select(v => v with
            {
                Architectures = v.Architectures ?? (v.CapabilityFlavors is null ? ["amd64"] : null),
                Cri = v.Cri ?? [new CRI { Name = "containerd" }],
            }),
        ],
    };

    private static MachineType Apply(MachineType type) => type with
    {
        Usable = type.Usable ?? true,
        Architecture = type.Architecture ?? (type.Capabilities is null ? "amd64" : null),
    };
}
