using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Validation;

public class ControllerValidatorTests
{
    [Fact]
    public void Resources_have_a_known_kind_and_the_fields_of_their_kind()
    {
        FaultsOf(new ControllerResource { Kind = "Worker", Type = "local", ReconcileTimeout = "1m", AutoEnable = ["shoot"] }).ShouldBe(
        [
            "spec.resources[0].autoEnable: Forbidden: field must not be set when kind != Extension",
            "spec.resources[0].reconcileTimeout: Forbidden: field must not be set when kind != Extension",
        ]);
        FaultsOf(new ControllerResource { Kind = "Magic", Type = "local" }).ShouldHaveSingleItem()
            .ShouldStartWith("spec.resources[0].kind: Unsupported value: \"Magic\"");
        FaultsOf(new ControllerResource { Kind = "Worker" })
            .ShouldBe(["spec.resources[0].type: Required value: field is required"]);
        FaultsOf(new ControllerResource { Kind = "Worker", Type = "local", ContinuousEndpointUpdate = true }).ShouldBe(
            ["spec.resources[0].continuousEndpointUpdate: Forbidden: field must not be set when kind != SelfHostedShootExposure"]);
    }

    [Fact]
    public void Pairs_of_kind_and_type_are_named_once_whatever_stands_between_them()
    {
        var a = new ControllerResource { Kind = "Extension", Type = "a" };

        FaultsOf(a, new ControllerResource { Kind = "Extension", Type = "b" }, a)
            .ShouldBe(["spec.resources[2]: Duplicate value: \"Extension/a\""]);
    }

    [Fact]
    public void Extensions_are_enabled_where_they_are_compatible()
    {
        FaultsOf(new ControllerResource { Kind = "Extension", Type = "a", AutoEnable = ["seed", "seed", "moon"] }).Select(
            f => f.Replace("spec.resources[0].autoEnable", "", StringComparison.Ordinal)).ShouldBe(
        [
            "[1]: Duplicate value: \"seed\"",
            "[2]: Unsupported value: \"moon\": supported values: \"shoot\", \"seed\"",
            "[0]: Forbidden: autoEnable is not allowed for cluster type \"seed\" when clusterCompatibility is set to [shoot]",
            "[1]: Forbidden: autoEnable is not allowed for cluster type \"seed\" when clusterCompatibility is set to [shoot]",
            "[2]: Forbidden: autoEnable is not allowed for cluster type \"moon\" when clusterCompatibility is set to [shoot]",
        ]);
        FaultsOf(new ControllerResource { Kind = "Extension", Type = "a", ClusterCompatibility = ["garden"] }).ShouldHaveSingleItem()
            .ShouldStartWith("spec.resources[0].clusterCompatibility[0]: Unsupported value: \"garden\"");
        FaultsOf(new ControllerResource
        {
            Kind = "Extension",
            Type = "a",
            Lifecycle = new ControllerResourceLifecycle { Reconcile = "AfterWorker", Delete = "AfterWorker" },
        }).ShouldHaveSingleItem().ShouldStartWith("spec.resources[0].lifecycle.delete: Unsupported value: \"AfterWorker\"");
    }

    [Fact]
    public void Defaults_say_what_was_left_out()
    {
        var resources = Complete(new ControllerRegistrationSpec
        {
            Resources =
            [
                new ControllerResource { Kind = "Extension", Type = "a" },
                new ControllerResource { Kind = "Worker", Type = "a", Primary = false },
                new ControllerResource { Kind = "SelfHostedShootExposure", Type = "a" },
            ],
            Deployment = new ControllerRegistrationDeployment(),
        });

        var extension = resources.Spec.Resources![0];
        (extension.Primary, extension.ReconcileTimeout, extension.Lifecycle!.Reconcile, extension.Lifecycle.Delete)
            .ShouldBe((true, "3m0s", "AfterKubeAPIServer", "BeforeKubeAPIServer"));
        (extension.Lifecycle.Migrate, extension.ClusterCompatibility!.ShouldHaveSingleItem()).ShouldBe(("BeforeKubeAPIServer", "shoot"));
        (resources.Spec.Resources[1].Primary, resources.Spec.Resources[1].Lifecycle).ShouldBe((false, null));
        resources.Spec.Resources[2].ContinuousEndpointUpdate.ShouldBe(true);
        resources.Spec.Deployment!.Policy.ShouldBe("OnDemand");
        GardenDefaults.Apply(resources).ShouldBeEquivalentTo(resources);
    }

    [Fact]
    public void A_seed_selector_is_for_what_is_not_owned_and_can_be_read()
    {
        var deployment = new ControllerRegistrationDeployment
        {
            SeedSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["env"] = "dev" } },
        };
        var owned = new ControllerRegistrationSpec
        {
            Resources = [new ControllerResource { Kind = "Worker", Type = "a" }],
            Deployment = deployment,
        };

        FaultsOf(owned).ShouldBe(
        [
            "spec.deployment.seedSelector: Forbidden: specifying a seed selector is not allowed when controlling resources primarily",
        ]);
        FaultsOf(owned with { Resources = [owned.Resources[0] with { Primary = false }] }).ShouldBeEmpty();
        FaultsOf(new ControllerRegistrationSpec
        {
            Deployment = new ControllerRegistrationDeployment
            {
                Policy = "Never",
                SeedSelector = new LabelSelector { MatchExpressions = [new LabelSelectorRequirement { Key = "a", Operator = "Like" }] },
                DeploymentRefs = [new DeploymentRef { Name = "a" }, new DeploymentRef()],
            },
        }).Select(f => string.Join(':', f.Split(':')[..2])).ShouldBe(
        [
            "spec.deployment.policy: Unsupported value", "spec.deployment.seedSelector: Invalid value",
            "spec.deployment.deploymentRefs: Forbidden", "spec.deployment.deploymentRefs[1].name: Required value",
        ]);
    }

    [Fact]
    public void A_registration_keeps_what_it_owns_and_is_left_alone_while_it_goes()
    {
        var old = Complete(new ControllerRegistrationSpec { Resources = [new ControllerResource { Kind = "Worker", Type = "a" }] });
        var changed = old with { Spec = old.Spec with { Resources = [old.Spec.Resources![0] with { Primary = false }] } };
        var going = old with { Metadata = old.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } };

        Faults(e => ControllerValidator.CheckChange(changed, old, e))
            .ShouldBe(["spec.resources[0].primary: Invalid value: false: field is immutable"]);
        Faults(e => ControllerValidator.CheckChange(going with { Spec = new ControllerRegistrationSpec() }, going, e))
            .ShouldBe(["spec: Forbidden: cannot be changed while the object is being deleted"]);
        Faults(e => ControllerValidator.CheckChange(going, old, e)).ShouldBeEmpty();
    }

    [Fact]
    public void An_installation_names_what_goes_where_for_good()
    {
        var installation = new ControllerInstallation
        {
            Metadata = new ObjectMeta { Name = "a" },
            Spec = new ControllerInstallationSpec
            {
                RegistrationRef = new Objects.Kubernetes.ObjectReference { Name = "local", ResourceVersion = "1" },
                SeedRef = new Objects.Kubernetes.ObjectReference { Name = "seed", ResourceVersion = "1" },
            },
        };
        ControllerInstallation With(string registration, string seed) => installation with
        {
            Spec = installation.Spec with
            {
                RegistrationRef = new Objects.Kubernetes.ObjectReference { Name = registration, ResourceVersion = "2" },
                SeedRef = new Objects.Kubernetes.ObjectReference { Name = seed, ResourceVersion = "2" },
            },
        };

        Faults(e => ControllerValidator.Check(installation, e)).ShouldBeEmpty();
        Faults(e => ControllerValidator.Check(installation with { Spec = new ControllerInstallationSpec() }, e))
            .Select(f => f.Split(':')[0]).ShouldBe(["spec.registrationRef.name", "spec.seedRef"]);
        Faults(e => ControllerValidator.CheckChange(With("local", "seed"), installation, e)).ShouldBeEmpty();
        Faults(e => ControllerValidator.CheckChange(With("other", "moon"), installation, e))
            .Select(f => f.Split(':')[0]).ShouldBe(["spec.registrationRef.name", "spec.seedRef.name"]);
    }

    private static ControllerRegistration Complete(ControllerRegistrationSpec spec) =>
        GardenDefaults.Apply(new ControllerRegistration { Metadata = new ObjectMeta { Name = "a" }, Spec = spec });

    private static IReadOnlyList<string> FaultsOf(params ControllerResource[] resources) =>
        FaultsOf(new ControllerRegistrationSpec { Resources = resources });

    private static IReadOnlyList<string> FaultsOf(ControllerRegistrationSpec spec) =>
        Faults(e => ControllerValidator.Check(Complete(spec), e));
}
