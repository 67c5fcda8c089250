using Hortus.Runtime;

namespace Hortus.Scheduler;

/// <summary><c>hortus scheduler</c>: finds a seed for each shoot that has none.</summary>
public sealed class SchedulerComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "gardener-scheduler";

    /// <summary>How to host the component: connection, lease and health port.</summary>
    public static ComponentHostOptions HostOptions(SchedulerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new()
        {
            Name = Name,
            Kubeconfig = options.Kubeconfig,
            HealthPort = options.HealthPort,
            LeaderElection = options.LeaderElect ? LeaderElectionOptions.InGarden(Name) : null,
        };
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="ArgumentException">The options name an unknown strategy.</exception>
    public async Task RunAsync(SchedulerOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var strategy = SeedStrategies.Parse(options.CandidateDeterminationStrategy);
        var manager = context.CreateManager();
        ShootSchedulingController.AddTo(manager, strategy, context.Clock);
        await manager.RunAsync(cancellationToken);
    }
}
