using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Keeps the templates of StatefulSets and DaemonSets as ControllerRevisions.</summary>
internal sealed class Revisions(ControllerSetup setup)
{
    public const string HashLabel = "controller.kubernetes.io/hash";

    private readonly Runtime.IObjectCache<ControllerRevision> cache = setup.Manager.CacheOf<ControllerRevision>();

    /// <summary>The revisions of an owner, oldest first.</summary>
    public IReadOnlyList<ControllerRevision> Of(KubernetesObject owner) =>
        [.. cache.List(owner.Metadata.Namespace).Where(r => r.IsControlledBy(owner)).OrderBy(r => r.Revision)];

    /// <summary>The revision of a template, made or moved to the front of the history when needed.</summary>
    public async Task<(ControllerRevision Revision, int Collisions)> EnsureAsync(
        KubernetesObject owner, PodTemplateSpec template, int collisions, CancellationToken cancellationToken)
    {
        var known = Of(owner);
        var next = known.Count == 0 ? 1 : known[^1].Revision + 1;
        if (known.LastOrDefault(r => PodTemplates.Same(TemplateOf(r), template)) is { } same)
        {
            return ReferenceEquals(same, known[^1])
                ? (same, collisions)
                : (await MoveAsync(same, next, cancellationToken), collisions);
        }

        while (true)
        {
            var hash = PodTemplates.Hash(template, collisions);
            var wanted = New(owner, template, hash, next);
            if (await setup.Client.TryCreateAsync(wanted, cancellationToken) is { } created)
            {
                return (created, collisions);
            }

            var there = await setup.Client.GetAsync<ControllerRevision>(wanted.Key, cancellationToken);
            if (there.IsControlledBy(owner) && PodTemplates.Same(TemplateOf(there), template))
            {
                return (there, collisions);
            }

            collisions++;
        }
    }

    /// <summary>Deletes the oldest revisions that no pod uses, down to the limit.</summary>
    public async Task TrimAsync(
        KubernetesObject owner, IReadOnlySet<string> used, int limit, CancellationToken cancellationToken)
    {
        var idle = Of(owner).Where(r => !used.Contains(r.Metadata.Name ?? "")).ToList();
        foreach (var old in idle.Take(Math.Max(0, idle.Count - limit)))
        {
            await setup.Client.DeleteExactlyAsync(old, cancellationToken);
        }
    }

    public static PodTemplateSpec TemplateOf(ControllerRevision revision)
    {
        if (revision.Data is { ValueKind: JsonValueKind.Object } data &&
            JsonObject.Create(data) is { } root && root["spec"]?["template"] is JsonObject template)
        {
            var copy = (JsonObject)template.DeepClone();
            copy.Remove("$patch");
            return KubernetesJson.Deserialize<PodTemplateSpec>(copy);
        }

        return new PodTemplateSpec();
    }

    private static ControllerRevision New(KubernetesObject owner, PodTemplateSpec template, string hash, long number)
    {
        // The form of a patch that brings the template back, as kubectl rollout undo sends it.
        var body = KubernetesJson.ToNode(template);
        body["$patch"] = "replace";
        var data = new JsonObject { ["spec"] = new JsonObject { ["template"] = body } };
        return new ControllerRevision
        {
            Metadata = new ObjectMeta
            {
                Name = $"{owner.Metadata.Name}-{hash}",
                Namespace = owner.Metadata.Namespace,
                Labels = template.Metadata.Labels.With(HashLabel, hash),
            },
            Data = JsonSerializer.SerializeToElement(data),
            Revision = number,
        }.ControlledBy(owner);
    }

    private Task<ControllerRevision> MoveAsync(
        ControllerRevision revision, long number, CancellationToken cancellationToken) =>
        setup.Client.PatchAsync<ControllerRevision>(
            revision.Key,
            Patch.Merge(new JsonObject { ["metadata"] = Writes.Lock(revision), ["revision"] = number }),
            cancellationToken);
}
