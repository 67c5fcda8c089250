using Hortus.Charts;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet;

/// <summary>Installs extensions in the seed: brings the chart, renders it, and hands its objects to the seed's resource manager. When a
/// step fails, what was installed before stays, the installation says why, and the step is tried again.</summary>
internal sealed class InstallationReconciler(
    GardenletSurroundings surroundings, InstallationStatusWriter status, InstallationDeletion deletion) : IReconciler
{
    private static readonly TimeSpan SeedIdentityAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StaleAgain = TimeSpan.FromMinutes(1);

    private readonly InstallationReader reader = new(surroundings.GardenClient);
    private readonly InstallationWriter writer = new(surroundings);
    private readonly GardenAccess access = new(surroundings);

    /// <summary>Registers the controller.</summary>
    public void AddTo(IControllerManager garden)
    {
        var installations = garden.CacheOf<ControllerInstallation>(surroundings.Scopes.Installations);
        garden.AddController("controllerinstallation", this, controller => controller
            .For<ControllerInstallation>(
                (old, installation) => IsOurs(installation) && InstallationTriggers.Matters(old, installation),
                surroundings.Scopes.Installations)
            .Watches<Secret>(
                _ => installations.List().Where(IsOurs).Select(installation => installation.Key),
                InstallationTriggers.Matters,
                surroundings.Scopes.RegistrySecrets)
            .WatchesOn<ManagedResource>(
                surroundings.Seed, InstallationTriggers.InstallationsOf, (old, resource) => old is not null && resource is null)
            .WatchesOn<Namespace>(
                surroundings.Seed, InstallationTriggers.InstallationsOf, (old, space) => old is not null && space is null,
                InstallationTriggers.ExtensionNamespaces)
            .WithConcurrency(surroundings.Settings.ConcurrentControllerInstallations)
            .WithResync(surroundings.Settings.ControllerInstallationSyncPeriod));
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var installation = await surroundings.GardenClient.FindAsync<ControllerInstallation>(key, cancellationToken);
        if (!IsOurs(installation))
        {
            return ReconcileResult.Done;
        }

        if (installation!.Metadata.IsDeleting())
        {
            return await deletion.RunAsync(installation, cancellationToken);
        }

        try
        {
            if (await reader.FindDeploymentAsync(installation, cancellationToken) is not { } deployment)
            {
                return ReconcileResult.Done;
            }

            installation = await surroundings.GardenClient.AddFinalizerAsync(
                installation, GardenerFinalizers.ControllerInstallation, cancellationToken);
            return await InstallAsync(
                await reader.ReadAsync(installation, deployment, cancellationToken), cancellationToken);
        }
        catch (InstallationException e)
        {
            await status.SetAsync(installation, [e.Condition], cancellationToken);
            surroundings.Garden.Events.Warning(installation, e.Condition.Reason, e.Message);
            throw;
        }
    }

    private bool IsOurs(ControllerInstallation? installation) => installation?.Spec.SeedRef?.Name == surroundings.SeedName;

    private async Task<ReconcileResult> InstallAsync(InstallationFacts facts, CancellationToken cancellationToken)
    {
        var (installation, registration) = (facts.Installation, facts.Registration.Metadata.Name!);
        await InstallationWriter.InSeedAsync(
            $"namespace {InstallationNames.NamespaceOf(installation)}", () => EnsureNamespaceAsync(facts, cancellationToken));
        if (facts.Seed.Status?.ClusterIdentity is null)
        {
            return ReconcileResult.After(SeedIdentityAgain);
        }

        var kubeconfig = facts.Deployment.InjectGardenKubeconfig == true
            ? await InstallationWriter.InSeedAsync(
                "the access to the garden", () => access.GiveAsync(installation, registration, cancellationToken))
            : null;
        var chart = await surroundings.Charts.LoadAsync(facts.Deployment, surroundings.GardenClient, cancellationToken);
        var rendered = await RenderAsync(chart, facts, kubeconfig, cancellationToken);
        await writer.WriteAsync(installation, chart, rendered, InjectionOf(kubeconfig), cancellationToken);
        if (kubeconfig is null)
        {
            await access.TakeAsync(installation, cancellationToken);
        }

        await ShowAsync(installation, chart, cancellationToken);
        return chart.Note is null ? ReconcileResult.Done : ReconcileResult.After(StaleAgain);
    }

    private async Task<Namespace> EnsureNamespaceAsync(InstallationFacts facts, CancellationToken cancellationToken)
    {
        var isGarden = await SeedResourceManager.IsGardenAsync(surroundings.SeedClient, cancellationToken);
        var space = InstallationNamespace.Of(facts.Installation, facts.Registration.Metadata.Name!, facts.Seed, isGarden);
        return await surroundings.SeedClient.ApplyAsync(space, GardenletIdentity.FieldManager, cancellationToken);
    }

    private async Task<RenderedChart> RenderAsync(
        LoadedChart chart, InstallationFacts facts, string? kubeconfig, CancellationToken cancellationToken)
    {
        var identity = await GardenIdentity.ReadAsync(surroundings.GardenClient, cancellationToken);
        var system = InstallationValues.Of(facts.Seed, surroundings.Identity.Version, identity, kubeconfig);
        var version = facts.Seed.Status?.KubernetesVersion
            ?? await ClusterVersion.ReadAsync(surroundings.SeedClient, cancellationToken)
            ?? throw new InvalidOperationException("the seed does not tell its Kubernetes version");
        return await surroundings.Charts.RenderAsync(chart, facts, system, version, cancellationToken);
    }

    private WorkloadInjection InjectionOf(string? kubeconfig) => new()
    {
        Environment = new Dictionary<string, string> { ["SEED_NAME"] = surroundings.SeedName },
        Kubeconfig = kubeconfig is null ? null : new KubeconfigInjection
        {
            KubeconfigSecret = kubeconfig,
            TokenSecret = InstallationNames.AccessSecret,
            MountPath = KubeconfigInjection.GardenPath,
        },
    };

    private async Task ShowAsync(ControllerInstallation installation, LoadedChart chart, CancellationToken cancellationToken)
    {
        var note = chart.Note is null ? "" : $" ({chart.Note})";
        var results = new List<HealthCheckResult>
        {
            new(GardenerConditions.ControllerInstallationValid, true, Reasons.RegistrationValid, $"The chart could be rendered{note}."),
        };
        var installed = installation.Status?.Conditions?.FirstOrDefault(
            condition => condition.Type == GardenerConditions.ControllerInstallationInstalled);
        if (installed is null or { Reason: Reasons.InstallationFailed })
        {
            results.Add(new(
                GardenerConditions.ControllerInstallationInstalled, false, Reasons.InstallationPending,
                "The seed's resource manager was asked to install the chart's objects."));
        }

        await status.SetAsync(installation, results, cancellationToken);
        if (chart.Note is not null)
        {
            surroundings.Garden.Events.Warning(
                installation, "ChartRegistryUnreachable", $"{chart.Note}: the chart may be older than the one its reference stands for");
        }
    }
}
