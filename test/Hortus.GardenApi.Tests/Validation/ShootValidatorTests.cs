using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Validation;

public class ShootValidatorTests
{
    [Fact]
    public void ShootWithDefaults_IsValid() => FaultsOf(ValidShoot).ShouldBeEmpty();

    [Fact]
    public void Name_MustBeALabel() =>
        FaultsOf(ValidShoot with { Metadata = ValidShoot.Metadata with { Name = "My_Shoot" } })
            .ShouldHaveSingleItem().ShouldStartWith(
                "metadata.name: Invalid value: \"My_Shoot\": a lowercase RFC 1123 label");

    [Fact]
    public void RegionProviderAndProfile_AreRequired() =>
        FaultsOf(
            ValidShoot.With(s => s with { Region = "", Provider = s.Provider with { Type = "" }, CloudProfile = null }))
                .ShouldBe(
        [
            "spec.region: Required value: must specify a region",
            "spec.provider.type: Required value: must specify a provider type",
            "spec.cloudProfile.name: Required value: must specify a cloud profile",
        ]);

    [Fact]
    public void Purpose_IsOneOfALists_AndInfrastructureOnlyInTheGarden()
    {
        FaultsOf(ValidShoot.With(s => s with { Purpose = "fun" })).ShouldHaveSingleItem().ShouldBe(
            "spec.purpose: Unsupported value: \"fun\": supported values: \"evaluation\", \"testing\", "
                + "\"development\", \"production\", \"infrastructure\"");
        FaultsOf(ValidShoot.With(s => s with { Purpose = "infrastructure" })).ShouldHaveSingleItem().ShouldContain(
            "namespace garden");
    }

    [Fact]
    public void ShootWithWorkers_NeedsCredentials() =>
        FaultsOf(ValidShoot.With(s => s with { CredentialsBindingName = null }))
            .ShouldBe(["spec.credentialsBindingName: Required value: must be set when provider workers are set"]);

    [Fact]
    public void OldForms_AreRefusedFromKubernetes134On()
    {
        var shoot = ValidShoot.With(
            s => s with { CredentialsBindingName = null, SecretBindingName = "local", CloudProfileName = "local" });

        FaultsOf(shoot).ShouldBe(
        [
            "spec.secretBindingName: Forbidden: is not allowed for Kubernetes versions >= 1.34, use "
                + "spec.credentialsBindingName",
            "spec.cloudProfileName: Forbidden: is not allowed for Kubernetes versions >= 1.34, use spec.cloudProfile",
        ]);
        FaultsOf(shoot.WithKubernetes(k => k with { Version = "1.33.1" })).ShouldBeEmpty();
    }

    [Fact]
    public void Extensions_AreUniqueByType() =>
        FaultsOf(
            ValidShoot.With(
                s => s with
                {
                    Extensions =
                    [new Extension { Type = "a" }, new Extension { Type = "a" }, new Extension()]
                })).ShouldBe(
        [
            "spec.extensions[1].type: Duplicate value: \"a\"",
            "spec.extensions[2].type: Required value: must specify a type",
        ]);

    [Fact]
    public void Addons_AreOnlyForEvaluation()
    {
        var addons = new Addons { NginxIngress = new NginxIngress { Enabled = true } };

        var older = ValidShoot.WithKubernetes(k => k with { Version = "1.34.2" });
        FaultsOf(older.With(s => s with { Addons = addons })).ShouldBeEmpty();
        FaultsOf(ValidShoot.WithKubernetes(k => k with { Version = "1.35.0" }).With(s => s with { Addons = addons })).ShouldBe(
            ["spec.addons: Forbidden: addons are not supported for Kubernetes versions >= 1.35"]);
        FaultsOf(older.With(s => s with { Addons = addons, Purpose = "production" }))
            .ShouldBe(
                ["spec.addons: Forbidden: for now addons can only be enabled for clusters with purpose "
                    + "\"evaluation\""]);
    }

    [Fact]
    public void WorkerlessShoot_MustNotHaveWhatOnlyWorkersNeed()
    {
        var workerless = ValidShoot.With(s => s with { Provider = s.Provider with { Workers = [] } });

        var faults = FaultsOf(workerless);

        faults.ShouldContain("spec.credentialsBindingName: Forbidden: must not be set for a cluster without workers");
        faults.ShouldContain("spec.networking.pods: Forbidden: must not be set for a cluster without workers");
        faults.ShouldContain("spec.kubernetes.kubelet: Forbidden: must not be set for a cluster without workers");
    }

    [Fact]
    public void KubernetesVersion_MustBeAVersion()
    {
        FaultsOf(ValidShoot.WithKubernetes(k => k with { Version = null }))
            .ShouldContain("spec.kubernetes.version: Required value: kubernetes version must not be empty");
        FaultsOf(ValidShoot.WithKubernetes(k => k with { Version = "newest" }))
            .ShouldContain("spec.kubernetes.version: Invalid value: \"newest\": must be a version such as 1.34.2");
    }

    [Fact]
    public void StaticTokenKubeconfig_IsRefused() =>
        FaultsOf(ValidShoot.WithKubernetes(k => k with { EnableStaticTokenKubeconfig = true })).ShouldHaveSingleItem()
            .ShouldStartWith("spec.kubernetes.enableStaticTokenKubeconfig: Invalid value: true");

    [Fact]
    public void NodeMask_MustHoldThePods() =>
        FaultsOf(ValidShoot.WithKubernetes(k => k with
        {
            Kubelet = k.Kubelet! with { MaxPods = 200 },
            KubeControllerManager = k.KubeControllerManager! with { NodeCIDRMaskSize = 26 },
        })).ShouldHaveSingleItem().ShouldBe(
            "spec.kubernetes.kubeControllerManager.nodeCIDRMaskSize: Invalid value: 26: a node has 64 addresses with "
                + "this size, but kubelet.maxPods is 200");

    [Theory]
    [InlineData("220000+0100", "221500+0100", "at least 30 minutes")]
    [InlineData("220000+0100", "050000+0100", "at most 6 hours")]
    [InlineData("10pm", "110000+0100", "HHMMSS+ZONE")]
    public void MaintenanceWindow_MustHaveAFormAndALength(string begin, string end, string reason) =>
        FaultsOf(ValidShoot.With(s => s with
        {
            Maintenance = s.Maintenance! with { TimeWindow = new MaintenanceTimeWindow { Begin = begin, End = end } },
        })).ShouldHaveSingleItem().ShouldContain(reason);

    [Fact]
    public void MaintenanceWindow_MayCrossMidnightAndZones() =>
        FaultsOf(ValidShoot.With(s => s with
        {
            Maintenance = s.Maintenance! with
            {
                TimeWindow = new MaintenanceTimeWindow { Begin = "233000+0000", End = "023000+0100" },
            },
        })).ShouldBeEmpty();

    [Fact]
    public void HibernationSchedule_NeedsATimeACronSpecAndAZone() =>
        FaultsOf(ValidShoot.With(s => s with
        {
            Hibernation = new Hibernation
            {
                Schedules =
                [
                    new HibernationSchedule { Location = "Nowhere" },
                    new HibernationSchedule { Start = "at eight" },
                    new HibernationSchedule { Start = "0 20 * * 1-5", End = "0 6 * * 1-5" },
                ],
            },
        })).ShouldBe(
        [
            "spec.hibernation.schedules[0]: Required value: either start or end has to be provided",
            "spec.hibernation.schedules[0].location: Invalid value: \"Nowhere\": must be a time zone such as "
                + "Europe/Berlin",
            "spec.hibernation.schedules[1].start: Invalid value: \"at eight\": not a valid cron spec: want five "
                + "fields such as \"0 20 * * 1-5\"",
        ]);

    [Fact]
    public void DnsProviders_AtMostOneIsPrimary() =>
        FaultsOf(ValidShoot.With(s => s with
        {
            Dns = new Dns
            {
                Domain = "a.example.com",
                Providers = [new DNSProvider { Type = "x", Primary = true }, new DNSProvider { Primary = true }],
            },
        })).ShouldBe(
        [
            "spec.dns.providers[1].type: Required value: type must be set",
            "spec.dns.providers: Forbidden: multiple primary DNS providers are not supported",
        ]);

    private static IReadOnlyList<string> FaultsOf(Shoot shoot) => Faults(e => ShootValidator.Check(shoot, e));
}
