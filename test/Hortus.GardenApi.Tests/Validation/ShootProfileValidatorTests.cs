using Hortus.GardenApi.Admission;
using Hortus.GardenApi.Validation;
using Hortus.Objects.Gardener.Core;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Validation;

public class ShootProfileValidatorTests
{
    private const string Pool = "spec.provider.workers[0]";

    private static readonly ProfileCatalog Catalog = new(ValidProfile.Spec, Now);

    [Fact]
    public void WhatTheProfileOffers_IsAccepted() => FaultsOf(ValidShoot).ShouldBeEmpty();

    [Fact]
    public void UnknownRegion_NamesTheRegions() =>
        FaultsOf(ValidShoot.With(s => s with { Region = "moon" }))
            .ShouldBe(["spec.region: Unsupported value: \"moon\": supported values: \"local\""]);

    [Fact]
    public void UnknownVersion_NamesThoseOnOffer() =>
        FaultsOf(ValidShoot.WithKubernetes(k => k with { Version = "9.9.9" })).ShouldBe(
            ["spec.kubernetes.version: Unsupported value: \"9.9.9\": supported values: \"1.35.4\", \"1.34.7\", "
                + "\"1.34.6\", \"1.36.0\""]);

    [Fact]
    public void ExpiredVersion_IsRefusedUnlessTheShootHasIt()
    {
        var expired = ValidShoot.WithKubernetes(k => k with { Version = "1.33.1" });

        FaultsOf(
            expired).ShouldHaveSingleItem().ShouldStartWith("spec.kubernetes.version: Unsupported value: \"1.33.1\"");
        Faults(e => ShootProfileValidator.Check(expired, expired, Catalog, e)).ShouldBeEmpty();
    }

    [Fact]
    public void ProviderType_MustBeTheProfiles() =>
        FaultsOf(ValidShoot.With(s => s with { Provider = s.Provider with { Type = "aws" } })).ShouldBe(
            ["spec.provider.type: Invalid value: \"aws\": must be the provider type of the cloud profile (\"local\")"]);

    [Fact]
    public void UnknownMachineType_NamesThoseOfTheArchitecture()
    {
        FaultsOf(ValidShoot.WithWorker(w => w with { Machine = w.Machine with { Type = "huge" } }))
            .ShouldBe([$"{Pool}.machine.type: Unsupported value: \"huge\": supported values: \"local\""]);
        FaultsOf(ValidShoot.WithWorker(w => w with { Machine = w.Machine with { Type = "arm" } }))
            .ShouldBe([$"{Pool}.machine.type: Unsupported value: \"arm\": supported values: \"local\""]);
    }

    [Fact]
    public void UnknownImage_NamesImagesOrVersions()
    {
        FaultsOf(WithImage("other", "1.0.0")).ShouldBe(
            [$"{Pool}.machine.image.name: Unsupported value: \"other\": supported values: \"local\""]);
        FaultsOf(WithImage("local", "0.9.0")).ShouldBe(
            [$"{Pool}.machine.image.version: Unsupported value: \"0.9.0\": supported values: \"1.0.0\", \"1.1.0\", "
                + "\"2.0.0\""]);
    }

    [Fact]
    public void UnknownZone_NamesTheZones() =>
        FaultsOf(ValidShoot.WithWorker(w => w with { Zones = ["0", "9"] }))
            .ShouldBe([$"{Pool}.zones[1]: Unsupported value: \"9\": supported values: \"0\""]);

    [Fact]
    public void Volume_HasAKnownTypeAndTheLeastSize()
    {
        FaultsOf(ValidShoot.WithWorker(w => w with { Volume = w.Volume! with { Type = "slow" } }))
            .ShouldBe([$"{Pool}.volume.type: Unsupported value: \"slow\": supported values: \"fast\""]);
        FaultsOf(ValidShoot.WithWorker(w => w with { Volume = w.Volume! with { Size = "5Gi" } }))
            .ShouldBe([$"{Pool}.volume.size: Invalid value: \"5Gi\": must be at least 10Gi for this volume type"]);
    }

    [Fact]
    public void UnknownContainerRuntime_IsRefused() =>
        FaultsOf(ValidShoot.WithWorker(w => w with
        {
            Cri = new CRI { Name = "containerd", ContainerRuntimes = [new ContainerRuntime { Type = "gvisor" }] },
        })).ShouldHaveSingleItem().ShouldStartWith(
            $"{Pool}.cri.containerRuntimes[0].type: Unsupported value: \"gvisor\"");

    [Fact]
    public void NodeLimit_BoundsTheSumOfTheMinimums()
    {
        var limited = new ProfileCatalog(ValidProfile.Spec with { Limits = new Limits { MaxNodesTotal = 1 } }, Now);

        Faults(e => ShootProfileValidator.Check(ValidShoot, null, limited, e)).ShouldBeEmpty();
        Faults(e => ShootProfileValidator.Check(ValidShoot.WithWorker(w => w with { Minimum = 2 }), null, limited, e))
            .ShouldHaveSingleItem().ShouldContain("limit of 1 total nodes");
    }

    [Theory]
    [InlineData(null, "1.35.4")]
    [InlineData("1.34", "1.34.7")]
    [InlineData("1", "1.35.4")]
    [InlineData("1.34.6", "1.34.6")]
    [InlineData("1.99", "1.99")]
    public void Version_IsTheNewestThatFits(string? asked, string expected) =>
        ShootResolver.FromProfile(ValidShoot.WithKubernetes(k => k with { Version = asked }), null, Catalog)
            .Spec.Kubernetes.Version.ShouldBe(expected);

    [Fact]
    public void Version_StaysWhenItFitsAlready() =>
        ShootResolver.FromProfile(
            ValidShoot.WithKubernetes(k => k with { Version = "1.34" }),
            ValidShoot.WithKubernetes(k => k with { Version = "1.34.6" }), Catalog)
            .Spec.Kubernetes.Version.ShouldBe("1.34.6");

    [Fact]
    public void Image_IsTheNewestOfTheFirstThatIsNoPreview()
    {
        var shoot = ValidShoot.WithWorker(
            w => w with { Machine = new Machine { Type = "local", Architecture = "amd64" } });

        var image = ShootResolver.FromProfile(shoot, null, Catalog).Spec.Provider.Workers![0].Machine.Image!;

        (image.Name, image.Version).ShouldBe(("local", "1.1.0"));
        ShootResolver.FromProfile(
            shoot, ValidShoot, Catalog).Spec.Provider.Workers![0].Machine.Image!.Version.ShouldBe("1.0.0");
    }

    [Fact]
    public void Lifecycle_DecidesWhatIsOnOffer()
    {
        var catalog = new ProfileCatalog(
            ValidProfile.Spec with
            {
                Kubernetes = new KubernetesSettings
                {
                    Versions =
                    [
                        new ExpirableVersion
                        {
                            Version = "1.40.0",
                            Lifecycle =
                                [new LifecycleStage { Classification = "supported", StartTime = Now.AddDays(1) }],
                        },
                        new ExpirableVersion
                        {
                            Version = "1.39.0",
                            Lifecycle =
                            [
                                new LifecycleStage { Classification = "preview" },
                                new LifecycleStage { Classification = "supported", StartTime = Now.AddDays(-1) },
                            ],
                        },
                    ],
                },
            },
            Now);

        catalog.KubernetesVersions.ShouldBe(["1.39.0"]);
        catalog.NewestKubernetes(null).ShouldBe("1.39.0");
    }

    private static Shoot WithImage(string name, string version) =>
        ValidShoot.WithWorker(
            w => w with
            {
                Machine =
                w.Machine with { Image = new ShootMachineImage { Name = name, Version = version } }
            });

    private static IReadOnlyList<string> FaultsOf(Shoot shoot) =>
        Faults(e => ShootProfileValidator.Check(shoot, null, Catalog, e));
}
