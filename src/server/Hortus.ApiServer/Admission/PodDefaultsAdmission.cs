using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Admission;

/// <summary>Resolves a pod's priority class to its value.</summary>
internal sealed class PriorityAdmission(IObjectReader objects) : AdmissionPlugin("Priority")
{
    /// <inheritdoc/>
    public override async ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Operation != AdmissionOperation.Create || !IsCore(attributes, "pods")
            || attributes.Object is not { } pod)
        {
            return;
        }

        var spec = pod.Ensure("spec");
        var priorityClass = await FindAsync(pod, spec.Text("priorityClassName"), cancellationToken);
        var value = priorityClass?.Number("value") ?? 0;
        if (spec.Number("priority") is { } set && set != value)
        {
            throw ApiErrors.Forbidden(Kinds.Pod, pod.Name,
                $"the integer value of priority ({set}) must not be provided in pod spec; priority admission "
                + $"controller computed {value} from the given PriorityClass name");
        }

        if (priorityClass is not null)
        {
            spec["priorityClassName"] = priorityClass.Name;
        }

        spec["priority"] = value;
        spec.Default("preemptionPolicy", priorityClass?.Text("preemptionPolicy") ?? "PreemptLowerPriority");
    }

    private async ValueTask<JsonObject?> FindAsync(JsonObject pod, string? name, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(name))
        {
            var all = await objects.ListAsync(Kinds.PriorityClass, null, cancellationToken);
            return all.Where(c => c.Flag("globalDefault") == true).MinBy(c => c.Number("value"));
        }

        return await objects.FindAsync(Kinds.PriorityClass, ObjectKey.Cluster(name), cancellationToken)
            ?? throw ApiErrors.Forbidden(Kinds.Pod, pod.Name, $"no PriorityClass with name {name} was found");
    }
}

/// <summary>Lets pods stay for five minutes on a node that is not ready or cannot be reached, unless they say
/// otherwise.</summary>
internal sealed class DefaultTolerationSeconds() : AdmissionPlugin("DefaultTolerationSeconds")
{
    private const long Seconds = 300;

    private static readonly string[] Taints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    /// <inheritdoc/>
    public override ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Operation == AdmissionOperation.Create && IsCore(attributes, "pods")
            && attributes.Object is { } pod)
        {
            var spec = pod.Ensure("spec");
            foreach (var taint in Taints.Where(t => !spec.Items("tolerations").Any(s => Tolerates(s, t))).ToList())
            {
                spec.List("tolerations").Add((JsonNode)new JsonObject
                {
                    ["key"] = taint,
                    ["operator"] = "Exists",
                    ["effect"] = "NoExecute",
                    ["tolerationSeconds"] = Seconds,
                });
            }
        }

        return ValueTask.CompletedTask;
    }

    private static bool Tolerates(JsonObject toleration, string taint) =>
        (string.IsNullOrEmpty(toleration.Text("key")) || toleration.Text("key") == taint)
        && (string.IsNullOrEmpty(toleration.Text("effect")) || toleration.Text("effect") == "NoExecute");
}
