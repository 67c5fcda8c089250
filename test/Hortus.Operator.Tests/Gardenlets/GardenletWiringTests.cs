using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Operator.Tests.Extensions;
using Hortus.Runtime;
using Deployment = Hortus.Objects.Kubernetes.Deployment;

namespace Hortus.Operator.Tests.Gardenlets;

/// <summary>The whole operator with a Garden.</summary>
[Trait("Category", "Integration")]
public sealed class GardenletWiringTests
{
    private const string Repository = "registry.example/charts/gardenlet";

    [Fact]
    public async Task An_operator_deploys_gardenlets_and_keeps_charts_of_those_that_want_it_at_its_own_version()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        world.Charts = new ChartScript();
        world.Charts.Offer(GardenletWorld.Chart, _ => """
            apiVersion: scheduling.k8s.io/v1
            kind: PriorityClass
            metadata: { name: gardener-system-critical }
            value: 999998950
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: { namespace: garden, name: gardenlet }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: { name: gardenlet }
            rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: { name: gardenlet }
            roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: gardenlet }
            subjects: [{ kind: ServiceAccount, namespace: garden, name: gardenlet }]
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: { namespace: garden, name: gardenlet }
            spec: { maxUnavailable: 1, selector: { matchLabels: { app: gardenlet } } }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { namespace: garden, name: gardenlet }
            spec:
              selector: { matchLabels: { app: gardenlet } }
              template: { metadata: { labels: { app: gardenlet } }, spec: { containers: [{ name: gardenlet, image: test }] } }
            """);
        await world.Garden.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, deadline.Token);
        var plain = await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), deadline.Token);
        await world.Garden.CreateAsync(Updated("kept"), deadline.Token);
        world.StartOperator(options: new OperatorOptions { GardenletChartRepository = Repository });
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        await world.UntilSucceededAsync(deadline.Token);

        await world.Runtime.UntilAsync<Deployment>(GardenletWorld.Installed, found => found is not null, deadline.Token);
        var wanted = $"{Repository}:{BuildVersion.Current}";
        var updated = await world.Garden.UntilAsync<Gardenlet>(
            GardenletWorld.Key("kept"), found => found?.Spec.Deployment.Helm.OciRepository.Ref == wanted, deadline.Token);
        var chart = updated!.Spec.Deployment.Helm.OciRepository;
        (chart.Repository, chart.Tag, chart.PullSecretRef?.Name, chart.CaBundleSecretRef?.Name).ShouldBe((null, null, "pull", "authority"));
        (await world.Garden.GetAsync<Gardenlet>(plain.Key, deadline.Token)).Spec.Deployment.Helm.OciRepository.Ref
            .ShouldBe(GardenletWorld.Chart);
        var release = world.Charts.ReleaseOf(GardenletWorld.Chart, "garden");
        var kubeconfig = KubeConfig.Parse(
            $"{ChartScript.Value(release, "config", "gardenClientConnection", "bootstrapKubeconfig", "kubeconfig")}", null);
        kubeconfig.Clusters[0].Server.ShouldBe("https://api.garden.example");
        kubeconfig.Clusters[0].CertificateAuthorityPem.ShouldStartWith("-----BEGIN CERTIFICATE-----");
    }

    private static Gardenlet Updated(string name)
    {
        var gardenlet = GardenletWorld.NewGardenlet(name);
        return gardenlet with
        {
            Metadata = gardenlet.Metadata with
            {
                Labels = new Dictionary<string, string> { [GardenerLabels.AutoUpdateGardenletChart] = "true" },
            },
            Spec = gardenlet.Spec with
            {
                Deployment = gardenlet.Spec.Deployment with
                {
                    Helm = new GardenletHelm
                    {
                        OciRepository = new OCIRepository
                        {
                            Repository = "registry.example/charts/old",
                            Tag = "v0",
                            PullSecretRef = new LocalObjectReference { Name = "pull" },
                            CaBundleSecretRef = new LocalObjectReference { Name = "authority" },
                        },
                    },
                },
            },
        };
    }
}
