namespace Hortus.ResourceManager.ReconciliationDelay;

/// <summary>How long each node's agent waits, so that they do not all begin at once.</summary>
internal static class DelayPlan
{
    /// <summary>Cuts the time into as many equal parts as there are nodes; the nodes, by name, get the beginnings of the parts.</summary>
    public static IEnumerable<(string Node, TimeSpan Delay)> Of(IReadOnlyCollection<string> nodes, TimeSpan min, TimeSpan max)
    {
        var part = nodes.Count == 0 || max <= min ? TimeSpan.Zero : (max - min) / nodes.Count;
        return nodes.Order(StringComparer.Ordinal).Select((node, index) => (node, min + (part * index)));
    }
}
