using Hortus.Client;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Batch;

/// <summary>Runs a Job's pods until enough have succeeded, and deletes the Job after its time to live.</summary>
internal sealed class JobReconciler : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<Job> jobs;
    private readonly IObjectCache<Pod> pods;
    private readonly Claims claims;
    private readonly Expectations expectations;
    private readonly PodWriter writer;

    private JobReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        jobs = setup.Manager.CacheOf<Job>();
        pods = setup.Manager.CacheOf<Pod>();
        claims = new Claims(setup.Client);
        expectations = new Expectations(setup.Clock);
        writer = new PodWriter(setup, expectations);
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new JobReconciler(setup);
        setup.AddController("job", reconciler, c => c
            .For<Job>()
            .Watches<Pod>(p => p.OwnersAmong(reconciler.jobs, j => j.Spec.Selector), reconciler.expectations.Observe));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (jobs.Find(key) is not { } job)
        {
            expectations.Forget(key);
            return ReconcileResult.Done;
        }

        if (job.IsDeleting() || !string.IsNullOrEmpty(job.Spec.ManagedBy))
        {
            return ReconcileResult.Done;
        }

        if (JobPlan.IsFinished(job))
        {
            return await ExpireAsync(job, cancellationToken);
        }

        if (!expectations.AreMet(key))
        {
            return ReconcileResult.After(Expectations.Patience);
        }

        var mine = await claims.ClaimAsync(job, job.Spec.Selector, pods.List(key.Namespace), cancellationToken);
        var step = JobPlan.Decide(job, mine, setup.Clock.GetUtcNow());
        var refused = await writer.ApplyAsync(
            job, job.Spec.Template, new PodPlan(step.Create, step.Delete), cancellationToken);
        if (!Canonical.Same(job.Status, step.Status))
        {
            await setup.Client.ReportAsync(job with { Status = step.Status }, cancellationToken);
            Tell(job, step.Status);
        }

        if (refused is not null)
        {
            throw refused;
        }

        return step.Again is { } delay ? ReconcileResult.After(delay) : ReconcileResult.Done;
    }

    private void Tell(Job job, JobStatus status)
    {
        if (Conditions.IsTrue(status.Conditions, "Complete"))
        {
            setup.Manager.Events.Normal(job, "Completed", "Job completed");
        }
        else if (Conditions.Find(status.Conditions, "Failed") is { Status: "True" } failed)
        {
            setup.Manager.Events.Warning(job, failed.Reason ?? "Failed", failed.Message ?? "");
        }
    }

    private async Task<ReconcileResult> ExpireAsync(Job job, CancellationToken cancellationToken)
    {
        if (job.Spec.TtlSecondsAfterFinished is not { } seconds || JobPlan.FinishedAt(job) is not { } end)
        {
            return ReconcileResult.Done;
        }

        var left = end.AddSeconds(seconds) - setup.Clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        await setup.Client.DeleteAsync<Job>(
            job.Key,
            new DeleteOptions { PropagationPolicy = "Foreground", PreconditionUid = job.Metadata.Uid },
            cancellationToken);
        return ReconcileResult.Done;
    }
}
