using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Streaming;

/// <summary>A pod on a node, to be streamed to or from.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Node">Its node.</param>
internal sealed record PodTarget(JsonObject Pod, string Node)
{
    private const string DefaultContainer = "kubectl.kubernetes.io/default-container";

    /// <summary>Finds the pod.</summary>
    /// <exception cref="ApiStatusException">404: no such pod; 400: it has no node yet.</exception>
    public static async ValueTask<PodTarget> FindAsync(
        IObjectReader objects, ObjectKey key, CancellationToken cancellationToken)
    {
        var pod = await objects.FindAsync(Kinds.Pod, key, cancellationToken)
            ?? throw ApiErrors.NotFound(Kinds.Pod, key.Name);
        return pod.Text("spec", "nodeName") is { Length: > 0 } node
            ? new PodTarget(pod, node)
            : throw ApiErrors.BadRequest($"pod {key.Name} does not have a host assigned");
    }

    /// <summary>The container asked for, or the pod's default one.</summary>
    /// <exception cref="ApiStatusException">400: there is no such container, or which one is not clear.</exception>
    public string Container(string? asked)
    {
        string[] names = [.. Names("containers")];
        if (!string.IsNullOrEmpty(asked))
        {
            return names.Concat(Names("initContainers")).Concat(Names("ephemeralContainers")).Contains(asked)
                ? asked
                : throw ApiErrors.BadRequest($"container {asked} is not valid for pod {Pod.Name}");
        }

        if (Pod.Text("metadata", "annotations", DefaultContainer) is { } marked && names.Contains(marked))
        {
            return marked;
        }

        if (names is [var only])
        {
            return only;
        }

        string[] init = [.. Names("initContainers")];
        var more = init.Length > 0 ? $" or one of the init containers: [{string.Join(' ', init)}]" : "";
        throw ApiErrors.BadRequest(
            $"a container name must be specified for pod {Pod.Name}, choose one of: [{string.Join(' ', names)}]{more}");
    }

    /// <summary>Requires that the container has run, so that it has logs.</summary>
    /// <exception cref="ApiStatusException">400: it has not.</exception>
    public void RequireLogs(string container, bool previous)
    {
        var status = StatusOf(container);
        if (previous)
        {
            if (status?.At("lastState", "terminated") is null)
            {
                throw ApiErrors.BadRequest(
                    $"previous terminated container \"{container}\" in pod \"{Pod.Name}\" not found");
            }

            return;
        }

        var hasRun = status?.At("state", "running") is not null || status?.At("state", "terminated") is not null
            || status?.At("lastState", "terminated") is not null;
        if (!hasRun)
        {
            var reason = status?.Text("state", "waiting", "reason");
            throw ApiErrors.BadRequest($"container \"{container}\" in pod \"{Pod.Name}\" is waiting to start: "
                + (string.IsNullOrEmpty(reason) ? "no logs yet" : reason));
        }
    }

    /// <summary>Requires that the container runs.</summary>
    /// <exception cref="ApiStatusException">400 or 500: it does not.</exception>
    public void RequireRunning(string? container)
    {
        if (Pod.Text("status", "phase") is "Succeeded" or "Failed")
        {
            throw ApiErrors.BadRequest(
                $"cannot exec into a container in a completed pod; current phase is {Pod.Text("status", "phase")}");
        }

        if (container is not null && StatusOf(container)?.At("state", "running") is null)
        {
            var reason = StatusOf(container)?.Text("state", "waiting", "reason")
                ?? StatusOf(container)?.Text("state", "terminated", "reason");
            throw ApiErrors.BadRequest($"container \"{container}\" in pod \"{Pod.Name}\" is not running"
                + (string.IsNullOrEmpty(reason) ? "" : $": {reason}"));
        }
    }

    private IEnumerable<string> Names(string field) => Pod.Items("spec", field).Select(c => c.Text("name") ?? "");

    private JsonObject? StatusOf(string container) =>
        Pod.Items("status", "containerStatuses")
            .Concat(Pod.Items("status", "initContainerStatuses"))
            .Concat(Pod.Items("status", "ephemeralContainerStatuses"))
            .FirstOrDefault(s => s.Text("name") == container);
}
