using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Validation;

public class ShootChangeValidatorTests
{
    public static TheoryData<string, Func<ShootSpec, ShootSpec>> ImmutableFields => new()
    {
        { "spec.region", s => s with { Region = "other" } },
        { "spec.provider.type", s => s with { Provider = s.Provider with { Type = "other" } } },
        { "spec.networking.type", s => s with { Networking = s.Networking! with { Type = "other" } } },
        { "spec.networking.pods", s => s with { Networking = s.Networking! with { Pods = "10.5.0.0/16" } } },
        { "spec.networking.services", s => s with { Networking = s.Networking! with { Services = "10.5.0.0/16" } } },
        { "spec.networking.nodes", s => s with { Networking = s.Networking! with { Nodes = "10.5.0.0/16" } } },
        {
            "spec.kubernetes.kubeControllerManager.nodeCIDRMaskSize",
            s => s with
            {
                Kubernetes = s.Kubernetes with
                {
                    KubeControllerManager = s.Kubernetes.KubeControllerManager! with { NodeCIDRMaskSize = 25 },
                },
            }
        },
    };

    [Theory]
    [MemberData(nameof(ImmutableFields))]
    public void ImmutableField_CannotChange(string path, Func<ShootSpec, ShootSpec> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var fault = FaultsOf(ValidShoot.With(change), ValidShoot).ShouldHaveSingleItem();

        fault.ShouldStartWith(path + ": Invalid value");
        fault.ShouldEndWith("field is immutable");
    }

    [Fact]
    public void Domain_CanBeSetOnce()
    {
        var named = ValidShoot.With(s => s with { Dns = new Dns { Domain = "a.example.com" } });

        FaultsOf(named, ValidShoot).ShouldBeEmpty();
        FaultsOf(named.With(s => s with { Dns = new Dns { Domain = "b.example.com" } }), named)
            .ShouldBe(["spec.dns.domain: Invalid value: \"b.example.com\": field is immutable"]);
    }

    [Fact]
    public void CredentialsBinding_CanChangeButNotGo()
    {
        FaultsOf(ValidShoot.With(s => s with { CredentialsBindingName = "other" }), ValidShoot).ShouldBeEmpty();
        FaultsOf(ValidShoot.With(s => s with { CredentialsBindingName = null }), ValidShoot)
            .ShouldBe(["spec.credentialsBindingName: Forbidden: the field cannot be unset"]);
    }

    [Theory]
    [InlineData("1.34.6", "kubernetes version downgrade is not supported (from 1.34.7 to 1.34.6)")]
    [InlineData("1.33.9", "kubernetes version downgrade is not supported (from 1.34.7 to 1.33.9)")]
    [InlineData("1.36.0", "kubernetes version upgrade cannot skip a minor version (from 1.34.7 to 1.36.0)")]
    public void Version_GoesUpByOneMinorAtMost(string version, string reason) =>
        FaultsOf(ValidShoot.WithKubernetes(k => k with { Version = version }), ValidShoot)
            .ShouldContain($"spec.kubernetes.version: Forbidden: {reason}");

    [Theory]
    [InlineData("1.34.9")]
    [InlineData("1.35.1")]
    public void Version_MayGoToTheNextPatchOrMinor(string version) =>
        FaultsOf(ValidShoot.WithKubernetes(k => k with { Version = version }), ValidShoot).ShouldBeEmpty();

    [Fact]
    public void PoolVersion_CannotGoDown()
    {
        var old = ValidShoot.WithWorker(w => w with { Kubernetes = new WorkerKubernetes { Version = "1.33.4" } });

        FaultsOf(ValidShoot.WithWorker(w => w with { Kubernetes = new WorkerKubernetes { Version = "1.33.3" } }), old)
            .ShouldHaveSingleItem().ShouldStartWith("spec.provider.workers[0].kubernetes.version: Forbidden");
    }

    [Fact]
    public void Workers_CannotAllGo() =>
        FaultsOf(ValidShoot.With(s => s with { Provider = s.Provider with { Workers = [] } }), ValidShoot)
            .ShouldContain(
                "spec.provider.workers: Forbidden: a cluster cannot be switched between with and without workers");

    [Fact]
    public void Spec_IsFrozenWhileTheShootIsDeleted()
    {
        var deleted = ValidShoot with { Metadata = ValidShoot.Metadata with { DeletionTimestamp = Now } };

        FaultsOf(deleted, deleted).ShouldBeEmpty();
        FaultsOf(deleted.With(s => s with { Purpose = "testing" }), deleted)
            .ShouldBe(["spec: Forbidden: cannot update the specification of a cluster that is being deleted"]);
    }

    [Fact]
    public void Spec_IsFrozenWhileTheControlPlaneMoves()
    {
        var moving = ValidShoot with
        {
            Status = new ShootStatus { LastOperation = new LastOperation { Type = "Migrate", State = "Processing" } },
        };

        FaultsOf(moving.With(s => s with { Purpose = "testing" }), moving).ShouldHaveSingleItem().ShouldContain(
            "moves to another seed");
    }

    [Fact]
    public void Hibernation_IsRefusedWhenAConstraintSaysSo()
    {
        var old = ValidShoot with
        {
            Status = new ShootStatus
            {
                Constraints =
                [
                    new GardenerCondition
                    {
                        Type = GardenerConditions.HibernationPossible, Status = "False", Message = "a webhook",
                    },
                ],
            },
        };

        FaultsOf(old.With(s => s with { Hibernation = new Hibernation { Enabled = true } }), old).ShouldBe(
            ["spec.hibernation.enabled: Forbidden: the constraint HibernationPossible is not True: a webhook"]);
    }

    [Theory]
    [InlineData("Preparing", 1)]
    [InlineData("Completing", 1)]
    [InlineData("Prepared", 0)]
    [InlineData("Completed", 0)]
    public void Hibernation_IsRefusedInTheMiddleOfARotation(string phase, int faults)
    {
        var old = ValidShoot with
        {
            Status = new ShootStatus
            {
                Credentials = new ShootCredentials
                {
                    Rotation = new ShootCredentialsRotation { CertificateAuthorities = new CARotation { Phase = phase } },
                },
            },
        };

        var found = FaultsOf(old.With(s => s with { Hibernation = new Hibernation { Enabled = true } }), old);

        found.Count.ShouldBe(faults);
        found.ShouldAllBe(f => f == "spec.hibernation.enabled: Forbidden: the cluster cannot be hibernated while the rotation of "
            + $"certificateAuthorities is in phase {phase}");
    }

    [Fact]
    public void UnknownOperation_IsRefused()
    {
        var asked = ValidShoot with
        {
            Metadata = ValidShoot.Metadata with
            {
                Annotations = new Dictionary<string, string>
                {
                    [GardenerAnnotations.Operation] = "rotate-rollout-workers=pool;explode",
                },
            },
        };

        FaultsOf(asked, ValidShoot).ShouldHaveSingleItem()
            .ShouldStartWith(
                "metadata.annotations[gardener.cloud/operation]: Unsupported value: \"explode\": supported values: "
                    + "\"reconcile\"");
    }

    [Fact]
    public void StatusIdentities_CanBeSetOnce()
    {
        var old = new ShootStatus { Uid = "1", TechnicalID = "shoot--a--b" };

        Faults(e => ShootChangeValidator.CheckStatus(old, new ShootStatus(), e)).ShouldBeEmpty();
        Faults(e => ShootChangeValidator.CheckStatus(old with { Uid = "2", TechnicalID = "x" }, old, e)).ShouldBe(
        [
            "status.uid: Invalid value: \"2\": field is immutable",
            "status.technicalID: Invalid value: \"x\": field is immutable",
        ]);
    }

    private static IReadOnlyList<string> FaultsOf(Shoot shoot, Shoot old) =>
        Faults(e => ShootChangeValidator.Check(shoot, old, e));
}
