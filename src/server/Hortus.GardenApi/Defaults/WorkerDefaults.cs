using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Defaults;

/// <summary>Defaults of worker pools.</summary>
internal static class WorkerDefaults
{
    public const string AutoRollingUpdate = "AutoRollingUpdate";
    public const string AutoInPlaceUpdate = "AutoInPlaceUpdate";
    public const string ManualInPlaceUpdate = "ManualInPlaceUpdate";

    public static Provider Apply(Provider provider) => provider with
    {
        Workers = [.. (provider.Workers ?? []).Select(Apply)],
        WorkersSettings = (provider.WorkersSettings ?? new WorkersSettings()) with
        {
            SshAccess = provider.WorkersSettings?.SshAccess ?? new SSHAccess { Enabled = true },
        },
    };

    private static Worker Apply(Worker worker)
    {
        var strategy = worker.UpdateStrategy ?? AutoRollingUpdate;
        return worker with
        {
            UpdateStrategy = strategy,
            MaxSurge = worker.MaxSurge ?? (strategy == AutoRollingUpdate ? 1 : (IntOrString)0),
            MaxUnavailable = worker.MaxUnavailable ?? (strategy == AutoInPlaceUpdate ? 1 : (IntOrString)0),
            Cri = worker.Cri ?? new CRI { Name = "containerd" },
            SystemComponents = worker.SystemComponents ?? new WorkerSystemComponents { Allow = true },
            Machine = worker.Machine with { Architecture = worker.Machine.Architecture ?? "amd64" },
        };
    }
}
