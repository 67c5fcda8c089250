using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Creates and deletes the pods of an owner and remembers what the cache has yet to show.</summary>
internal sealed class PodWriter(ControllerSetup setup, Expectations expectations)
{
    /// <summary>Carries a plan out. Creations go in growing batches, so that a refusal is met by one request and not by
    /// hundreds.</summary>
    /// <returns>Why the server refused to create a pod; null when all went well.</returns>
    public async Task<ApiException?> ApplyAsync(
        KubernetesObject owner, PodTemplateSpec template, PodPlan plan, CancellationToken cancellationToken)
    {
        await Task.WhenAll(plan.Delete.Select(p => DeleteAsync(owner, p, cancellationToken)));
        var left = plan.Create;
        for (var batch = 1; left > 0; batch *= 2)
        {
            var size = Math.Min(batch, left);
            var refusals = await Task.WhenAll(Enumerable.Range(0, size).Select(_ => CreateAsync(
                owner,
                PodTemplates.NewPod(template, owner, PodTemplates.NewName(owner.Metadata.Name ?? "", setup.Random)),
                cancellationToken)));
            if (refusals.FirstOrDefault(r => r is not null) is { } refused)
            {
                return refused;
            }

            left -= size;
        }

        return null;
    }

    /// <summary>Creates one pod with a name of its own.</summary>
    /// <returns>Why the server refused; null when it did not.</returns>
    public async Task<ApiException?> CreateAsync(KubernetesObject owner, Pod pod, CancellationToken cancellationToken)
    {
        expectations.ExpectCreation(owner.Key, pod.Key);
        try
        {
            await setup.Client.CreateAsync(pod, cancellationToken);
            setup.Manager.Events.Normal(owner, "SuccessfulCreate", $"Created pod: {pod.Metadata.Name}");
            return null;
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            expectations.CreationFailed(pod.Key);
            return null;
        }
        catch (ApiException e)
        {
            expectations.CreationFailed(pod.Key);
            setup.Manager.Events.Warning(owner, "FailedCreate", $"Error creating: {e.Message}");
            return e;
        }
        catch
        {
            expectations.CreationFailed(pod.Key);
            throw;
        }
    }

    /// <summary>Deletes one pod; one that is gone is a success.</summary>
    public async Task DeleteAsync(KubernetesObject owner, Pod pod, CancellationToken cancellationToken)
    {
        var uid = pod.Metadata.Uid ?? "";
        expectations.ExpectDeletion(owner.Key, uid);
        try
        {
            await setup.Client.DeleteExactlyAsync(pod, cancellationToken);
            setup.Manager.Events.Normal(owner, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
        }
        catch
        {
            expectations.DeletionFailed(uid);
            throw;
        }
    }
}
