namespace Hortus.Oci;

/// <summary>What a tag stood for.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="At">When the registry said so.</param>
/// <param name="FailingSince">Since when it does not answer; null while it does.</param>
internal sealed record KnownTag(string Digest, DateTimeOffset At, DateTimeOffset? FailingSince);

/// <summary>What tags stood for when they were asked for last, each for those who asked.</summary>
internal sealed class TagMemory(int countMax)
{
    private readonly Lock gate = new();
    private readonly Dictionary<PullKey, KnownTag> tags = [];

    public KnownTag? Of(PullKey key)
    {
        lock (gate)
        {
            return tags.GetValueOrDefault(key);
        }
    }

    public void Resolved(PullKey key, string digest, DateTimeOffset now)
    {
        lock (gate)
        {
            if (tags.Count >= countMax && !tags.ContainsKey(key))
            {
                tags.Remove(tags.MinBy(t => t.Value.At).Key);
            }

            tags[key] = new KnownTag(digest, now, null);
        }
    }

    /// <summary>Takes note that a tag cannot be resolved.</summary>
    /// <returns>What it stood for; null when that is not known.</returns>
    public KnownTag? Failed(PullKey key, DateTimeOffset now)
    {
        lock (gate)
        {
            if (!tags.TryGetValue(key, out var known))
            {
                return null;
            }

            return tags[key] = known with { FailingSince = known.FailingSince ?? now };
        }
    }

    /// <summary>Forgets a tag: the registry does not have it any longer, or not for this caller.</summary>
    public void Forget(PullKey key)
    {
        lock (gate)
        {
            tags.Remove(key);
        }
    }
}
