using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Preview;

/// <summary>
/// Finds out what a resource manager would do for a ManagedResource, with the same plan and the same merge. The target's server
/// rehearses every write, so that its defaults are no changes and its refusals are known before; nothing is written.
/// </summary>
public sealed class PreviewRun
{
    private static readonly string[] Counted =
        ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

    private readonly IKubernetesClient source;
    private readonly IKubernetesClient target;
    private readonly PreviewSettings settings;
    private ResourceScope scope = new(ResourceNames.AllClasses, null);
    private readonly KindCatalog kinds;
    private readonly List<PreviewedChange> changes = [];
    private readonly List<string> faults = [];

    /// <summary>Makes ready for one preview.</summary>
    /// <param name="source">The cluster with the ManagedResource.</param>
    /// <param name="target">The cluster with the objects.</param>
    /// <param name="settings">How the resource manager is set up.</param>
    /// <param name="clock">The clock.</param>
    public PreviewRun(IKubernetesClient source, IKubernetesClient target, PreviewSettings settings, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(settings);
        this.source = source;
        this.target = target;
        this.settings = settings;
        kinds = new KindCatalog(target, clock);
    }

    /// <summary>Previews a ManagedResource.</summary>
    /// <exception cref="ApiException">The ManagedResource is not there, or a cluster refuses to be read.</exception>
    /// <exception cref="HttpRequestException">A cluster is away.</exception>
    public async Task<ManagedResourcePreview> RunAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        scope = scope with { ClusterId = await ClusterIdentity.ResolveAsync(source, settings.ClusterId, cancellationToken) };
        var resource = await source.GetAsync<ManagedResource>(key, cancellationToken);
        return resource switch
        {
            _ when resource.Metadata.IsDeleting() => await PreviewDeletionAsync(resource, cancellationToken),
            _ when ResourceNames.IsTrue(resource.Metadata.Annotation(ResourceNames.Ignore)) =>
                Result($"ManagedResource {key} carries the annotation {ResourceNames.Ignore}: nothing is done"),
            _ => await PreviewApplicationAsync(resource, cancellationToken),
        };
    }

    private ManagedResourcePreview Result(string? note = null) => new(changes, faults, note);

    private async Task<ManagedResourcePreview> PreviewDeletionAsync(ManagedResource resource, CancellationToken cancellationToken)
    {
        if (resource.Spec.KeepObjects == true)
        {
            return Result($"ManagedResource {resource.Key} is being deleted and its objects are to be kept: nothing is done");
        }

        await DeleteAsync(resource.Status?.Resources ?? [], resource, cancellationToken);
        return Result();
    }

    private async Task<ManagedResourcePreview> PreviewApplicationAsync(ManagedResource resource, CancellationToken cancellationToken)
    {
        var (secrets, missing) = await SecretSource.ReadAsync(source, resource, cancellationToken);
        if (missing is not null)
        {
            faults.Add($"secret {missing} does not exist");
            return Result();
        }

        var plan = await ApplyPlan.OfAsync(
            resource, secrets, scope.OriginOf(resource.Key), settings.ManagedByLabelValue, kinds, cancellationToken);
        faults.AddRange(plan.Wanted.Faults);
        await DeleteAsync(plan.Removed, resource, cancellationToken);
        await ReleaseAsync(plan.Released, resource, cancellationToken);
        var scaled = await Autoscalers.TargetsAsync(plan.Wanted, kinds, target.Dynamic, cancellationToken);
        foreach (var wanted in plan.Wanted.Objects)
        {
            try
            {
                await ApplyAsync(wanted, plan, plan.RulesOf(wanted.Id, scaled), resource.Key, cancellationToken);
            }
            catch (ObjectApplyException e)
            {
                faults.Add(e.Message);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                faults.Add(UpdatePolicy.Failure(wanted, e).Message);
            }
        }

        return Result();
    }

    private async Task ApplyAsync(
        WantedObject wanted, ApplyPlan plan, MergeRules rules, ObjectKey resource, CancellationToken cancellationToken)
    {
        var found = await kinds.FindAsync(wanted.ApiVersion, wanted.Id.Kind, cancellationToken);
        if (found.Kind is not { } kind)
        {
            if (found.Away is null && plan.Wanted.Objects.Any(o => IsDefinitionOf(o, wanted)))
            {
                Add(PreviewedAction.Create, wanted, null, ObjectMerge.New(wanted, rules));
                return;
            }

            throw UpdatePolicy.NoKind(wanted, found.Away);
        }

        var live = await target.Dynamic.FindAsync(kind, wanted.Key, cancellationToken);
        if (live is null)
        {
            await CreateAsync(kind, wanted, plan, rules, cancellationToken);
        }
        else if (!wanted.IsIgnored)
        {
            await UpdateAsync(kind, live, wanted, rules, resource, cancellationToken);
        }
    }

    private async Task CreateAsync(
        ResourceKind kind, WantedObject wanted, ApplyPlan plan, MergeRules rules, CancellationToken cancellationToken)
    {
        var value = ObjectMerge.New(wanted, rules);
        try
        {
            value = await target.Rehearsal.CreateAsync(kind, value, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound && plan.Wanted.Objects.Any(o => IsNamespaceOf(o, wanted)))
        {
            // Its namespace would have been created before it.
        }

        Add(PreviewedAction.Create, wanted, null, value);
    }

    private async Task UpdateAsync(
        ResourceKind kind,
        JsonObject live,
        WantedObject wanted,
        MergeRules rules,
        ObjectKey resource,
        CancellationToken cancellationToken)
    {
        UpdatePolicy.Check(live, wanted, await OwnerAsync(live, wanted, rules, resource, cancellationToken));
        (live["metadata"] as JsonObject)?.Remove("managedFields");
        try
        {
            var merged = ObjectMerge.Merge(live, wanted, rules);
            Add(PreviewedAction.Change, wanted, live, await target.Rehearsal.UpdateAsync(kind, merged, cancellationToken));
        }
        catch (ApiException e) when (UpdatePolicy.IsMadeAnew(wanted, live, e))
        {
            UpdatePolicy.PropagationOf(wanted);
            Add(PreviewedAction.MakeAnew, wanted, live, ObjectMerge.New(wanted, rules));
        }
    }

    private async Task<ObjectKey?> OwnerAsync(
        JsonObject live, WantedObject wanted, MergeRules rules, ObjectKey resource, CancellationToken cancellationToken) =>
        UpdatePolicy.OtherOrigin(live, rules.Origin, scope) is { } owner && owner != resource
        && UpdatePolicy.Owns(await source.FindAsync<ManagedResource>(owner, cancellationToken), wanted.Id)
            ? owner
            : null;

    private async Task ReleaseAsync(
        IEnumerable<ManagedResourceReference> released, ManagedResource resource, CancellationToken cancellationToken)
    {
        foreach (var reference in released)
        {
            var (_, live) = await LiveAsync(reference, cancellationToken);
            if (live.Text("metadata", "annotations", ResourceNames.Origin) == scope.OriginOf(resource.Key))
            {
                var after = (JsonObject)live!.DeepClone();
                var annotations = after.Ensure("metadata", "annotations");
                annotations.Remove(ResourceNames.Origin);
                annotations.Remove(ResourceNames.Description);
                Add(PreviewedAction.Release, reference.Text(), live, after);
            }
        }
    }

    private async Task DeleteAsync(
        IEnumerable<ManagedResourceReference> objects, ManagedResource resource, CancellationToken cancellationToken)
    {
        var origin = scope.OriginOf(resource.Key);
        foreach (var reference in objects.OrderBy(o => InstallOrder.IsDeletedLast(o.Id().Group, o.Id().Kind)))
        {
            var (kind, live) = await LiveAsync(reference, cancellationToken);
            if (kind is null || live is null || ObjectDeleter.IsKept(kind, live, origin, collectsGarbage: false))
            {
                continue;
            }

            if (resource.Spec.DeletePersistentVolumeClaims == true && kind is { Group: "apps", Kind: "StatefulSet" })
            {
                foreach (var claim in await ObjectDeleter.ClaimsOfAsync(target.Dynamic, live, cancellationToken))
                {
                    Add(PreviewedAction.Delete, TextOf(claim), claim, null);
                }
            }

            Add(PreviewedAction.Delete, reference.Text(), live, null);
        }
    }

    private async Task<(ResourceKind? Kind, JsonObject? Live)> LiveAsync(
        ManagedResourceReference reference, CancellationToken cancellationToken)
    {
        var found = await kinds.FindAsync(reference.ApiVersion ?? "", reference.Kind ?? "", cancellationToken);
        if (found.Kind is not { } kind)
        {
            if (found.Away is { } away)
            {
                faults.Add($"old resource {reference.Text()}: the API {reference.ApiVersion} of the target cluster is away: {away}");
            }

            return default;
        }

        var key = new ObjectKey(kind.Namespaced ? reference.Namespace : null, reference.Name ?? "");
        return (kind, await target.Dynamic.FindAsync(kind, key, cancellationToken));
    }

    private void Add(PreviewedAction action, WantedObject wanted, JsonObject? before, JsonObject? after) =>
        Add(action, wanted.Text, before, after);

    private void Add(PreviewedAction action, string name, JsonObject? before, JsonObject? after)
    {
        var (was, becomes) = (Declared(before), Declared(after));
        if (action is PreviewedAction.MakeAnew || !JsonNode.DeepEquals(was, becomes))
        {
            changes.Add(new PreviewedChange(action, name.Trim('"'), was, becomes));
        }
    }

    // Without what no manifest says.
    private static JsonObject? Declared(JsonObject? value)
    {
        if (value is null)
        {
            return null;
        }

        var declared = (JsonObject)value.DeepClone();
        declared.Remove("status");
        var metadata = declared.Ensure("metadata");
        foreach (var field in Counted)
        {
            metadata.Remove(field);
        }

        return declared;
    }

    private static string TextOf(JsonObject value) => ObjectNames.Text(
        value.Text("apiVersion"), value.Text("kind"), value.Text("metadata", "namespace"), value.Text("metadata", "name"));

    private static bool IsNamespaceOf(WantedObject candidate, WantedObject wanted) =>
        candidate.Id is { Group: "", Kind: "Namespace" } && candidate.Id.Name == wanted.Id.Namespace;

    private static bool IsDefinitionOf(WantedObject candidate, WantedObject wanted) =>
        candidate.Id is { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" }
        && candidate.Json.Text("spec", "group") == wanted.Id.Group && candidate.Json.Text("spec", "names", "kind") == wanted.Id.Kind;
}
