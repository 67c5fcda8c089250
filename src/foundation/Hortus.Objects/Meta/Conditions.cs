namespace Hortus.Objects;

/// <summary>What the condition types of all kinds have in common.</summary>
public interface ICondition
{
    string Type { get; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c> (Gardener adds <c>Progressing</c>).</summary>
    string Status { get; }

    string? Reason { get; }

    string? Message { get; }

    /// <summary>When <see cref="Status"/> last changed.</summary>
    DateTimeOffset? LastTransitionTime { get; }
}

/// <summary>A condition that can be copied with another transition time.</summary>
public interface ICondition<TSelf> : ICondition where TSelf : class, ICondition<TSelf>
{
    /// <summary>This condition with the given transition time.</summary>
    TSelf WithTransitionTime(DateTimeOffset? time);
}

/// <summary>Reads and changes lists of conditions; lists are never changed in place.</summary>
public static class Conditions
{
    /// <summary>The condition of a type, or null.</summary>
    public static T? Find<T>(IReadOnlyList<T>? conditions, string type) where T : class, ICondition =>
        conditions?.FirstOrDefault(c => c.Type == type);

    /// <summary>Whether the condition of a type is there with status <c>True</c>.</summary>
    public static bool IsTrue<T>(IReadOnlyList<T>? conditions, string type) where T : class, ICondition =>
        Find(conditions, type)?.Status == "True";

    /// <summary>The list with a condition put in place of the one of its type, or at the end. The transition time is
    /// kept
    /// while the status stays the same; otherwise it is the condition's own, or <paramref name="now"/> when it has
    /// none.</summary>
    public static IReadOnlyList<T> Set<T>(IReadOnlyList<T>? conditions, T condition, DateTimeOffset now)
        where T : class, ICondition<T>
    {
        var old = Find(conditions, condition.Type);
        var since = old is { LastTransitionTime: { } time } && old.Status == condition.Status
            ? time
            : condition.LastTransitionTime ?? now;
        var current = condition.WithTransitionTime(since);
        return old is null
            ? [.. conditions ?? [], current]
            : [.. conditions!.Select(c => c.Type == condition.Type ? current : c)];
    }

    /// <summary>The list without the condition of a type; null when nothing is left.</summary>
    public static IReadOnlyList<T>? Remove<T>(IReadOnlyList<T>? conditions, string type) where T : class, ICondition =>
        conditions?.Where(c => c.Type != type).ToArray() is { Length: > 0 } rest ? rest : null;
}
