using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Runtime;

namespace Hortus.Extensions;

/// <summary>An actuator and the objects it serves.</summary>
/// <param name="Name">Unique name of the controller.</param>
/// <param name="Type">Value of <c>spec.type</c> that it serves.</param>
/// <param name="Actuator">What to do with the objects.</param>
public sealed record ExtensionController<T>(string Name, string Type, IActuator<T> Actuator) where T : ExtensionObject
{
    /// <summary>Values of <c>spec.class</c> that it serves.</summary>
    public ExtensionClasses Classes { get; init; } = ExtensionClasses.Default;

    /// <summary>Objects handled side by side.</summary>
    public int Workers { get; init; } = 20;
}

/// <summary>Registers actuators.</summary>
public static class ExtensionControllers
{
    /// <summary>Adds a controller that serves the objects of one kind and type by the extension contract.</summary>
    public static void AddExtension<T>(this IControllerManager manager, ExtensionController<T> controller, TimeProvider clock)
        where T : ExtensionObject
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentNullException.ThrowIfNull(controller);
        var objects = manager.CacheOf<T>();
        manager.AddController(controller.Name, new ExtensionReconciler<T>(controller, manager, clock), builder =>
        {
            builder
                .For<T>((_, value) => value is not null && ExtensionDecision.IsServed(value, controller.Type, controller.Classes))
                .WithConcurrency(controller.Workers);
            if (controller.Classes.Contains(ExtensionClass.Shoot))
            {
                builder.Watches<Cluster>(
                    cluster => objects.List(cluster.Metadata.Name).Select(value => value.Key), (old, now) => WasRevived(old, now));
            }
        });
    }

    // A shoot that is handled again after it was given up: its extension objects have been left alone meanwhile.
    private static bool WasRevived(Cluster? old, Cluster? now) => old is not null && now is not null && IsFailed(old) && !IsFailed(now);

    private static bool IsFailed(Cluster cluster) =>
        cluster.Spec.Shoot is { ValueKind: JsonValueKind.Object } shoot
        && shoot.TryGetProperty("status", out var status)
        && status.TryGetProperty("lastOperation", out var last)
        && last.TryGetProperty("state", out var state)
        && state.GetString() == LastOperationState.Failed;
}
