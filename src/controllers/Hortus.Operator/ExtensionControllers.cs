using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator;

/// <summary>The controllers of Extensions. Each writes conditions of its own.</summary>
internal sealed class ExtensionControllers(ControllerManager manager, ComponentContext context)
{
    private const int Concurrency = 5;
    private static readonly TimeSpan CarePeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SyncPeriod = TimeSpan.FromHours(1);

    private readonly CacheScope inGarden = new(Namespace: VirtualGardenNames.Namespace);
    private readonly CacheScope references = new(
        Namespace: VirtualGardenNames.Namespace, LabelSelector: ExtensionTriggers.ReferenceSelector);

    private readonly CacheScope priority = new(FieldSelector: $"metadata.name={GardenPriorities.Extensions}");

    /// <summary>What the virtual garden says.</summary>
    public VirtualInstallations Installations { get; } = new();

    private IObjectCache<Extension> Extensions => manager.CacheOf<Extension>();

    /// <summary>Adds all of them.</summary>
    public void Add(ExtensionCharts charts)
    {
        AddRequiredRuntime();
        Action<ObjectKey> main = _ => { };
        Action<ObjectKey> required = _ => { };
        Action<ObjectKey> care = _ => { };
        AddMain(charts, enqueue => main = enqueue);
        manager.AddController(
            "extension-required-virtual",
            new RequiredVirtualReconciler(manager, Installations, context.Clock),
            controller => controller
                .For<Extension>((before, after) => before is null && after is not null)
                .Watches<Garden>(_ => All(), (before, after) => before is null || after is null)
                .From(enqueue => required = enqueue)
                .WithConcurrency(Concurrency));
        manager.AddController(
            "extension-care",
            new ExtensionCareReconciler(manager, Installations, context.Clock),
            controller => controller
                .For<Extension>(ExtensionTriggers.Matters)
                .Watches<Garden>(_ => All(), (before, after) => before is null || after is null)
                .Watches<ManagedResource>(
                    resource => ExtensionCareReconciler.OwnersOf(resource, Extensions), ExtensionTriggers.Matters, inGarden)
                .From(enqueue => care = enqueue)
                .WithConcurrency(Concurrency)
                .WithResync(CarePeriod));
        Installations.Changed = key =>
        {
            foreach (var extension in key == VirtualInstallations.AllExtensions ? All() : [key])
            {
                main(extension);
                required(extension);
                care(extension);
            }
        };
    }

    private void AddMain(ExtensionCharts charts, Action<Action<ObjectKey>> connect) => manager.AddController(
        "extension",
        new ExtensionReconciler(manager, ExtensionParts.In(manager.Client, charts), Installations, context.Clock),
        controller => controller
            .For<Extension>(ExtensionTriggers.Matters)
            .Watches<Garden>(_ => All(), ExtensionTriggers.Matters)
            .Watches<PriorityClass>(_ => All(), (before, _) => before is null, priority)
            .Watches<Secret>(
                secret => KeysWhere(extension => ExtensionTriggers.Names(extension, secret)), HasChanged, references)
            .Watches<ConfigMap>(
                map => KeysWhere(extension => ExtensionTriggers.Names(extension, map)), HasChanged, references)
            .Watches<ManagedResource>(
                resource => ExtensionCareReconciler.OwnersOf(resource, Extensions), ExtensionTriggers.Matters, inGarden)
            .From(connect)
            .WithConcurrency(Concurrency)
            .WithResync(SyncPeriod));

    private void AddRequiredRuntime()
    {
        var objects = new GardenObjects(manager, context.Clock);
        manager.AddController(
            "extension-required-runtime",
            new RequiredRuntimeReconciler(manager, objects, context.Clock),
            controller => controller
                .For<Extension>((before, after) => before?.Metadata.Generation != after?.Metadata.Generation)
                .Watches<Garden>(_ => All(), RequiredRuntimeReconciler.Matters)
                .From(enqueue => objects.Changed = pair =>
                {
                    foreach (var key in KeysWhere(extension => extension.Spec.Resources?.Any(r => ExtensionPair.Of(r) == pair) == true))
                    {
                        enqueue(key);
                    }
                })
                .WithConcurrency(Concurrency));
    }

    private static bool HasChanged<T>(T? before, T? after) where T : KubernetesObject =>
        before is null || after is null || before.Metadata.ResourceVersion != after.Metadata.ResourceVersion;

    private IEnumerable<ObjectKey> All() => KeysWhere(_ => true);

    private IEnumerable<ObjectKey> KeysWhere(Func<Extension, bool> condition) =>
        Extensions.List().Where(condition).Select(extension => extension.Key);
}
