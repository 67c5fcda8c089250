using Hortus.Objects;

namespace Hortus.ResourceManager.Target;

/// <summary>Which ManagedResources have to do with something. Safe for many threads.</summary>
internal sealed class ReverseIndex<T> where T : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<T, HashSet<ObjectKey>> users = [];
    private readonly Dictionary<ObjectKey, HashSet<T>> used = [];

    /// <summary>Says all that a ManagedResource has to do with; what was said before is forgotten.</summary>
    public void Set(ObjectKey user, IEnumerable<T> things)
    {
        lock (gate)
        {
            var wanted = things.ToHashSet();
            if (used.TryGetValue(user, out var old))
            {
                if (old.SetEquals(wanted))
                {
                    return;
                }

                foreach (var thing in old)
                {
                    if (users[thing].Remove(user) && users[thing].Count == 0)
                    {
                        users.Remove(thing);
                    }
                }
            }

            used.Remove(user);
            if (wanted.Count > 0)
            {
                used[user] = wanted;
            }

            foreach (var thing in wanted)
            {
                (users.TryGetValue(thing, out var others) ? others : users[thing] = []).Add(user);
            }
        }
    }

    /// <summary>The ManagedResources that have to do with something.</summary>
    public IReadOnlyList<ObjectKey> UsersOf(T thing)
    {
        lock (gate)
        {
            return users.TryGetValue(thing, out var found) ? [.. found] : [];
        }
    }
}
