using Hortus.Client;
using Hortus.Components;
using Hortus.Local.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Local.Bootstrap;

/// <summary>
/// Brings a local garden up, or back: node, runtime cluster, operator, virtual garden, seeds. Every step finds what an
/// earlier run made and only adds what is missing.
/// </summary>
public sealed class BringUp(LocalGardenOptions options, IBringUpProgress progress, TimeProvider time)
{
    private const string FieldManager = "hortus-up";

    private readonly StateDirectory state = new(options.StateDirectory);
    private readonly ImageVector images = new();

    /// <summary>Runs all steps; garden and seeds are ready when the task completes.</summary>
    /// <exception cref="LocalGardenException">The machine lacks something, or a part did not become ready in time.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Preflight.Check(options, state);
        var manifest = GardenManifest.Read(options, state);
        state.Create(options.Seeds);
        using var deadline = new CancellationTokenSource(options.ReadyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await RunStepsAsync(manifest, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LocalGardenException(
                $"the garden was not ready after {options.ReadyTimeout}; `hortus status` shows what is waited for, "
                + $"logs are in {state.Logs}");
        }
    }

    private async Task RunStepsAsync(GardenManifest manifest, CancellationToken cancellationToken)
    {
        await progress.StepAsync("node", _ => new NodeStart(options, state, images, time).RunAsync(cancellationToken));
        using var runtime = Connect(state.Runtime.Kubeconfig);
        var charts = new LocalCharts(options, state, time).PublishAsync(cancellationToken);
        await progress.StepAsync(
            "runtime cluster and registry", _ => Task.WhenAll(charts, WaitForApiServerAsync(runtime, cancellationToken)));
        await progress.StepAsync("operator", _ => DeployOperatorAsync(runtime, manifest.Shape, cancellationToken));
        await progress.StepAsync("garden", async detail =>
        {
            await new GardenExtensions(runtime, state, time).ApplyAsync(await charts, manifest.Shape, cancellationToken);
            await CreateGardenAsync(runtime, manifest, detail, cancellationToken);
        });
        await WriteGardenKubeconfigAsync(runtime, cancellationToken);
        using var garden = Connect(state.GardenKubeconfig);
        var manifests = new CheckedManifests(garden, time) { KindsMayCome = true };
        var gardenlets = new LocalGardenlet(garden, manifests, state, manifest.Shape, FieldManager);

        await progress.StepAsync("project, cloud profile and credentials", async _ =>
        {
            // A garden that comes back was ready before: its status says so while its API servers still start.
            await WaitForGardenAsync(garden, cancellationToken);
            await garden.ApplyAsync(GardenNamespace(), FieldManager, cancellationToken);

            // The gardenlet is deployed while the garden is being furnished.
            await gardenlets.ApplyRegistryAccessAsync(cancellationToken);
            await gardenlets.ApplyAsync(state.Runtime, await charts, cancellationToken);
            await ApplyGardenObjectsAsync(manifests, cancellationToken);
        });
        await Task.WhenAll(
        [
            progress.StepAsync(
                "seed", detail => WaitForSeedAsync(garden, LocalCluster.Runtime.SeedName, detail, cancellationToken)),
            .. state.Of(options.Seeds).Skip(1).Select(cluster => progress.StepAsync("seed " + cluster.Cluster.SeedName, async detail =>
            {
                detail.Report("waiting for its cluster");
                await SeedCluster.PrepareAsync(cluster, FieldManager, time, cancellationToken);
                await gardenlets.ApplyAsync(cluster, await charts, cancellationToken);
                await WaitForSeedAsync(garden, cluster.Cluster.SeedName, detail, cancellationToken);
            })),
        ]);
    }

    private Task UntilItWorksAsync(Func<Task> call, CancellationToken cancellationToken) =>
        Attempts.UntilItWorksAsync(call, time, cancellationToken);

    private Task WaitForApiServerAsync(KubernetesClient client, CancellationToken cancellationToken) => UntilItWorksAsync(
        () => client.GetAsync<Namespace>(ObjectKey.Cluster("kube-system"), cancellationToken), cancellationToken);

    // Gardener's groups have a server of their own, which may come later; each group is passed on when it has been found there.
    private async Task WaitForGardenAsync(KubernetesClient garden, CancellationToken cancellationToken)
    {
        var few = new ListOptions { Limit = 1 };
        await UntilItWorksAsync(() => garden.ListAsync<CloudProfile>(few, cancellationToken), cancellationToken);
        await UntilItWorksAsync(() => garden.ListAsync<CredentialsBinding>(few, cancellationToken), cancellationToken);
        await UntilItWorksAsync(() => garden.ListAsync<Gardenlet>(few, cancellationToken), cancellationToken);
    }

    private async Task DeployOperatorAsync(KubernetesClient runtime, GardenShape shape, CancellationToken cancellationToken)
    {
        await LocalGardenlet.RefuseFormerAsync(runtime, state, cancellationToken);
        await runtime.ApplyAsync(GardenNamespace(), FieldManager, cancellationToken);
        var deployer = new DirectDeployer(runtime, FieldManager);
        var values = ChartCacheValues.Of(state, OperatorRelease.Name);
        values["replicaCount"] = shape.Replicas;
        await Task.WhenAll(
            new OperatorRelease(options, state, time).InstallAsync(values, cancellationToken),
            deployer.DeployAsync(new NodeNetworkKinds(), cancellationToken),
            deployer.DeployAsync(new RegistryObjects(), cancellationToken),
            deployer.DeployAsync(new RegistryAccessObjects(state), cancellationToken));

        // The operator's readiness shows in the Garden; only the kinds themselves have to be there first.
        var few = new ListOptions { Limit = 1 };
        await UntilItWorksAsync(() => runtime.ListAsync<Garden>(few, cancellationToken), cancellationToken);
        await UntilItWorksAsync(() => runtime.ListAsync<Objects.Gardener.Operator.Extension>(few, cancellationToken), cancellationToken);
    }

    private static Namespace GardenNamespace() => new()
    {
        Metadata = new ObjectMeta
        {
            Name = GardenerNames.GardenNamespace,
            Labels = new Dictionary<string, string> { ["gardener.cloud/role"] = "garden" },
        },
    };

    private async Task CreateGardenAsync(
        KubernetesClient runtime, GardenManifest manifest, IStepDetail detail, CancellationToken cancellationToken)
    {
        detail.Report("waiting for the operator, which judges Gardens");
        await manifest.ApplyAsync(new CheckedManifests(runtime, time), state, FieldManager, cancellationToken);
        await foreach (var garden in runtime.StatesAsync<Garden>(ObjectKey.Cluster(GardenManifest.GardenName), cancellationToken))
        {
            var operation = garden?.Status?.LastOperation;
            if (operation is { State: "Succeeded", Type: "Reconcile" or "Create" }
                && garden!.Status!.ObservedGeneration == garden.Metadata.Generation)
            {
                return;
            }

            detail.Report(operation is null ? "waiting for the operator" : $"{operation.Progress} % {operation.Description}");
        }
    }

    private async Task WriteGardenKubeconfigAsync(KubernetesClient runtime, CancellationToken cancellationToken)
    {
        var issuer = await GardenIssuer.FindAsync(runtime, time, cancellationToken);
        StateDirectory.WriteSecret(
            state.GardenKubeconfig,
            issuer.Administrator($"https://127.0.0.1:{options.Port}", LocalNetwork.GardenServerName));
    }

    private static async Task ApplyGardenObjectsAsync(CheckedManifests manifests, CancellationToken cancellationToken)
    {
        foreach (var example in new[] { "10-cloudprofile.yaml", "50-domains.yaml", "20-project.yaml", "30-credentials.yaml" })
        {
            await manifests.ApplyAsync(example, document => document, FieldManager, cancellationToken);
        }
    }

    private async Task WaitForSeedAsync(
        KubernetesClient garden, string name, IStepDetail detail, CancellationToken cancellationToken)
    {
        await foreach (var seed in garden.StatesAsync<Seed>(ObjectKey.Cluster(name), cancellationToken))
        {
            if (SeedReadiness.WaitsFor(seed) is not { } missing)
            {
                break;
            }

            detail.Report(missing);
        }

        await new SeedInstallations(garden, time).WaitAsync(name, detail, cancellationToken);
    }

    private static KubernetesClient Connect(string kubeconfig) =>
        new(KubeConfig.Load(kubeconfig).Connect(), new ClientOptions { UserAgent = "hortus-up" });
}
