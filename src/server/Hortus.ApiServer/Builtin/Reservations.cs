namespace Hortus.ApiServer.Builtin;

/// <summary>
/// Values given out lately. The stored Services say what is in use; between the choice of a value and the write of the
/// Service that has it, the value stands here. A write that fails leaves nothing to undo: reservations run out.
/// </summary>
internal sealed class Reservations<T>(TimeProvider time) where T : notnull
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly Dictionary<T, (string Owner, long Since)> taken = [];

    /// <summary>Takes a value for an owner (namespace/name of a Service) unless another one has it.</summary>
    public bool TryTake(T value, string owner)
    {
        if (IsTaken(value, owner))
        {
            return false;
        }

        taken[value] = (owner, time.GetTimestamp());
        return true;
    }

    /// <summary>Whether somebody else took the value a moment ago.</summary>
    public bool IsTaken(T value, string owner)
    {
        if (!taken.TryGetValue(value, out var found))
        {
            return false;
        }

        if (time.GetElapsedTime(found.Since) < Lifetime)
        {
            return found.Owner != owner;
        }

        taken.Remove(value);
        return false;
    }
}
