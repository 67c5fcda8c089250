using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>What the virtual garden's ControllerInstallations say, as long as there is a connection to it.</summary>
public sealed class VirtualInstallations
{
    private volatile IObjectCache<ControllerInstallation>? cache;

    /// <summary>Told of every Extension whose installations may say something else now.</summary>
    public Action<ObjectKey> Changed { get; set; } = _ => { };

    /// <summary>The installations of an Extension by the name of their registration; null while there is no connection.</summary>
    public IReadOnlyList<ControllerInstallation>? Of(string extension) =>
        cache?.List().Where(installation => installation.Spec.RegistrationRef.Name == extension).ToArray();

    /// <summary>Follows the installations of a virtual garden until cancelled.</summary>
    /// <param name="manager">A manager of its own on the virtual garden; it is run here.</param>
    /// <param name="cancellationToken">Ends the connection.</param>
    public async Task FollowAsync(ControllerManager manager, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manager);
        var installations = manager.CacheOf<ControllerInstallation>();
        manager.AddController("virtual-installations", new Relay(this), controller => controller
            .Watches<ControllerInstallation>(
                installation => [ObjectKey.Cluster(installation.Spec.RegistrationRef.Name ?? "")], HasChanged));
        try
        {
            var running = manager.RunAsync(cancellationToken);
            await Task.WhenAny(installations.WaitForSyncAsync(cancellationToken), running);
            cache = installations;
            Changed(AllExtensions);
            await running;
        }
        finally
        {
            cache = null;
            Changed(AllExtensions);
        }
    }

    /// <summary>Stands for every Extension.</summary>
    public static ObjectKey AllExtensions { get; } = ObjectKey.Cluster("*");

    private static bool HasChanged(ControllerInstallation? before, ControllerInstallation? after) =>
        before is null || after is null
        || GardenerConditionsOf(before) != GardenerConditionsOf(after);

    private static (string?, string?, string?, string?) GardenerConditionsOf(ControllerInstallation installation) => (
        StatusOf(installation, GardenerConditions.ControllerInstallationRequired),
        StatusOf(installation, GardenerConditions.ControllerInstallationInstalled),
        StatusOf(installation, GardenerConditions.ControllerInstallationHealthy),
        StatusOf(installation, GardenerConditions.ControllerInstallationProgressing));

    /// <summary>Status of a condition; null when it has none.</summary>
    public static string? StatusOf(ControllerInstallation installation, string condition)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return Conditions.Find(installation.Status?.Conditions, condition)?.Status;
    }

    private sealed class Relay(VirtualInstallations installations) : IReconciler
    {
        public Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            installations.Changed(key);
            return Task.FromResult(ReconcileResult.Done);
        }
    }
}
