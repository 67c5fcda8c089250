using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Batch;

/// <summary>What to do for a Job and what to report.</summary>
internal sealed record JobStep(int Create, IReadOnlyList<Pod> Delete, JobStatus Status, TimeSpan? Again);

/// <summary>The decisions about a Job, without I/O.</summary>
internal static class JobPlan
{
    private static readonly DoublingPause RetryDelay = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(6));

    public static bool IsFinished(Job job) =>
        Conditions.IsTrue(job.Status.Conditions, "Complete") || Conditions.IsTrue(job.Status.Conditions, "Failed");

    /// <summary>When the job ended; null while it has not.</summary>
    public static DateTimeOffset? FinishedAt(Job job) => (job.Status.Conditions ?? [])
        .FirstOrDefault(c => c is { Type: "Complete" or "Failed", Status: "True" })?.LastTransitionTime;

    /// <summary>The next step of a job that is not over.</summary>
    public static JobStep Decide(Job job, IReadOnlyList<Pod> pods, DateTimeOffset now)
    {
        var active = pods.Where(PodStates.IsActive).ToList();
        var failures = pods.Where(p => p.Status.Phase == "Failed").ToList();
        var succeeded = Math.Max(pods.Count(p => p.Status.Phase == "Succeeded"), job.Status.Succeeded ?? 0);
        var failed = Math.Max(failures.Count, job.Status.Failed ?? 0);
        var counted = job.Status with
        {
            StartTime = job.Spec.Suspend == true ? null : job.Status.StartTime ?? now,
            Active = active.Count,
            Ready = active.Count(PodStates.IsReady),
            Terminating = pods.Count(p => p.IsDeleting() && !p.IsFinished()),
            Succeeded = succeeded > 0 ? succeeded : null,
            Failed = failed > 0 ? failed : null,
        };
        if (Failure(job, active, failed, counted, now) is { } failure)
        {
            return End(counted, active, failure, now);
        }

        if (IsComplete(job, succeeded, active.Count))
        {
            var done = End(counted, active,
                ("Complete", "CompletionsReached", "Reached expected number of succeeded pods"), now);
            return done with { Status = done.Status with { CompletionTime = now } };
        }

        if (job.Spec.Suspend == true)
        {
            return new(0, active, WithSuspended(counted, suspended: true, now), null);
        }

        counted = WithSuspended(counted, suspended: false, now);
        var wanted = Wanted(job, succeeded);
        var surplus = active.Count - wanted;
        var wait = surplus < 0 ? RetryIn(failures, failed, now) : null;
        var again = Min(wait, UntilDeadline(job, counted, now));
        return new(
            wait is null ? Math.Max(0, -surplus) : 0,
            surplus > 0 ? [.. ReplicaSetPlan.Victims(active).Take(surplus)] : [],
            counted,
            again);
    }

    private static int Wanted(Job job, int succeeded)
    {
        var parallel = job.Spec.Parallelism ?? 1;
        return job.Spec.Completions is { } completions
            ? Math.Min(parallel, Math.Max(0, completions - succeeded))
            // A work queue: once one pod is done, no new ones come.
            : succeeded > 0 ? 0 : parallel;
    }

    private static bool IsComplete(Job job, int succeeded, int active) =>
        job.Spec.Completions is { } completions ? succeeded >= completions : succeeded > 0 && active == 0;

    private static (string Type, string Reason, string Message)? Failure(
        Job job, List<Pod> active, int failed, JobStatus status, DateTimeOffset now)
    {
        if (job.Spec.CompletionMode == "Indexed")
        {
            return (
                "Failed", "IndexedNotSupported",
                "jobs of completionMode Indexed are not run by this controller manager: use NonIndexed");
        }

        var restarts = job.Spec.Template.Spec.RestartPolicy == "OnFailure"
            ? active.Sum(p => (p.Status.ContainerStatuses ?? []).Sum(c => c.RestartCount))
            : 0;
        if (failed + restarts > (job.Spec.BackoffLimit ?? 6))
        {
            return ("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }

        return UntilDeadline(job, status, now) == TimeSpan.Zero
            ? ("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
            : null;
    }

    private static TimeSpan? UntilDeadline(Job job, JobStatus status, DateTimeOffset now)
    {
        if (job.Spec.ActiveDeadlineSeconds is not { } seconds || status.StartTime is not { } start)
        {
            return null;
        }

        var left = start.AddSeconds(seconds) - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // Failures in a row make the next try wait ever longer; null when it may start now.
    private static TimeSpan? RetryIn(List<Pod> failures, int failed, DateTimeOffset now)
    {
        if (failures.Select(EndOf).Max() is not { } last)
        {
            return null;
        }

        var left = last + RetryDelay.After(failed) - now;
        return left > TimeSpan.Zero ? left : null;
    }

    private static DateTimeOffset? EndOf(Pod pod) =>
        (pod.Status.ContainerStatuses ?? []).Max(c => c.State?.Terminated?.FinishedAt) ??
        Conditions.Find(pod.Status.Conditions, "Ready")?.LastTransitionTime;

    private static TimeSpan? Min(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null || a < b ? a : b;

    private static JobStep End(
        JobStatus status, List<Pod> active, (string Type, string Reason, string Message) verdict, DateTimeOffset now) =>
            new(
        0,
        active,
        status with
        {
            Active = null,
            Ready = 0,
            Conditions = Conditions.Set(
                status.Conditions,
                new JobCondition
                {
                    Type = verdict.Type,
                    Status = "True",
                    Reason = verdict.Reason,
                    Message = verdict.Message,
                    LastProbeTime = now,
                },
                now),
        },
        null);

    private static JobStatus WithSuspended(JobStatus status, bool suspended, DateTimeOffset now)
    {
        if (!suspended && Conditions.Find(status.Conditions, "Suspended") is null)
        {
            return status;
        }

        return status with
        {
            Conditions = Conditions.Set(
                status.Conditions,
                suspended
                    ? new JobCondition
                    {
                        Type = "Suspended",
                        Status = "True",
                        Reason = "JobSuspended",
                        Message = "Job suspended"
                    }
                    : new JobCondition
                    {
                        Type = "Suspended",
                        Status = "False",
                        Reason = "JobResumed",
                        Message = "Job resumed"
                    },
                now),
        };
    }
}
