using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>
/// Server-side apply that leaves out requests which would change nothing: what is wanted is what this process applied
/// last, and the cache shows it in place. Safe for many threads.
/// </summary>
public sealed class Applier(IKubernetesClient client, string fieldManager)
{
    /// <summary>Objects remembered; beyond it the memory starts anew, which costs one request for each.</summary>
    private const int KnownMax = 20_000;

    private readonly ConcurrentDictionary<(Type, ObjectKey), UInt128> applied = [];

    /// <summary>Brings the object to the wanted state.</summary>
    /// <param name="wanted">The fields this manager is responsible for; fields it applied before and that are no longer
    /// there are removed from the object.</param>
    /// <param name="cache">Shows the present state; null always sends the request.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object as it is now.</returns>
    public async Task<T> ApplyAsync<T>(T wanted, IObjectCache<T>? cache, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var hash = Hash(wanted);
        if (cache?.Find(
            wanted.Key) is { } current && applied.TryGetValue((typeof(T), wanted.Key), out var last) && last == hash &&
            Covers(KubernetesJson.ToNode(current), KubernetesJson.ToNode(wanted)))
        {
            return current;
        }

        var result = await client.ApplyAsync(wanted, fieldManager, cancellationToken);
        if (applied.Count >= KnownMax)
        {
            applied.Clear();
        }

        applied[(typeof(T), wanted.Key)] = hash;
        return result;
    }

    /// <summary>Whether every value in <paramref name="wanted"/> is in <paramref name="current"/>; lists must be as
    /// long.</summary>
    internal static bool Covers(JsonNode? current, JsonNode? wanted) => (current, wanted) switch
    {
        (JsonObject have, JsonObject want) => want.All(field => Covers(have[field.Key], field.Value)),
        (JsonArray have, JsonArray want) =>
            have.Count == want.Count && have.Zip(want).All(pair => Covers(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(current, wanted),
    };

    private static UInt128 Hash<T>(T value) where T : KubernetesObject =>
        BitConverter.ToUInt128(SHA256.HashData(KubernetesJson.Serialize(value)));
}
