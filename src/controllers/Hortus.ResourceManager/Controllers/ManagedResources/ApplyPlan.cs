using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Target;

namespace Hortus.ResourceManager;

/// <summary>What is to be done for a ManagedResource, by what it wants now and what its status says that it had.</summary>
internal sealed class ApplyPlan
{
    private readonly ManagedResource resource;
    private readonly string origin;
    private readonly Equivalences equivalences;
    private readonly Dictionary<ObjectId, ManagedResourceReference> before;

    private ApplyPlan(
        ManagedResource resource, string origin, Dictionary<ObjectId, ManagedResourceReference> before, WantedObjects wanted)
    {
        this.resource = resource;
        this.origin = origin;
        this.before = before;
        Wanted = wanted;
        equivalences = new Equivalences(resource.Spec.Equivalences);
    }

    /// <summary>What the manifests want.</summary>
    public WantedObjects Wanted { get; }

    /// <summary>The objects that may exist, by the status.</summary>
    public IReadOnlyDictionary<ObjectId, ManagedResourceReference> Before => before;

    /// <summary>What is no longer wanted. Nothing while a manifest cannot be read: it may be what that one wants.</summary>
    public IReadOnlyList<ManagedResourceReference> Removed
    {
        get
        {
            if (Wanted.Faults.Count > 0)
            {
                return [];
            }

            var stays = Wanted.Objects.Concat(Wanted.Released).SelectMany(o => equivalences.NamesOf(o.Id)).ToHashSet();
            return [.. before.Where(o => !stays.Contains(o.Key)).Select(o => o.Value)];
        }
    }

    /// <summary>What is let go of.</summary>
    public IReadOnlyList<ManagedResourceReference> Released =>
        [.. Wanted.Released.SelectMany(o => equivalences.NamesOf(o.Id)).Distinct()
            .Select(id => before.GetValueOrDefault(id)).OfType<ManagedResourceReference>()];

    /// <summary>Makes a plan.</summary>
    /// <param name="resource">The ManagedResource.</param>
    /// <param name="secrets">Its Secrets.</param>
    /// <param name="origin">What its objects carry as origin.</param>
    /// <param name="managedBy">Value of the label by which its objects are watched.</param>
    /// <param name="kinds">The kinds of the target.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<ApplyPlan> OfAsync(
        ManagedResource resource,
        IEnumerable<Secret> secrets,
        string origin,
        string managedBy,
        KindCatalog kinds,
        CancellationToken cancellationToken)
    {
        var before = new Dictionary<ObjectId, ManagedResourceReference>();
        foreach (var reference in resource.Status?.Resources ?? [])
        {
            before[reference.Id()] = reference;
        }

        var labels = new Dictionary<string, string>(resource.Spec.InjectLabels ?? new Dictionary<string, string>())
        {
            [ResourceNames.ManagedBy] = managedBy,
        };
        var manifests = ManifestReader.Read(secrets);
        var wanted = await WantedObjects.OfAsync(manifests, labels, before.Values, kinds, cancellationToken);
        return new ApplyPlan(resource, origin, before, wanted);
    }

    /// <summary>How a wanted object and a live one become one.</summary>
    /// <param name="id">The object.</param>
    /// <param name="scaled">Whose replicas autoscalers set.</param>
    public MergeRules RulesOf(ObjectId id, IReadOnlySet<ObjectId> scaled) => new()
    {
        Origin = origin,
        ForceLabels = resource.Spec.ForceOverwriteLabels == true,
        ForceAnnotations = resource.Spec.ForceOverwriteAnnotations == true,
        Last = equivalences.NamesOf(id).Select(n => before.GetValueOrDefault(n)).FirstOrDefault(r => r is not null),
        IsScaled = equivalences.NamesOf(id).Any(scaled.Contains),
    };
}
