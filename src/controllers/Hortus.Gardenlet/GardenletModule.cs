using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Components.Gardenlets;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;
using Hortus.Telemetry;

namespace Hortus.Gardenlet;

/// <summary>Wires the gardenlet's controllers to the garden and the seed.</summary>
internal sealed class GardenletModule(GardenletSetup setup, ComponentContext context)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var shoots = new ShootClients(context.Clock, context.Servers);
        using var charts = ChartSupply.Create(setup.Charts, context);
        var (garden, pass) = setup.Access is { } access
            ? await new GardenEntrance(access, context).EnterAsync(cancellationToken)
            : (context.Connect(ClientConnection.Find(setup.GardenKubeconfig)), null);
        var surroundings = new GardenletSurroundings
        {
            Settings = setup.Settings,
            Garden = context.CreateManager(garden),
            GardenConnection = garden.Connection,
            Access = setup.Access,
            Pass = pass,
            Capacity = setup.Capacity,
            Parent = setup.Parent,
            Seed = context.CreateManager(),
            Shoots = shoots,
            Identity = GardenletIdentity.Create(context.Identity),
            SeedName = setup.Seed.Metadata.Name!,
            Images = ImageVectorOverwrite.FromEnvironment(ImageVector.With(setup.Image)),
            Clock = context.Clock,
            Logs = context.Logs,
            Servers = context.Servers,
            Random = context.Random,
            Charts = new InstallationCharts(charts.Loader, charts.Renderer),
            Installer = new GardenletInstaller(charts.Loader, charts.Renderer, context.Clock),
        };
        await RunAsync(surroundings, setup.Seed, context.Health, cancellationToken);
    }

    /// <summary>Registers the seed and runs all controllers until cancelled.</summary>
    internal static async Task RunAsync(
        GardenletSurroundings surroundings, Seed config, HealthChecks health, CancellationToken cancellationToken)
    {
        // Caches of kinds that the seed does not serve yet would start with a failure.
        await SeedCrds.InstallAsync(surroundings.SeedClient, cancellationToken);
        await SeedRegistration.EnsureAsync(surroundings.GardenClient, surroundings.SeedClient, config, cancellationToken);
        var status = new SeedStatusWriter(surroundings);
        var lease = new SeedLease(surroundings, status);
        health.Add("seed-lease", HealthProbes.Live, lease.Fault);
        var care = new SeedCareReconciler(surroundings, status);
        care.AddTo(surroundings.Garden, surroundings.Seed);
        new SeedReconciler(surroundings, status, care).AddTo(surroundings.Garden);
        new BackupBucketReconciler(surroundings).AddTo(surroundings.Garden);
        ShootReconciler.AddTo(surroundings);
        ShootCareReconciler.AddTo(surroundings);
        InstallationControllers.AddTo(surroundings);
        await new SelfRegistration(surroundings).RunAsync(cancellationToken);
        new SelfUpgradeReconciler(surroundings).AddTo(surroundings.Garden);
        new ManagedSeedReconciler(surroundings).AddTo(surroundings.Garden);
        if (surroundings is { Access: { } access, Pass: { } pass })
        {
            new KubeconfigReconciler(surroundings, access, pass, status).AddTo(surroundings.Seed);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [surroundings.Garden.RunAsync(stop.Token), surroundings.Seed.RunAsync(stop.Token), lease.RunAsync(stop.Token)];
        await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running);
    }
}
