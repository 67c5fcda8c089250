using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Keeps an Extension's health conditions true to what is installed of it: on seeds, in the runtime cluster, and its
/// admission. What is not wanted is not looked for.</summary>
public sealed class ExtensionCareReconciler(
    IControllerManager manager, VirtualInstallations installations, TimeProvider clock) : IReconciler
{
    private readonly CacheScope scope = new(Namespace: VirtualGardenNames.Namespace);

    /// <summary>The Extensions to which a ManagedResource may belong.</summary>
    public static IEnumerable<ObjectKey> OwnersOf(ManagedResource resource, IObjectCache<Extension> extensions)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(extensions);
        return extensions.List().Where(extension => IsOf(resource.Key, extension.Metadata.Name!)).Select(extension => extension.Key);
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // While the garden goes, everything that is installed goes with it and nothing is a fault.
        var garden = GardenReconciler.ManagedOf(manager.CacheOf<Garden>());
        if (garden?.Metadata.IsDeleting() != true
            && await manager.Client.FindAsync<Extension>(key, cancellationToken) is { } extension && !extension.Metadata.IsDeleting())
        {
            var now = clock.GetUtcNow();
            GardenerCondition[] checks =
            [
                .. InstallationsCheck(garden is null ? [] : installations.Of(extension.Metadata.Name!)),
                RuntimeCheck(extension, now),
                AdmissionCheck(extension, garden is null ? null : extension.Spec.Deployment?.Admission, now),
            ];
            await manager.Client.WriteConditionsAsync(
                extension, found => found.Status?.Conditions, checks, now, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private static bool IsOf(ObjectKey resource, string extension) =>
        resource == ExtensionNames.Runtime(extension)
        || resource == ExtensionNames.AdmissionRuntime(extension)
        || resource == ExtensionNames.AdmissionVirtual(extension);

    // None while there is no connection to the virtual garden: the last answer stays.
    private static IEnumerable<GardenerCondition> InstallationsCheck(IReadOnlyList<ControllerInstallation>? installed) =>
        installed is not { } found
            ? []
            : [Of(
                ExtensionConditions.ControllerInstallationsHealthy,
                ExtensionReasons.ControllerInstallationsRunning,
                ExtensionReasons.ControllerInstallationsUnhealthy,
                found.Count == 0 ? "No seed has this extension" : "All ControllerInstallations are healthy",
                [.. found.Select(Fault).OfType<string>().Order(StringComparer.Ordinal)])];

    private static string? Fault(ControllerInstallation installation)
    {
        (string Type, string Wanted)[] wanted =
        [
            (GardenerConditions.ControllerInstallationInstalled, ConditionStatus.True),
            (GardenerConditions.ControllerInstallationHealthy, ConditionStatus.True),
            (GardenerConditions.ControllerInstallationProgressing, ConditionStatus.False),
        ];
        foreach (var (type, status) in wanted)
        {
            var found = Conditions.Find(installation.Status?.Conditions, type);
            if (found?.Status != status)
            {
                var why = found is null ? "the gardenlet has not looked at it yet" : found.Message;
                return $"ControllerInstallation {installation.Metadata.Name}: {type}: {why}";
            }
        }

        return null;
    }

    private GardenerCondition RuntimeCheck(Extension extension, DateTimeOffset now)
    {
        var isWanted = extension.Spec.Deployment?.Extension is not null
            && Conditions.IsTrue(extension.Status?.Conditions, ExtensionConditions.RequiredRuntime);
        return Of(
            ExtensionConditions.RuntimeHealthy,
            ExtensionReasons.ExtensionComponentsRunning,
            ExtensionReasons.ExtensionComponentsUnhealthy,
            isWanted ? "All components in the runtime cluster are healthy" : "The runtime cluster does not need this extension",
            isWanted ? Faults(now, ExtensionNames.Runtime(extension.Metadata.Name!)) : []);
    }

    private GardenerCondition AdmissionCheck(Extension extension, AdmissionDeploymentSpec? admission, DateTimeOffset now)
    {
        List<ObjectKey> wanted = [];
        if (admission?.VirtualCluster is not null)
        {
            wanted.Add(ExtensionNames.AdmissionVirtual(extension.Metadata.Name!));
        }

        if (admission?.RuntimeCluster is not null)
        {
            wanted.Add(ExtensionNames.AdmissionRuntime(extension.Metadata.Name!));
        }

        return Of(
            ExtensionConditions.AdmissionHealthy,
            ExtensionReasons.ExtensionAdmissionComponentsRunning,
            ExtensionReasons.ExtensionAdmissionComponentsUnhealthy,
            wanted.Count > 0 ? "All components of the admission are healthy" : "There is no admission of this extension",
            Faults(now, [.. wanted]));
    }

    private string[] Faults(DateTimeOffset now, params ObjectKey[] resources)
    {
        var cache = manager.CacheOf<ManagedResource>(scope);
        return
        [
            .. from key in resources
               let resource = cache.Find(key)
               let fault = resource is null ? "is missing" : ManagedResourceHealth.Fault(resource, now)
               where fault is not null
               select $"ManagedResource {key.Name}: {fault}",
        ];
    }

    private static GardenerCondition Of(string type, string fine, string faulty, string message, string[] faults) => new()
    {
        Type = type,
        Status = faults.Length == 0 ? ConditionStatus.True : ConditionStatus.False,
        Reason = faults.Length == 0 ? fine : faulty,
        Message = faults.Length == 0 ? message : string.Join("; ", faults),
    };
}
