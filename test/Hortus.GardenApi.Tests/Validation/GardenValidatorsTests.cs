using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Validation;

public class GardenValidatorsTests
{
    [Fact]
    public void Samples_AreValid()
    {
        Faults(e => ProjectValidator.Check(ValidProject, e)).ShouldBeEmpty();
        Faults(e => SeedValidator.Check(ValidSeed, e)).ShouldBeEmpty();
        Faults(e => CloudProfileValidator.Check(ValidProfile, e)).ShouldBeEmpty();
        Faults(e => CredentialsValidator.Check(ValidBinding, e)).ShouldBeEmpty();
    }

    [Fact]
    public void ProjectName_IsAtMost10CharactersWithoutDoubleHyphens()
    {
        Faults(e => ProjectValidator.Check(ValidProject with { Metadata = new ObjectMeta { Name = "elevenchars" } }, e))
            .ShouldBe(["metadata.name: Too long: may not be more than 10 bytes"]);
        Faults(e => ProjectValidator.Check(ValidProject with { Metadata = new ObjectMeta { Name = "a--b" } }, e))
            .ShouldBe(["metadata.name: Invalid value: \"a--b\": name may not contain two consecutive hyphens"]);
    }

    [Fact]
    public void ProjectNamespace_StartsWithGardenAndIsFixedOnceSet()
    {
        Faults(e => ProjectValidator.Check(In("elsewhere"), e))
            .ShouldBe(["spec.namespace: Invalid value: \"elsewhere\": must start with garden-"]);
        Faults(e => ProjectValidator.CheckChange(In("garden-b"), In("garden-a"), e))
            .ShouldBe(["spec.namespace: Invalid value: \"garden-b\": field is immutable"]);
        Faults(e => ProjectValidator.CheckChange(In("garden-b"), In(null), e)).ShouldBeEmpty();
    }

    [Fact]
    public void ProjectMembers_AreUniqueWithKnownRoles()
    {
        var member = new ProjectMember { Kind = "User", Name = "ann", Role = "admin" };
        var project = ValidProject with
        {
            Spec = ValidProject.Spec with { Members = [member, member, member with { Name = "bob", Role = "king" }] },
        };

        var faults = Faults(e => ProjectValidator.Check(project, e));

        faults[0].ShouldBe("spec.members[1]: Duplicate value: \"ann\"");
        faults[1].ShouldStartWith("spec.members[2].role: Unsupported value: \"king\": supported values: \"admin\"");
        faults.Count.ShouldBe(2);
    }

    [Fact]
    public void SeedNetworks_AreDisjointAndFixed()
    {
        var networks = ValidSeed.Spec.Networks with { Services = "10.1.4.0/24" };
        var seed = ValidSeed with { Spec = ValidSeed.Spec with { Networks = networks } };

        Faults(e => SeedValidator.Check(seed, e)).ShouldBe(
            ["spec.networks.services: Invalid value: \"10.1.4.0/24\": must not overlap with spec.networks.pods "
                + "(\"10.1.0.0/16\")"]);
        Faults(e => SeedValidator.CheckChange(seed, ValidSeed, e))
            .ShouldBe(["spec.networks.services: Invalid value: \"10.1.4.0/24\": field is immutable"]);
    }

    [Fact]
    public void SeedShootDefaults_StayOffTheSeedsNetworks()
    {
        var networks = ValidSeed.Spec.Networks with { ShootDefaults = new ShootNetworks { Pods = "10.1.0.0/17" } };

        Faults(e => SeedValidator.Check(ValidSeed with { Spec = ValidSeed.Spec with { Networks = networks } }, e))
            .ShouldBe(
            ["spec.networks.shootDefaults.pods: Invalid value: \"10.1.0.0/17\": must not overlap with "
                + "spec.networks.pods (\"10.1.0.0/16\")"]);
    }

    [Fact]
    public void SeedSettings_FitTheZonesAndNameNothingTwice()
    {
        var seed = ValidSeed with
        {
            Spec = ValidSeed.Spec with
            {
                Provider = ValidSeed.Spec.Provider with { Zones = ["a", "b", "a"] },
                Extensions = [new Extension { Type = "x" }, new Extension { Type = "x" }],
                Volume = new SeedVolume { MinimumSize = Quantity.Parse("-1Gi"), Providers = [new SeedVolumeProvider { Purpose = "etcd-main" }] },
                Settings = new SeedSettings
                {
                    ExcessCapacityReservation = new SeedSettingExcessCapacityReservation
                    {
                        Configs = [new SeedSettingExcessCapacityReservationConfig()],
                    },
                    LoadBalancerServices = new SeedSettingLoadBalancerServices
                    {
                        ExternalTrafficPolicy = "Elsewhere",
                        Zones = [new SeedSettingLoadBalancerServicesZones { Name = "c" }],
                    },
                    ZoneSelection = new SeedSettingZoneSelection { Mode = "Guess" },
                },
            },
        };

        Faults(e => SeedValidator.Check(seed, e)).Select(fault => fault.Split(": ")[0]).ShouldBe(
        [
            "spec.provider.zones[2]",
            "spec.volume.minimumSize",
            "spec.volume.providers[0].name",
            "spec.extensions[1].type",
            "spec.settings.excessCapacityReservation.configs[0].resources",
            "spec.settings.loadBalancerServices.externalTrafficPolicy",
            "spec.settings.loadBalancerServices.zones[0].name",
            "spec.settings.zoneSelection.mode",
        ]);
    }

    [Fact]
    public void SeedBackup_NeedsCredentialsAndForAnotherProviderARegion()
    {
        var seed = ValidSeed with { Spec = ValidSeed.Spec with { Backup = new Backup { Provider = "aws" } } };

        Faults(e => SeedValidator.Check(seed, e)).ShouldBe(
        [
            "spec.backup.region: Required value: must be set if the backup provider differs from the provider of the "
                + "seed",
            "spec.backup.credentialsRef: Required value: must be set to refer a Secret or WorkloadIdentity",
        ]);
    }

    [Fact]
    public void CloudProfile_OffersSomethingAndNothingTwice()
    {
        var empty = new CloudProfile { Metadata = ValidProfile.Metadata };
        var doubled = ValidProfile with
        {
            Spec = ValidProfile.Spec with { Regions = [.. ValidProfile.Spec.Regions, .. ValidProfile.Spec.Regions] },
        };

        Faults(e => CloudProfileValidator.Check(empty, e)).Select(f => f.Split(':')[0]).ShouldBe(
            ["spec.type", "spec.kubernetes.versions", "spec.machineTypes", "spec.machineImages", "spec.regions"]);
        Faults(e => CloudProfileValidator.Check(doubled, e)).ShouldBe(
            ["spec.regions[1].name: Duplicate value: \"local\""]);
    }

    [Fact]
    public void NamespacedCloudProfile_NeedsExpirationDatesAndKeepsItsParent()
    {
        var profile = new NamespacedCloudProfile
        {
            Metadata = new ObjectMeta { Name = "own", Namespace = "garden-local" },
            Spec = new NamespacedCloudProfileSpec
            {
                Parent = new CloudProfileReference { Kind = "CloudProfile", Name = "local" },
                Kubernetes = new KubernetesSettings { Versions = [new ExpirableVersion { Version = "1.34.7" }] },
            },
        };
        var moved = profile with { Spec = profile.Spec with { Parent = profile.Spec.Parent with { Name = "other" } } };

        Faults(e => CloudProfileValidator.Check(profile, e)).ShouldHaveSingleItem()
            .ShouldStartWith("spec.kubernetes.versions[0].expirationDate: Required value");
        Faults(e => CloudProfileValidator.CheckChange(moved, profile, e))
            .ShouldBe(["spec.parent.name: Invalid value: \"other\": field is immutable"]);
    }

    [Fact]
    public void CredentialsBinding_NamesCredentialsThatNeverChange()
    {
        var other = ValidBinding with { CredentialsRef = ValidBinding.CredentialsRef with { Name = "other" } };
        var odd = ValidBinding with { CredentialsRef = ValidBinding.CredentialsRef with { Kind = "ConfigMap" } };

        Faults(e => CredentialsValidator.CheckChange(other, ValidBinding, e))
            .ShouldBe(["credentialsRef: Invalid value: \"other\": field is immutable"]);
        Faults(e => CredentialsValidator.Check(odd, e)).ShouldHaveSingleItem()
            .ShouldStartWith(
                "credentialsRef: Unsupported value: \"v1, Kind=ConfigMap\": supported values: \"/v1, Kind=Secret\"");
    }

    [Fact]
    public void InternalSecret_IsFixedWhenImmutable()
    {
        var secret = new InternalSecret
        {
            Type = "Opaque",
            Immutable = true,
            Data = new Dictionary<string, byte[]> { ["a"] = [1] },
        };

        Faults(e => CredentialsValidator.CheckChange(secret, secret, e)).ShouldBeEmpty();
        Faults(e =>
            CredentialsValidator.CheckChange(
                secret with { Data = new Dictionary<string, byte[]> { ["a"] = [2] } }, secret, e))
            .ShouldBe(["data: Forbidden: field is immutable when `immutable` is set"]);
    }

    [Fact]
    public void BackupBucket_NeedsProviderOwnerAndCredentials() =>
        Faults(e => BackupValidator.Check(new BackupBucket(), e)).Select(f => f.Split(':')[0])
            .ShouldBe(["spec.provider.type", "spec.provider.region", "spec.seedName", "spec.credentialsRef"]);

    [Fact]
    public void Quota_HasAKnownScopeAndNoNegativeAmounts()
    {
        var quota = new Quota
        {
            Spec = new QuotaSpec
            {
                Scope = new ObjectReference { ApiVersion = "v1", Kind = "Pod" },
                Metrics = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("-1") },
            },
        };

        Faults(e => CredentialsValidator.Check(quota, e)).ShouldBe(
        [
            "spec.scope: Unsupported value: \"Pod\": supported values: \"Project\", \"Secret\", \"WorkloadIdentity\"",
            "spec.metrics[cpu]: Invalid value: \"-1\": must be greater than or equal to 0",
        ]);
    }

    private static Project In(string? ns) => ValidProject with { Spec = ValidProject.Spec with { Namespace = ns } };
}
