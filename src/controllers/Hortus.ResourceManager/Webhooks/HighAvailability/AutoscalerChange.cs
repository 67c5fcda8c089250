using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.HighAvailability;

/// <summary>Gives an autoscaler the least number of replicas that its workload needs. Pure.</summary>
internal static class AutoscalerChange
{
    /// <summary>The autoscaler as it should be.</summary>
    /// <exception cref="FormatException">One of its annotations cannot be used.</exception>
    public static JsonObject Apply(JsonObject autoscaler, AvailabilityNeeds needs)
    {
        var changed = (JsonObject)autoscaler.DeepClone();
        var least = changed.Number("spec", "minReplicas");
        if (ReplicaCount.Of(changed, least, needs) is not { } replicas)
        {
            return changed;
        }

        var spec = changed.Ensure("spec");
        if (least < replicas)
        {
            spec["minReplicas"] = least = replicas;
        }

        if (changed.Number("spec", "maxReplicas") < least)
        {
            spec["maxReplicas"] = least;
        }

        return changed;
    }
}
