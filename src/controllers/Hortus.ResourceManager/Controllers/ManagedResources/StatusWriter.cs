using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager;

/// <summary>Writes the status of ManagedResources, and only when it says something new.</summary>
internal sealed class StatusWriter(IKubernetesClient client, TimeProvider clock)
{
    private readonly ConcurrentDictionary<ObjectKey, ManagedResource> written = [];

    /// <summary>A condition without times; they are filled in when it is written.</summary>
    public static GardenerCondition Condition(
        string type, string status, string reason, string message, params IReadOnlyList<string> codes) =>
        new() { Type = type, Status = status, Reason = reason, Message = message, Codes = codes.Count == 0 ? null : codes };

    /// <summary>Healthy and Progressing while nobody has looked yet.</summary>
    public static IReadOnlyList<GardenerCondition> Pending { get; } =
    [
        Condition(Names.Healthy, "Unknown", Names.ChecksPending, "the objects have not been checked since the last change"),
        Condition(Names.Progressing, "Unknown", Names.ChecksPending, "the objects have not been checked since the last change"),
    ];

    /// <summary>Writes conditions and what <paramref name="change"/> makes of the rest.</summary>
    /// <returns>The ManagedResource as it is now.</returns>
    /// <exception cref="ApiException">Somebody changed it meanwhile (a conflict), or it is gone.</exception>
    public async Task<ManagedResource> WriteAsync(
        ManagedResource resource,
        IReadOnlyList<GardenerCondition> conditions,
        Func<ManagedResourceStatus, ManagedResourceStatus> change,
        CancellationToken cancellationToken)
    {
        var before = resource.Status ?? new ManagedResourceStatus();
        var now = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        var merged = (before.Conditions ?? []).ToList();
        foreach (var condition in conditions)
        {
            var at = merged.FindIndex(c => c.Type == condition.Type);
            if (at < 0)
            {
                merged.Add(condition with { LastTransitionTime = now, LastUpdateTime = now });
            }
            else if (IsNew(merged[at], condition))
            {
                var since = merged[at].Status == condition.Status ? merged[at].LastTransitionTime : now;
                merged[at] = condition with { LastTransitionTime = since, LastUpdateTime = now };
            }
        }

        var after = change(before) with { Conditions = merged };
        return resource.Status is not null && JsonNode.DeepEquals(KubernetesJson.ToNode(after), KubernetesJson.ToNode(before))
            ? resource
            : written[resource.Key] = await client.UpdateStatusAsync(resource with { Status = after }, cancellationToken);
    }

    /// <summary>The ManagedResource as it was left by the last write, as long as the cache does not show that yet: what is true
    /// again would otherwise not be written, because the cache does not know that it was false.</summary>
    public ManagedResource Latest(ManagedResource cached)
    {
        if (!written.TryGetValue(cached.Key, out var last))
        {
            return cached;
        }

        if (last.Metadata.Uid == cached.Metadata.Uid && VersionOf(last) > VersionOf(cached))
        {
            return last;
        }

        written.TryRemove(KeyValuePair.Create(cached.Key, last));
        return cached;
    }

    /// <summary>Forgets a ManagedResource that is gone.</summary>
    public void Forget(ObjectKey key) => written.TryRemove(key, out _);

    private static ulong VersionOf(ManagedResource resource) =>
        ulong.TryParse(resource.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    private static bool IsNew(GardenerCondition old, GardenerCondition condition) =>
        old.Status != condition.Status || old.Reason != condition.Reason || old.Message != condition.Message
        || !(old.Codes ?? []).SequenceEqual(condition.Codes ?? []);
}
