using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Gardenlet;

/// <summary>How a run ended.</summary>
internal enum ShootRunOutcome
{
    Succeeded,

    /// <summary>Failed; trying again may help.</summary>
    Retry,

    /// <summary>Failed for good, or ended because the Shoot changed: its change brings the next run.</summary>
    Ended,
}

/// <summary>One run of one operation: prepare, run the flow, report.</summary>
internal sealed partial class ShootRun
{
    private readonly GardenletSurroundings surroundings;
    private readonly string operation;
    private readonly ShootStatusWriter status;
    private readonly ILogger log;
    private Shoot shoot;

    public ShootRun(GardenletSurroundings surroundings, Shoot shoot, string operation)
    {
        this.surroundings = surroundings;
        this.operation = operation;
        this.shoot = shoot;
        status = new ShootStatusWriter(surroundings, shoot, operation);
        log = surroundings.Logs.CreateLogger<ShootRun>();
    }

    /// <summary>Says that the shoot waits for its seed; no request when the status says so already.</summary>
    public async Task ReportSeedUnfitAsync(string reason, CancellationToken cancellationToken)
    {
        var text = $"shoot cannot be reconciled on seed {surroundings.SeedName}: {reason}";
        if (shoot.Status?.LastOperation is { State: LastOperationState.Error } last
            && last.Description.StartsWith(text, StringComparison.Ordinal))
        {
            return;
        }

        await status.FailAsync(text + ".", [], cancellationToken);
    }

    /// <summary>Runs the operation to its end.</summary>
    public async Task<ShootRunOutcome> RunAsync(Seed seed, CancellationToken cancellationToken)
    {
        if (operation != LastOperationType.Delete)
        {
            shoot = await surroundings.GardenClient.AddFinalizerAsync(shoot, GardenerFinalizers.Gardener, cancellationToken);
        }

        var before = shoot;
        ShootInputs inputs;
        try
        {
            inputs = await new ShootInputsReader(surroundings.GardenClient).ReadAsync(before, seed, cancellationToken);
        }
        catch (ShootConfigurationException e)
        {
            return await FailAsync("Operation could not be initialized.", [(ShootTasks.Initialize, e)], cancellationToken);
        }

        shoot = await status.StartAsync(inputs.TechnicalID, cancellationToken);
        shoot = await status.SetUidAsync(cancellationToken);
        await ClusterSync.WriteAsync(surroundings.SeedClient, inputs.TechnicalID, inputs, shoot, cancellationToken);

        // Decisions compare with the state before this run; owner references need no more than that either.
        var work = new ShootOperation(surroundings, inputs with { Shoot = before }, operation);
        var flow = operation == LastOperationType.Delete
            ? await ShootDeletionFlow.BuildAsync(work, cancellationToken)
            : ShootReconcileFlow.Build(work);
        LogStarting(log, operation, shoot.Metadata.Namespace, shoot.Metadata.Name);
        using var superseded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = CancelOnDeletionAsync(superseded);
        var result = await flow.RunAsync(FlowOptions(), superseded.Token);
        var wasSuperseded = superseded.IsCancellationRequested && !cancellationToken.IsCancellationRequested;
        await superseded.CancelAsync();
        await watching;
        cancellationToken.ThrowIfCancellationRequested();
        if (result.IsSuccess)
        {
            await SucceedAsync(inputs, cancellationToken);
            return ShootRunOutcome.Succeeded;
        }

        return wasSuperseded
            ? ShootRunOutcome.Ended
            : await FailAsync("Flow failed.", [.. result.Errors.Select(e => (e.Id, e.Error!))], cancellationToken);
    }

    private FlowRunOptions FlowOptions() => new()
    {
        Clock = surroundings.Clock,
        Report = status.ReportAsync,
        FailedBefore = status.FailedBefore,
        ErrorCleared = status.ClearErrorAsync,
        Log = log,
    };

    // A creation that waits for something that will never come must not hold up the deletion.
    private async Task CancelOnDeletionAsync(CancellationTokenSource superseded)
    {
        if (operation == LastOperationType.Delete)
        {
            return;
        }

        try
        {
            await surroundings.Garden.CacheOf<Shoot>(surroundings.Scopes.Shoots).WaitAsync(
                shoot.Key, current => current is not null && current.Metadata.IsDeleting(), superseded.Token);
            await superseded.CancelAsync();
        }
        catch (OperationCanceledException) when (superseded.IsCancellationRequested)
        {
            // The flow has ended.
        }
    }

    private async Task SucceedAsync(ShootInputs inputs, CancellationToken cancellationToken)
    {
        LogSucceeded(log, operation, shoot.Metadata.Namespace, shoot.Metadata.Name);
        if (operation == LastOperationType.Delete)
        {
            await status.SucceedAsync("Shoot cluster has been successfully deleted.", cancellationToken);
            var latest = await surroundings.GardenClient.FindAsync<Shoot>(shoot.Key, cancellationToken);
            if (latest is not null)
            {
                await surroundings.GardenClient.RemoveFinalizerAsync(latest, GardenerFinalizers.Gardener, cancellationToken);
            }

            return;
        }

        shoot = await status.SucceedAsync("Shoot cluster has been successfully reconciled.", cancellationToken);
        if (shoot.Metadata.Annotation(GardenerAnnotations.ShootTasks) is not null)
        {
            var body = new JsonObject
            {
                ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [GardenerAnnotations.ShootTasks] = null } },
            };
            shoot = await surroundings.GardenClient.PatchAsync<Shoot>(shoot.Key, Patch.Merge(body), cancellationToken);
        }

        await ClusterSync.WriteAsync(surroundings.SeedClient, inputs.TechnicalID, inputs, shoot, cancellationToken);
    }

    private async Task<ShootRunOutcome> FailAsync(
        string description, IReadOnlyList<(string Task, Exception Error)> failures, CancellationToken cancellationToken)
    {
        foreach (var (task, error) in failures)
        {
            LogTaskFailed(log, error, operation, shoot.Metadata.Namespace, shoot.Metadata.Name, task);
        }

        (shoot, var retry) = await status.FailAsync(description, failures, cancellationToken);
        if (!retry)
        {
            await ClusterSync.UpdateShootAsync(surroundings.SeedClient, shoot, cancellationToken);
        }

        return retry ? ShootRunOutcome.Retry : ShootRunOutcome.Ended;
    }

    [LoggerMessage(7200, LogLevel.Information, "{Operation} of shoot {Namespace}/{Name} starts")]
    private static partial void LogStarting(ILogger logger, string operation, string? @namespace, string? name);

    [LoggerMessage(7201, LogLevel.Information, "{Operation} of shoot {Namespace}/{Name} succeeded")]
    private static partial void LogSucceeded(ILogger logger, string operation, string? @namespace, string? name);

    [LoggerMessage(7202, LogLevel.Warning, "{Operation} of shoot {Namespace}/{Name}: task \"{Task}\" failed")]
    private static partial void LogTaskFailed(
        ILogger logger, Exception exception, string operation, string? @namespace, string? name, string task);
}
