using System.Globalization;
using Hortus.Client;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Batch;

/// <summary>Starts Jobs by the clock. A Job's name says for which minute it is, so that none starts twice.</summary>
internal sealed class CronJobReconciler : IReconciler
{
    // A clock that stood still, or a long pause, must not lead to an endless search.
    private const int MissedMax = 100;

    private readonly ControllerSetup setup;
    private readonly IObjectCache<CronJob> crons;
    private readonly IObjectCache<Job> jobs;

    private CronJobReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        crons = setup.Manager.CacheOf<CronJob>();
        jobs = setup.Manager.CacheOf<Job>();
    }

    public static void Add(ControllerSetup setup) => setup.AddController(
        "cronjob", new CronJobReconciler(setup), c => c.For<CronJob>().Owns<Job, CronJob>());

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (crons.Find(key) is not { } cron || cron.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var mine = jobs.List(key.Namespace).Where(j => j.IsControlledBy(cron)).ToList();
        await TrimAsync(cron, mine, cancellationToken);
        if (Read(cron) is not { } read)
        {
            return ReconcileResult.Done;
        }

        var (schedule, zone) = read;
        var now = setup.Clock.GetUtcNow();
        var last = cron.Status.LastScheduleTime;
        if (cron.Spec.Suspend != true && Due(cron, schedule, zone, now) is { } due &&
            await StartAsync(cron, mine, due, cancellationToken))
        {
            last = due;
        }

        var running = mine.Where(j => !JobPlan.IsFinished(j)).ToList();
        var status = cron.Status with
        {
            LastScheduleTime = last,
            LastSuccessfulTime = mine.Max(j => j.Status.CompletionTime) ?? cron.Status.LastSuccessfulTime,
            Active = running.Count == 0
                ? null
                : [.. running.OrderBy(j => j.Metadata.Name, StringComparer.Ordinal).Select(j => new ObjectReference
                {
                    ApiVersion = j.ApiVersion, Kind = j.Kind, Namespace = key.Namespace, Name = j.Metadata.Name,
                        Uid = j.Metadata.Uid,
                })],
        };
        if (!Canonical.Same(cron.Status, status))
        {
            await setup.Client.ReportAsync(cron with { Status = status }, cancellationToken);
        }

        return schedule.Next(now, zone) is { } next ? ReconcileResult.After(next - now) : ReconcileResult.Done;
    }

    /// <summary>The latest scheduled time that has come and for which nothing was started; null when there is
    /// none.</summary>
    internal static DateTimeOffset? Due(CronJob cron, CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset now)
    {
        var since = cron.Status.LastScheduleTime ?? cron.Metadata.CreationTimestamp ?? now;
        if (cron.Spec.StartingDeadlineSeconds is { } deadline && now.AddSeconds(-deadline) is var earliest &&
            since < earliest)
        {
            since = earliest;
        }

        DateTimeOffset? due = null;
        for (var missed = 0; schedule.Next(since, zone) is { } next && next <= now; missed++)
        {
            (due, since) = (next, next);
            if (missed == MissedMax)
            {
                since = now.AddMinutes(-MissedMax) > since ? now.AddMinutes(-MissedMax) : since;
            }
        }

        return due;
    }

    private (CronSchedule Schedule, TimeZoneInfo Zone)? Read(CronJob cron)
    {
        try
        {
            return (
                CronSchedule.Parse(cron.Spec.Schedule),
                cron.Spec.TimeZone is { Length: > 0 } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone)
                    : TimeZoneInfo.Utc);
        }
        catch (Exception e) when (e is FormatException or TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            setup.Manager.Events.Warning(cron, "UnparseableSchedule", e.Message);
            return null;
        }
    }

    // True when the time is dealt with: started, or skipped because another job runs.
    private async Task<bool> StartAsync(
        CronJob cron, List<Job> mine, DateTimeOffset due, CancellationToken cancellationToken)
    {
        var running = mine.Where(j => !JobPlan.IsFinished(j) && !j.IsDeleting()).ToList();
        if (running.Count > 0 && cron.Spec.ConcurrencyPolicy == "Forbid")
        {
            setup.Manager.Events.Normal(
                cron, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
            return false;
        }

        if (cron.Spec.ConcurrencyPolicy == "Replace")
        {
            foreach (var old in running)
            {
                await DeleteAsync(old, cancellationToken);
            }
        }

        var template = cron.Spec.JobTemplate;
        var minute = due.ToUnixTimeSeconds() / 60;
        var job = new Job
        {
            Metadata = new ObjectMeta
            {
                Name = $"{cron.Metadata.Name}-{minute.ToString(CultureInfo.InvariantCulture)}",
                Namespace = cron.Metadata.Namespace,
                Labels = template.Metadata?.Labels,
                Annotations = (template.Metadata?.Annotations).With(
                    "batch.kubernetes.io/cronjob-scheduled-timestamp",
                    due.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            },
            Spec = template.Spec,
        }.ControlledBy(cron);
        if (await setup.Client.TryCreateAsync(job, cancellationToken) is not null)
        {
            setup.Manager.Events.Normal(cron, "SuccessfulCreate", $"Created job {job.Metadata.Name}");
        }

        return true;
    }

    private async Task TrimAsync(CronJob cron, List<Job> mine, CancellationToken cancellationToken)
    {
        var done = mine.Where(j => Conditions.IsTrue(j.Status.Conditions, "Complete"));
        var failed = mine.Where(j => Conditions.IsTrue(j.Status.Conditions, "Failed"));
        foreach (var (kept, limit) in ((IEnumerable<Job>, int)[])
            [(done, cron.Spec.SuccessfulJobsHistoryLimit ?? 3), (failed, cron.Spec.FailedJobsHistoryLimit ?? 1)])
        {
            foreach (var old in kept.OrderByDescending(j => j.Metadata.CreationTimestamp).Skip(limit))
            {
                await DeleteAsync(old, cancellationToken);
            }
        }
    }

    private Task DeleteAsync(Job job, CancellationToken cancellationToken) => setup.Client.DeleteAsync<Job>(
        job.Key,
        new DeleteOptions { PropagationPolicy = "Background", PreconditionUid = job.Metadata.Uid },
        cancellationToken);
}
