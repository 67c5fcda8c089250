using System.Text.Json;
using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Tests.Validation;

public class GardenletValidatorTests
{
    private const string Head = "apiVersion: gardenlet.config.gardener.cloud/v1alpha1, kind: GardenletConfiguration";

    [Fact]
    public void A_Gardenlet_without_anything_is_given_defaults_and_passes()
    {
        var gardenlet = Gardenlet("");

        Faults(gardenlet).ShouldBeEmpty();
        var deployment = gardenlet.Spec.Deployment;
        (deployment.ReplicaCount, deployment.RevisionHistoryLimit, deployment.EnableHealthProbes, deployment.Image!.PullPolicy)
            .ShouldBe((2, 2, true, "IfNotPresent"));
        gardenlet.Spec.Config!.Value.GetProperty("resources").GetProperty("capacity").GetProperty("shoots").GetString().ShouldBe("250");
        gardenlet.Spec.Config.Value.GetProperty("kind").GetString().ShouldBe("GardenletConfiguration");
    }

    [Fact]
    public void Defaults_leave_alone_what_is_there_and_are_stable()
    {
        var gardenlet = Gardenlet(
            """
              deployment: {helm: {ociRepository: {ref: "r.example/c:1"}}, image: {tag: latest}, replicaCount: 0}
              config: {HEAD, resources: {capacity: {shoots: 3}}, controllers: {shoot: {syncPeriod: 5m}}}
            """.Replace("HEAD", Head, StringComparison.Ordinal));

        gardenlet.Spec.Deployment.Image!.PullPolicy.ShouldBe("Always");
        gardenlet.Spec.Deployment.ReplicaCount.ShouldBe(0);
        KubernetesYaml.Write(KubernetesJson.ToNode(gardenlet)["spec"]!["config"]).ShouldBe(
            """
            apiVersion: gardenlet.config.gardener.cloud/v1alpha1
            controllers:
              shoot:
                syncPeriod: 5m
            kind: GardenletConfiguration
            resources:
              capacity:
                shoots: 3

            """);
        KubernetesJson.Serialize(GardenletDefaults.Apply(gardenlet)).ShouldBe(KubernetesJson.Serialize(gardenlet));
    }

    [Theory]
    [InlineData("config: {HEAD, seedConfig: {metadata: {name: a}}}", "spec.config.seedConfig.metadata.name: Forbidden: seed name is forbidden")]
    [InlineData(
        "config: {HEAD, gardenClientConnection: {kubeconfig: a}}",
        "spec.config.gardenClientConnection.kubeconfig: Forbidden: kubeconfig is forbidden if bootstrap is specified")]
    [InlineData("config: {HEAD, logLevl: debug}", "spec.config.logLevl: Forbidden: unknown field")]
    [InlineData(
        "config: {apiVersion: gardenlet.config.gardener.cloud/v1, kind: GardenletConfiguration}",
        "spec.config.apiVersion: Unsupported value: \"gardenlet.config.gardener.cloud/v1\": supported values: \"gardenlet.config.gardener.cloud/v1alpha1\"")]
    [InlineData("config: {HEAD, logLevel: loud}", "spec.config.logLevel: Unsupported value: \"loud\": supported values: \"debug\", \"info\", \"error\"")]
    [InlineData(
        "config: {HEAD, resources: {capacity: {shoots: 1}, reserved: {shoots: 2}}}",
        "spec.config.resources.reserved.shoots: Invalid value: \"2\": reserved must be lower or equal to capacity")]
    [InlineData(
        "config: {HEAD, gardenClientConnection: {kubeconfigValidity: {validity: 9m}}}",
        "spec.config.gardenClientConnection.kubeconfigValidity.validity: Invalid value: \"9m\": validity must be at least 10m")]
    [InlineData(
        "config: {HEAD, controllers: {shoot: {dnsEntryTTLSeconds: 29}}}",
        "spec.config.controllers.shoot.dnsEntryTTLSeconds: Invalid value: 29: must be within [30,600]")]
    [InlineData(
        "config: {HEAD, controllers: {backupEntry: {deletionGracePeriodShootPurposes: [production]}}}",
        "spec.config.controllers.backupEntry.deletionGracePeriodShootPurposes: Forbidden: must specify grace period hours > 0 when specifying purposes")]
    [InlineData(
        "config: {HEAD, seedConfig: {spec: {networks: {pods: nonsense}}}}",
        "spec.config.seedConfig.spec.networks.pods: Invalid value: \"nonsense\": must be a valid CIDR such as 10.0.0.0/16")]
    [InlineData("deployment: {HELM, image: {ref: a, tag: b}}", "spec.deployment.image: Forbidden: ref and repository/tag are mutually exclusive")]
    [InlineData("deployment: {HELM, image: {tag: ''}}", "spec.deployment.image.tag: Invalid value: \"\": tag must not be empty if specified")]
    [InlineData("deployment: {HELM, replicaCount: -1}", "spec.deployment.replicaCount: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("kubeconfigSecretRef: {}", "spec.kubeconfigSecretRef.name: Required value: must name a Secret of the namespace garden")]
    [InlineData(
        "deployment: {helm: {ociRepository: {repository: r.example/c}}}",
        "spec.deployment.helm.ociRepository: Required value: must provide either tag or digest")]
    public void What_is_wrong_is_named(string spec, string fault) =>
        Faults(Gardenlet(spec.Replace("HEAD", Head, StringComparison.Ordinal)
            .Replace("HELM", "helm: {ociRepository: {ref: 'r.example/c:1'}}", StringComparison.Ordinal))).ShouldBe([fault]);

    [Fact]
    public void It_lives_in_the_garden() =>
        Faults(Gardenlet("") with { Metadata = new ObjectMeta { Name = "a", Namespace = "default" } })
            .ShouldBe(["metadata.namespace: Forbidden: namespace must be garden"]);

    [Theory]
    [InlineData("", "retry", "metadata.annotations[gardener.cloud/operation]: Unsupported value: \"retry\": supported values: \"force-redeploy\", \"reconcile\", \"renew-kubeconfig\"")]
    [InlineData("renew-kubeconfig", "force-redeploy", "metadata.annotations[gardener.cloud/operation]: Forbidden: must not overwrite operation \"renew-kubeconfig\" with \"force-redeploy\"")]
    [InlineData("force-redeploy", "reconcile", "metadata.annotations[gardener.cloud/operation]: Forbidden: must not overwrite operation \"force-redeploy\" with \"reconcile\"")]
    [InlineData("renew-kubeconfig", "renew-kubeconfig", null)]
    [InlineData("renew-kubeconfig", "", null)]
    [InlineData("", "force-redeploy", null)]
    public void Operations_are_known_ones_and_wait_for_each_other(string before, string after, string? fault)
    {
        var (old, updated) = (Asking(before), Asking(after));
        updated = GardenletOperations<Gardenlet>.Consume(updated, old);

        Faults(e =>
        {
            GardenletValidator.Check(updated, e);
            GardenletValidator.CheckChange(updated, old, e);
        }).ShouldBe(fault is null ? [] : [fault]);
    }

    [Fact]
    public void Reconcile_is_consumed_and_counts()
    {
        var asked = Asking("reconcile");

        GardenletValidator.Operations.StartReconciliation(asked, Asking("")).ShouldBeTrue();
        GardenletOperations<Gardenlet>.Consume(asked, Asking("")).Metadata.Annotations.ShouldBeNull();
        GardenletValidator.Operations.StartReconciliation(Asking("renew-kubeconfig"), Asking("renew-kubeconfig")).ShouldBeTrue();
        GardenletValidator.Operations.StartReconciliation(Asking(""), Asking("renew-kubeconfig")).ShouldBeFalse();
    }

    [Fact]
    public void Networks_of_the_seed_stay_as_they_are()
    {
        Gardenlet With(string pods) => Gardenlet($"config: {{{Head}, seedConfig: {{spec: {{networks: {{pods: {pods}}}}}}}}}");

        Faults(e => GardenletValidator.CheckChange(With("10.1.0.0/16"), With("10.2.0.0/16"), e))
            .ShouldBe(["spec.config.seedConfig.spec.networks.pods: Invalid value: \"10.1.0.0/16\": field is immutable"]);
    }

    private static Gardenlet Asking(string operation) => Gardenlet("") with
    {
        Metadata = new ObjectMeta
        {
            Name = "local",
            Namespace = "garden",
            Annotations = operation.Length == 0 ? null : new Dictionary<string, string> { ["gardener.cloud/operation"] = operation },
        },
    };

    private static Gardenlet Gardenlet(string spec)
    {
        var tree = KubernetesYaml.Parse(
            "metadata: {name: local, namespace: garden}\nspec:\n  dummy: 1\n" + string.Join('\n', spec.Split('\n').Select(l => "  " + l.TrimStart())));
        tree["spec"]!.AsObject().Remove("dummy");
        if (tree["spec"]!["deployment"] is null)
        {
            tree["spec"]!["deployment"] = JsonSerializer.SerializeToNode(
                new { helm = new { ociRepository = new { @ref = "registry.example/charts/gardenlet:v1" } } });
        }

        return GardenletDefaults.Apply(KubernetesJson.Deserialize<Gardenlet>(tree));
    }

    private static List<string> Faults(Gardenlet gardenlet) => Faults(e => GardenletValidator.Check(gardenlet, e));

    private static List<string> Faults(Action<FieldErrors> check)
    {
        var errors = new FieldErrors();
        check(errors);
        return [.. errors.All.Select(e => e.ToString())];
    }
}
