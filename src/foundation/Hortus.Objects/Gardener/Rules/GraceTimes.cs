using Hortus.Objects.Gardener.GardenletConfig;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>How long checks may fail before their conditions turn False, by type of condition.</summary>
public sealed class GraceTimes
{
    private readonly IReadOnlyDictionary<string, TimeSpan>? byType;

    private GraceTimes(IReadOnlyDictionary<string, TimeSpan>? byType) => this.byType = byType;

    /// <summary>A minute for every condition.</summary>
    public static GraceTimes Default { get; } = new(null);

    /// <summary>None for any condition.</summary>
    public static GraceTimes None { get; } = new(new Dictionary<string, TimeSpan>());

    /// <summary>Those of a configuration; without one, <see cref="Default"/>. A type that a configuration leaves out has none.</summary>
    /// <exception cref="FormatException">A time is none.</exception>
    public static GraceTimes From(IReadOnlyList<ConditionThreshold>? thresholds) => thresholds is null
        ? Default
        : new(thresholds.GroupBy(threshold => threshold.Type, StringComparer.Ordinal).ToDictionary(
            same => same.Key, same => Duration.Parse(same.Last().Duration), StringComparer.Ordinal));

    /// <summary>The time for a type of condition; null means that it turns False at once.</summary>
    public TimeSpan? Of(string type) =>
        byType is null ? TimeSpan.FromMinutes(1) : byType.TryGetValue(type, out var time) && time > TimeSpan.Zero ? time : null;
}
