using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Target;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager;

/// <summary>
/// One thorough look at a ManagedResource. The status names every object before it is created and until it is deleted, so that a
/// process that ends anywhere in between leaves nothing behind that nobody knows of.
/// </summary>
internal sealed class ApplyRun
{
    private const int ReasonsMax = 10;
    private const string ConfigurationProblem = "ERR_CONFIGURATION_PROBLEM";
    private readonly ResourceSurroundings world;
    private readonly ObjectDeleter deleter;
    private readonly ObjectKey key;
    private readonly string origin;
    private readonly Equivalences equivalences;
    private readonly Dictionary<ObjectId, ManagedResourceReference> before;
    private ManagedResource resource;
    private string checksum = "";
    private string? inputs;

    public ApplyRun(ResourceSurroundings world, ObjectDeleter deleter, ManagedResource resource)
    {
        this.world = world;
        this.deleter = deleter;
        this.resource = resource;
        key = resource.Key;
        origin = world.Scope.OriginOf(key);
        equivalences = new Equivalences(resource.Spec.Equivalences);
        before = [];
        foreach (var reference in resource.Status?.Resources ?? [])
        {
            before[reference.Id()] = reference;
        }
    }

    /// <summary>Everything that decides what is wanted, as one text.</summary>
    public static string? InputsOf(ManagedResource resource, string? secretVersions) =>
        secretVersions is null ? null : $"{resource.Metadata.Uid}@{resource.Metadata.Generation}: {secretVersions}";

    /// <summary>Some of many reasons, as one text.</summary>
    public static string Join(IEnumerable<string> reasons)
    {
        var all = reasons.Distinct().Order(StringComparer.Ordinal).ToArray();
        var more = all.Length > ReasonsMax ? $"; and {all.Length - ReasonsMax} more" : "";
        return string.Join("; ", all.Take(ReasonsMax)) + more;
    }

    /// <summary>Brings the objects to their wanted state.</summary>
    /// <returns>The ManagedResource as it is now, and whether objects are still being deleted.</returns>
    /// <exception cref="ManagedResourceException">Something did not work; the conditions say what.</exception>
    public async Task<(ManagedResource Resource, bool IsPending)> RunAsync(CancellationToken cancellationToken)
    {
        world.Memory.Doubt(key);
        var wanted = await ReadAsync(cancellationToken);
        world.Target.Users.Set(key, before.Keys.Concat(wanted.Objects.Select(o => o.Id)));
        var removed = wanted.Faults.Count > 0 ? [] : Removed(wanted);
        await AnnounceAsync(wanted, cancellationToken);
        if (!await DeleteAsync(removed, wanted, cancellationToken))
        {
            return (resource, true);
        }

        await ReleaseAsync(wanted, cancellationToken);
        var failures = await ApplyAsync(wanted, cancellationToken);
        await ReportAsync(wanted, failures, cancellationToken);
        return (resource, false);
    }

    private async Task<WantedObjects> ReadAsync(CancellationToken cancellationToken)
    {
        world.Secrets.Users.Set(key, SecretSource.Keys(resource));
        var (secrets, missing) = await world.Secrets.ReadAsync(resource, cancellationToken);
        if (missing is not null)
        {
            await FailAsync(Names.CannotReadSecret, $"secret {missing} does not exist", cancellationToken);
        }

        checksum = ChecksumOf(secrets);
        inputs = InputsOf(resource, SecretSource.Versions(secrets.Select(s => s.Metadata)));
        var labels = new Dictionary<string, string>(resource.Spec.InjectLabels ?? new Dictionary<string, string>())
        {
            [ResourceNames.ManagedBy] = world.ManagedBy,
        };
        try
        {
            return await WantedObjects.OfAsync(
                ManifestReader.Read(secrets), labels, before.Values, world.Target.Kinds, cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            await FailAsync(Names.ApplyFailed, $"cannot ask the target cluster for its kinds: {e.Message}", cancellationToken);
            throw;
        }
    }

    private List<ManagedResourceReference> Removed(WantedObjects wanted)
    {
        var stays = wanted.Objects.Concat(wanted.Released).SelectMany(o => equivalences.NamesOf(o.Id)).ToHashSet();
        return [.. before.Where(o => !stays.Contains(o.Key)).Select(o => o.Value)];
    }

    // Before anything is done: what may exist from now on, and that conditions of former times no longer hold.
    private async Task AnnounceAsync(WantedObjects wanted, CancellationToken cancellationToken)
    {
        var all = new Dictionary<ObjectId, ManagedResourceReference>(before);
        foreach (var item in wanted.Objects.Where(o => o.IsPlaced))
        {
            var last = all.GetValueOrDefault(item.Id);
            all[item.Id] = item.Reference with
            {
                Labels = Union(last?.Labels, item.Reference.Labels),
                Annotations = Union(last?.Annotations, item.Reference.Annotations),
            };
        }

        var status = resource.Status;
        var isNew = status?.SecretsDataChecksum != checksum || status?.ObservedGeneration != resource.Metadata.Generation
            || !JsonNode.DeepEquals(Tree(all.Values), Tree(before.Values));
        if (!isNew)
        {
            return;
        }

        var applied = status?.Conditions?.FirstOrDefault(c => c.Type == Names.Applied);
        var isFault = applied?.Reason is Names.ApplyFailed or Names.DeletionFailed or Names.DeletionPending;
        resource = await world.Status.WriteAsync(
            resource,
            [
                StatusWriter.Condition(
                    Names.Applied,
                    Names.StatusProgressing,
                    isFault ? applied!.Reason : Names.ApplyProgressing,
                    isFault ? applied!.Message : "the objects are being applied"),
                .. StatusWriter.Pending,
            ],
            s => s with { Resources = Sorted(all.Values) },
            cancellationToken);
    }

    private async Task<bool> DeleteAsync(
        List<ManagedResourceReference> removed, WantedObjects wanted, CancellationToken cancellationToken)
    {
        if (removed.Count == 0)
        {
            return true;
        }

        var result = await deleter.DeleteAsync(
            removed, origin, resource.Spec.DeletePersistentVolumeClaims == true, cancellationToken);
        foreach (var gone in removed.Select(r => r.Id()))
        {
            world.Memory.Forget(key, gone);
        }

        if (result.Failed.Count > 0)
        {
            await FailAsync(Names.DeletionFailed, Join(result.Failed.Values), cancellationToken);
        }

        if (result.IsDone)
        {
            return true;
        }

        var message = Join(result.Pending.Values);
        resource = await world.Status.WriteAsync(
            resource,
            [
                StatusWriter.Condition(Names.Applied, Names.StatusProgressing, Names.DeletionPending, message),
                StatusWriter.Condition(Names.Healthy, "False", Names.DeletionPending, message),
                StatusWriter.Condition(Names.Progressing, "True", Names.DeletionPending, message),
            ],
            status => status,
            cancellationToken);
        return false;
    }

    private async Task ReleaseAsync(WantedObjects wanted, CancellationToken cancellationToken)
    {
        foreach (var reference in wanted.Released.SelectMany(o => equivalences.NamesOf(o.Id)).Distinct()
            .Select(id => before.GetValueOrDefault(id)).OfType<ManagedResourceReference>())
        {
            try
            {
                await deleter.ReleaseAsync(reference, origin, cancellationToken);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                await FailAsync(Names.ReleaseFailed, $"cannot release object {reference.Text()}: {e.Message}", cancellationToken);
            }
        }
    }

    private async Task<List<ObjectApplyException>> ApplyAsync(WantedObjects wanted, CancellationToken cancellationToken)
    {
        var scaled = await ScaledAsync(wanted, cancellationToken);
        var request = new ApplyRequest
        {
            Resource = key,
            Rules = new MergeRules
            {
                Origin = origin,
                ForceLabels = resource.Spec.ForceOverwriteLabels == true,
                ForceAnnotations = resource.Spec.ForceOverwriteAnnotations == true,
            },
            IsScaled = id => equivalences.NamesOf(id).Any(scaled.Contains),
            Last = id => equivalences.NamesOf(id).Select(n => before.GetValueOrDefault(n)).FirstOrDefault(r => r is not null),
            OtherOwner = OtherOwner,
        };
        var failures = new List<ObjectApplyException>();
        foreach (var item in wanted.Objects)
        {
            try
            {
                await world.Applier.ApplyAsync(item, request, cancellationToken);
            }
            catch (ObjectApplyException e)
            {
                world.Memory.Forget(key, item.Id);
                failures.Add(e);
            }
        }

        return failures;
    }

    // What autoscalers set is theirs.
    private async Task<HashSet<ObjectId>> ScaledAsync(WantedObjects wanted, CancellationToken cancellationToken)
    {
        var autoscaler = ResourceKind.Of<HorizontalPodAutoscaler>();
        if (!wanted.Objects.Any(o => o.Id.Kind is "Deployment" or "StatefulSet")
            || !world.Target.Kinds.Knows(autoscaler.ApiVersion, autoscaler.Kind))
        {
            return [];
        }

        try
        {
            var (items, _) = await world.Target.Dynamic.ListAsync(autoscaler, ListOptions.All, cancellationToken);
            return [.. items.Select(i => new ObjectId(
                ObjectNames.GroupOf(i.Text("spec", "scaleTargetRef", "apiVersion") ?? ""),
                i.Text("spec", "scaleTargetRef", "kind") ?? "",
                i.Text("metadata", "namespace"),
                i.Text("spec", "scaleTargetRef", "name") ?? ""))];
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            await FailAsync(Names.ApplyFailed, $"cannot list the autoscalers of the target cluster: {e.Message}", cancellationToken);
            throw;
        }
    }

    private string? OtherOwner(string other, ObjectId id) =>
        world.Scope.ResourceOf(other) is { } owner && owner != key
        && world.Source.CacheOf<ManagedResource>(world.CacheScope).Find(owner) is { } found && !found.Metadata.IsDeleting()
        && (found.Status?.Resources ?? []).Any(r => r.Id() == id)
            ? owner.ToString()
            : null;

    private async Task ReportAsync(
        WantedObjects wanted, List<ObjectApplyException> failures, CancellationToken cancellationToken)
    {
        var kept = wanted.Faults.Count > 0 ? before : [];
        var all = new Dictionary<ObjectId, ManagedResourceReference>(kept);
        foreach (var item in wanted.Objects.Where(o => o.IsPlaced))
        {
            all[item.Id] = item.Reference;
        }

        resource = await world.Status.WriteAsync(
            resource,
            [AppliedCondition(wanted, failures)],
            status => status with
            {
                Resources = Sorted(all.Values),
                SecretsDataChecksum = checksum,
                ObservedGeneration = resource.Metadata.Generation,
            },
            cancellationToken);
        if (failures.Count > 0)
        {
            var message = Join(failures.Select(f => f.Message));
            world.Source.Events.Warning(resource, Names.ApplyFailed, message);
            throw new ManagedResourceException(message);
        }

        var applied = wanted.Objects.Select(o => world.Memory.Find(key, o.Id)).OfType<AppliedObject>().ToArray();
        if (inputs is not null && applied.Length == wanted.Objects.Count)
        {
            world.Memory.Keep(key, new AppliedResource(inputs, checksum, applied));
        }
    }

    private static GardenerCondition AppliedCondition(WantedObjects wanted, List<ObjectApplyException> failures)
    {
        if (wanted.Faults.Count > 0)
        {
            var also = failures.Count > 0 ? "; " + Join(failures.Select(f => f.Message)) : "";
            return StatusWriter.Condition(
                Names.Applied, "False", Names.DecodingFailed, $"could not read all manifests: {Join(wanted.Faults)}{also}");
        }

        return failures.Count == 0
            ? StatusWriter.Condition(Names.Applied, "True", Names.ApplySucceeded, "all objects are applied")
            : StatusWriter.Condition(
                Names.Applied,
                "False",
                Names.ApplyFailed,
                $"could not apply all objects: {Join(failures.Select(f => f.Message))}",
                failures.Any(f => f.IsConfiguration) ? [ConfigurationProblem] : []);
    }

    private async Task FailAsync(string reason, string message, CancellationToken cancellationToken)
    {
        resource = await world.Status.WriteAsync(
            resource, [StatusWriter.Condition(Names.Applied, "False", reason, message)], status => status, cancellationToken);
        throw new ManagedResourceException(message);
    }

    private static Dictionary<string, string>? Union(
        IReadOnlyDictionary<string, string>? old, IReadOnlyDictionary<string, string>? current)
    {
        var all = new Dictionary<string, string>(old ?? new Dictionary<string, string>());
        foreach (var (name, value) in current ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        return all.Count == 0 ? null : all;
    }

    private static ManagedResourceReference[] Sorted(IEnumerable<ManagedResourceReference> references) =>
        [.. references.OrderBy(r => r.Id().ToString(), StringComparer.Ordinal)];

    private static JsonArray Tree(IEnumerable<ManagedResourceReference> references) =>
        new([.. Sorted(references).Select(r => (JsonNode)KubernetesJson.ToNode(r))]);

    private static string ChecksumOf(IEnumerable<Secret> secrets)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var data = secrets.SelectMany(s =>
            (s.Data ?? new Dictionary<string, byte[]>()).OrderBy(d => d.Key, StringComparer.Ordinal));
        foreach (var (name, value) in data)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(SHA256.HashData(value));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
