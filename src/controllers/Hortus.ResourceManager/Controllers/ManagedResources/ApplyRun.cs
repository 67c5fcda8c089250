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
using Hortus.Runtime;
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
        var plan = await PlanAsync(cancellationToken);
        world.Target.Users.Set(key, plan.Before.Keys.Concat(plan.Wanted.Objects.Select(o => o.Id)));
        await AnnounceAsync(plan, cancellationToken);
        if (!await DeleteAsync(plan.Removed, cancellationToken))
        {
            return (resource, true);
        }

        await ReleaseAsync(plan.Released, cancellationToken);
        var failures = await ApplyAsync(plan, cancellationToken);
        await ReportAsync(plan, failures, cancellationToken);
        return (resource, false);
    }

    private async Task<ApplyPlan> PlanAsync(CancellationToken cancellationToken)
    {
        world.Secrets.Users.Set(key, SecretSource.Keys(resource));
        var (secrets, missing) = await world.Secrets.ReadAsync(resource, cancellationToken);
        if (missing is not null)
        {
            await FailAsync(Names.CannotReadSecret, $"secret {missing} does not exist", cancellationToken);
        }

        checksum = ChecksumOf(secrets);
        inputs = InputsOf(resource, SecretSource.Versions(secrets.Select(s => s.Metadata)));
        try
        {
            return await ApplyPlan.OfAsync(resource, secrets, origin, world.ManagedBy, world.Target.Kinds, cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            await FailAsync(Names.ApplyFailed, $"cannot ask the target cluster for its kinds: {e.Message}", cancellationToken);
            throw;
        }
    }

    // Before anything is done: what may exist from now on, and that conditions of former times no longer hold.
    private async Task AnnounceAsync(ApplyPlan plan, CancellationToken cancellationToken)
    {
        var all = new Dictionary<ObjectId, ManagedResourceReference>(plan.Before);
        foreach (var item in plan.Wanted.Objects.Where(o => o.IsPlaced))
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
            || !JsonNode.DeepEquals(Tree(all.Values), Tree(plan.Before.Values));
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

    private async Task<bool> DeleteAsync(IReadOnlyList<ManagedResourceReference> removed, CancellationToken cancellationToken)
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

    private async Task ReleaseAsync(IReadOnlyList<ManagedResourceReference> released, CancellationToken cancellationToken)
    {
        foreach (var reference in released)
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

    private async Task<List<ObjectApplyException>> ApplyAsync(ApplyPlan plan, CancellationToken cancellationToken)
    {
        var scaled = await ScaledAsync(plan.Wanted, cancellationToken);
        var request = new ApplyRequest
        {
            Resource = key,
            Rules = id => plan.RulesOf(id, scaled),
            OtherOwner = OtherOwner,
        };
        var failures = new List<ObjectApplyException>();
        foreach (var item in plan.Wanted.Objects)
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

    private async Task<IReadOnlySet<ObjectId>> ScaledAsync(WantedObjects wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await Autoscalers.TargetsAsync(wanted, world.Target.Kinds, world.Target.Dynamic, cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            await FailAsync(Names.ApplyFailed, $"cannot list the autoscalers of the target cluster: {e.Message}", cancellationToken);
            throw;
        }
    }

    private ObjectKey? OtherOwner(JsonObject live, ObjectId id) =>
        UpdatePolicy.OtherOrigin(live, origin, world.Scope) is { } owner && owner != key
        && UpdatePolicy.Owns(world.Source.CacheOf<ManagedResource>(world.CacheScope).Find(owner), id)
            ? owner
            : null;

    private async Task ReportAsync(ApplyPlan plan, List<ObjectApplyException> failures, CancellationToken cancellationToken)
    {
        var wanted = plan.Wanted;
        var all = wanted.Faults.Count > 0 ? new Dictionary<ObjectId, ManagedResourceReference>(plan.Before) : [];
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
