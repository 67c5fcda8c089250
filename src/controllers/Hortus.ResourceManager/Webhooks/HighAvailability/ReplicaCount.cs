using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.HighAvailability;

/// <summary>How many replicas a workload needs. Pure.</summary>
internal static class ReplicaCount
{
    private const string Controller = "controller";

    /// <summary>The wanted number; null when nothing is wanted, and for what is scaled to zero.</summary>
    /// <param name="value">The workload or its autoscaler.</param>
    /// <param name="current">Its replicas, or the autoscaler's least.</param>
    /// <param name="needs">What the namespace says.</param>
    /// <exception cref="FormatException">The annotation with the number is none.</exception>
    public static int? Of(JsonObject value, long? current, AvailabilityNeeds needs)
    {
        var type = value.Texts("metadata", "labels").GetValueOrDefault(WebhookLabels.ComponentType);
        if (current is null or 0 || string.IsNullOrEmpty(type))
        {
            return null;
        }

        // A server takes requests of others: they must not wait for the next leader.
        return AnnotationOf(value) ?? (type == Controller && needs.FailureTolerance is { Length: 0 } ? 1 : 2);
    }

    private static int? AnnotationOf(JsonObject value) =>
        value.Texts("metadata", "annotations").GetValueOrDefault(WebhookLabels.Replicas) is not { Length: > 0 } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new FormatException($"annotation {WebhookLabels.Replicas}: want a whole number, found \"{text}\"");
}
