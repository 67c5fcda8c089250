using Hortus.Objects;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>What the runs of a resource manager share.</summary>
internal sealed class ResourceSurroundings
{
    public ResourceSurroundings(ControllerManager source, ControllerManager target, ResourceManagerOptions options, TimeProvider clock)
    {
        Source = source;
        Clock = clock;
        CacheScope = new CacheScope(options.Namespace);
        Scope = new ResourceScope(options.ResourceClass, options.ClusterId);
        ManagedBy = options.ManagedByLabelValue;
        AlwaysUpdate = options.AlwaysUpdate;
        CollectsGarbage = options.GarbageCollector;
        Target = new TargetCluster(target, options.ManagedByLabelValue, clock);
        Secrets = new SecretSource(source, options.Namespace);
        Status = new StatusWriter(source.Client, clock);
        Applier = new ObjectApplier(Target, Memory, options.AlwaysUpdate, clock);
    }

    public ControllerManager Source { get; }

    public CacheScope CacheScope { get; }

    public ResourceScope Scope { get; }

    public string ManagedBy { get; }

    public bool AlwaysUpdate { get; }

    public bool CollectsGarbage { get; }

    public TimeProvider Clock { get; }

    public TargetCluster Target { get; }

    public SecretSource Secrets { get; }

    public AppliedMemory Memory { get; } = new();

    public StatusWriter Status { get; }

    public ObjectApplier Applier { get; }
}
