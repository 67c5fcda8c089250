using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary><c>pods/binding</c>: puts a pod on a node, once.</summary>
internal sealed class BindingHandler(IObjectAccess objects, TimeProvider time) : ISubresourceHandler
{
    /// <summary>Kind of the body.</summary>
    public static ResourceKind BindingKind { get; } =
        new() { Group = "", Version = "v1", Kind = "Binding", Plural = "bindings" };

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var binding = await request.ReadBodyAsync(cancellationToken) ?? [];
        await BindAsync(request.Key, binding, request.Origin, cancellationToken);
        await request.WriteAsync(201, Success(), cancellationToken);
    }

    /// <summary>Binds a pod to the node that a Binding names.</summary>
    /// <exception cref="ApiStatusException">404, 409 or 422.</exception>
    public async ValueTask BindAsync(
        ObjectKey pod, JsonObject binding, WriteOrigin origin, CancellationToken cancellationToken)
    {
        var node = binding.Text("target", "name") ?? "";
        var errors = new FieldErrors();
        if (binding.Text("target", "kind") is { Length: > 0 } kind and not "Node")
        {
            errors.NotSupported(FieldPath.Root["target"]["kind"], kind, ["Node", "<empty>"]);
        }

        if (node.Length == 0)
        {
            errors.Required(FieldPath.Root["target"]["name"]);
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(BindingKind, pod.Name, errors);
        }

        await objects.UpdateAsync(
            Kinds.Pod, pod, origin with { Subresource = "binding" }, found => Bind(found, node, binding), cancellationToken);
    }

    internal static JsonObject Success() => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] =
            "Success",
        ["code"] = 201,
    };

    private JsonObject Bind(JsonObject pod, string node, JsonObject binding)
    {
        if (binding.Text("metadata", "uid") is { Length: > 0 } uid && uid != pod.Uid)
        {
            throw ApiErrors.Conflict(Kinds.Pod, pod.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.Uid}");
        }

        if (pod.IsBeingDeleted)
        {
            throw ApiErrors.Conflict(
                Kinds.Pod, pod.Name, $"pod {pod.Name} is being deleted, cannot be assigned to a host");
        }

        if (pod.Text("spec", "nodeName") is { Length: > 0 } assigned)
        {
            throw ApiErrors.Conflict(
                Kinds.Pod with { Plural = "pods/binding" }, pod.Name, $"pod {pod.Name} is already assigned to node \"{assigned}\"");
        }

        pod.Ensure("spec")["nodeName"] = node;
        var conditions = pod.Ensure("status").List("conditions");
        foreach (var old in conditions.OfType<JsonObject>().Where(c => c.Text("type") == "PodScheduled").ToList())
        {
            conditions.Remove(old);
        }

        conditions.Add((JsonNode)new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "True",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = WireTime.Of(time.GetUtcNow()),
        });
        return pod;
    }
}

/// <summary><c>pods/eviction</c>: deletes a pod unless a PodDisruptionBudget has nothing left to spend.</summary>
internal sealed class EvictionHandler(IObjectAccess objects, TimeProvider time) : ISubresourceHandler
{
    private const int RetrySeconds = 10;

    /// <summary>Kind of the body; its presence in discovery tells kubectl drain to evict.</summary>
    public static ResourceKind EvictionKind { get; } =
        new() { Group = "policy", Version = "v1", Kind = "Eviction", Plural = "evictions" };

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var eviction = await request.ReadBodyAsync(cancellationToken);
        if (eviction is { Name.Length: > 0 } named && named.Name != request.Key.Name)
        {
            throw ApiErrors.BadRequest(
                $"the name in the URL ({request.Key.Name}) does not match the name in the eviction ({named.Name})");
        }

        var options = eviction?.Map("deleteOptions");
        var origin = request.Origin with { Subresource = "" };
        origin = origin with { DryRun = origin.DryRun || options?.TextList("dryRun").Contains("All") == true };
        var pod = await objects.FindAsync(Kinds.Pod, request.Key, cancellationToken)
            ?? throw ApiErrors.NotFound(Kinds.Pod, request.Key.Name);
        if (UserGroups.NodeOf(request.User) is { } node && pod.Text("spec", "nodeName") != node)
        {
            throw ApiErrors.Forbidden(Kinds.Pod, request.Key.Name,
                $"node \"{node}\" can only evict pods with spec.nodeName set to itself");
        }

        var runs = pod.Text("status", "phase") is not ("Succeeded" or "Failed" or "Pending") && !pod.IsBeingDeleted;
        if (runs)
        {
            await SpendAsync(pod, origin.DryRun, cancellationToken);
        }

        await objects.DeleteAsync(
            Kinds.Pod, request.Key, origin, (JsonObject?)options?.DeepClone(), cancellationToken);
        await request.WriteAsync(201, BindingHandler.Success(), cancellationToken);
    }

    private async ValueTask SpendAsync(JsonObject pod, bool dryRun, CancellationToken cancellationToken)
    {
        var all = await objects.ListAsync(Kinds.PodDisruptionBudget, pod.Namespace, cancellationToken);
        var budgets =
            all.Where(b => ObjectTree.Selects(b.Map("spec", "selector"), pod.Map("metadata", "labels"))).ToList();
        if (budgets.Count > 1)
        {
            throw ApiErrors.Internal(
                "this pod has more than one PodDisruptionBudget, which the eviction subresource does not support");
        }

        if (budgets is [var budget] && !MayGoUncounted(pod, budget))
        {
            await objects.UpdateAsync(
                Kinds.PodDisruptionBudget,
                new ObjectKey(budget.Namespace, budget.Name),
                new WriteOrigin("status", "hortus-apiserver", dryRun),
                current => Spend(current, pod.Name),
                cancellationToken);
        }
    }

    // A pod that runs without being ready: it does not count as healthy, so that nothing is spent by its going.
    private static bool MayGoUncounted(JsonObject pod, JsonObject budget)
    {
        var ready = pod.Items("status", "conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");
        if (ready)
        {
            return false;
        }

        var desired = budget.Number("status", "desiredHealthy") ?? 0;
        return budget.Text("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow"
            || (desired > 0 && (budget.Number("status", "currentHealthy") ?? 0) >= desired);
    }

    private JsonObject Spend(JsonObject budget, string pod)
    {
        var status = budget.Ensure("status");
        var left = status.Number("disruptionsAllowed") ?? 0;
        if ((status.Number("observedGeneration") ?? 0) < (budget.Number("metadata", "generation") ?? 0))
        {
            left = 0; // The budget changed, and what is left of it is not known yet.
        }

        if (left <= 0)
        {
            var message =
                $"The disruption budget {budget.Name} needs {status.Number("desiredHealthy") ?? 0} healthy pods "
                + $"and has {status.Number("currentHealthy") ?? 0} currently";
            throw ApiErrors.Make(429, StatusReason.TooManyRequests,
                "Cannot evict pod as it would violate the pod's disruption budget.",
                new StatusDetails
                {
                    RetryAfterSeconds = RetrySeconds,
                    Causes = [new StatusCause { Reason = "DisruptionBudget", Message = message }],
                });
        }

        status["disruptionsAllowed"] = left - 1;
        status.Ensure("disruptedPods")[pod] = WireTime.Of(time.GetUtcNow());
        return budget;
    }
}

/// <summary>Times as they stand in objects.</summary>
internal static class WireTime
{
    public static string Of(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
