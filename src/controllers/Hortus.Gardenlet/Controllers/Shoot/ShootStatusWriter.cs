using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>Keeps the operation part of a Shoot's status during one run. Patches name only the fields they change, so that
/// conditions and constraints, which other controllers write, stay.</summary>
internal sealed class ShootStatusWriter(GardenletSurroundings surroundings, Shoot shoot, string operation)
{
    private const string InitialDescription = "Shoot operation is starting";

    private readonly ConcurrentDictionary<string, LastError> errors = new(
        (shoot.Status?.LastErrors ?? [])
            .Where(e => e.TaskID is not null)
            .Select(e => KeyValuePair.Create(e.TaskID!, e))
            .DistinctBy(e => e.Key));

    private int progress =
        shoot.Status?.LastOperation is { State: not LastOperationState.Succeeded } last && last.Type == operation
            ? last.Progress
            : 0;

    /// <summary>Tasks whose errors still stand.</summary>
    public IReadOnlyCollection<string> FailedBefore => [.. errors.Keys];

    /// <summary>When the present cycle of retries began.</summary>
    public DateTimeOffset RetryCycleStart { get; } = IsNewCycle(shoot, operation)
        ? surroundings.Clock.GetUtcNow()
        : shoot.Status!.RetryCycleStartTime!.Value;

    /// <summary>Says that the operation has begun.</summary>
    public Task<Shoot> StartAsync(string technicalID, CancellationToken cancellationToken) => PatchAsync(
        new JsonObject
        {
            ["gardener"] = KubernetesJson.ToNode(surroundings.Identity),
            ["observedGeneration"] = shoot.Metadata.Generation,
            ["seedName"] = surroundings.SeedName,
            ["technicalID"] = technicalID,
            ["retryCycleStartTime"] = Time(RetryCycleStart),
            ["lastOperation"] = Operation(LastOperationState.Processing, InitialDescription),
        },
        cancellationToken);

    /// <summary>Says that there is something to delete from now on.</summary>
    public Task<Shoot> SetUidAsync(CancellationToken cancellationToken) =>
        PatchAsync(new JsonObject { ["uid"] = shoot.Metadata.Uid }, cancellationToken);

    /// <summary>Shows how far the flow is.</summary>
    public Task ReportAsync(FlowProgress now, CancellationToken cancellationToken)
    {
        progress = now.Percent;
        return PatchAsync(
            new JsonObject { ["lastOperation"] = Operation(LastOperationState.Processing, now.Description) }, cancellationToken);
    }

    /// <summary>Takes away the error of a task that has succeeded now.</summary>
    public Task ClearErrorAsync(string task, CancellationToken cancellationToken)
    {
        errors.TryRemove(task, out _);
        return PatchAsync(new JsonObject { ["lastErrors"] = Errors() }, cancellationToken);
    }

    /// <summary>Says that the operation is done.</summary>
    public Task<Shoot> SucceedAsync(string description, CancellationToken cancellationToken)
    {
        progress = 100;
        return PatchAsync(
            new JsonObject
            {
                ["lastOperation"] = Operation(LastOperationState.Succeeded, description),
                ["lastErrors"] = null,
                ["retryCycleStartTime"] = null,
            },
            cancellationToken);
    }

    /// <summary>Says what went wrong and whether it is tried again.</summary>
    /// <param name="description">What failed, over all.</param>
    /// <param name="failures">Task ids with their errors.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The Shoot, and whether the operation will be retried.</returns>
    public async Task<(Shoot Shoot, bool Retry)> FailAsync(
        string description, IReadOnlyList<(string Task, Exception Error)> failures, CancellationToken cancellationToken)
    {
        var now = surroundings.Clock.GetUtcNow();
        foreach (var (task, error) in failures)
        {
            errors[task] = new LastError
            {
                TaskID = task,
                Description = $"task \"{task}\" failed: {error.Message}",
                Codes = ErrorCodes.Of(error) is { Count: > 0 } codes ? codes : null,
                LastUpdateTime = now,
            };
        }

        var final = failures.SelectMany(f => ErrorCodes.Of(f.Error)).Any(ErrorCodes.StopsRetries)
            || now - RetryCycleStart > surroundings.Settings.ShootRetryDuration;
        var text = final ? description : description + " Operation will be retried.";
        var written = await PatchAsync(
            new JsonObject
            {
                ["lastOperation"] = Operation(final ? LastOperationState.Failed : LastOperationState.Error, text),
                ["lastErrors"] = Errors(),
            },
            cancellationToken);
        return (written, !final);
    }

    private static bool IsNewCycle(Shoot shoot, string operation) =>
        shoot.Status is not { RetryCycleStartTime: not null } status
        || status.ObservedGeneration != shoot.Metadata.Generation
        || status.LastOperation?.Type != operation;

    private JsonArray Errors() => StatusPatches.List(errors.Values.OrderBy(e => e.TaskID, StringComparer.Ordinal));

    private JsonObject Operation(string state, string description) => KubernetesJson.ToNode(new LastOperation
    {
        Type = operation,
        State = state,
        Progress = progress,
        Description = description,
        LastUpdateTime = surroundings.Clock.GetUtcNow(),
    });

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private Task<Shoot> PatchAsync(JsonObject status, CancellationToken cancellationToken) =>
        surroundings.GardenClient.PatchAsync<Shoot>(
            shoot.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
}
