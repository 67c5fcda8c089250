namespace Hortus.Oci;

/// <summary>What was asked for, by whom.</summary>
/// <param name="Repository">Registry and repository.</param>
/// <param name="Target">Tag or digest.</param>
/// <param name="Fingerprint">Of the credentials.</param>
/// <param name="TrustKey">Of the authorities.</param>
internal sealed record PullKey(string Repository, string Target, string Fingerprint, string TrustKey);

/// <summary>Which credentials the registry let read what. The cache gives nothing to somebody whom the registry would give
/// nothing.</summary>
internal sealed class AccessProofs(int countMax)
{
    private readonly Lock gate = new();
    private readonly HashSet<PullKey> proofs = [];
    private readonly Queue<PullKey> byAge = new();

    public bool Has(PullKey key)
    {
        lock (gate)
        {
            return proofs.Contains(key);
        }
    }

    public void Add(PullKey key)
    {
        lock (gate)
        {
            if (proofs.Add(key))
            {
                byAge.Enqueue(key);
                if (byAge.Count > countMax)
                {
                    proofs.Remove(byAge.Dequeue());
                }
            }
        }
    }
}
