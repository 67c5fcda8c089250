using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.ProviderLocal.Configuration;
using Hortus.ProviderLocal.Machines;
using Worker = Hortus.Objects.Gardener.Extensions.Worker;

namespace Hortus.ProviderLocal.Actuators;

/// <summary>How machine classes of local machines look.</summary>
internal sealed class LocalWorkers(ImageVector images) : IWorkerProvider
{
    public string Provider => LocalProviderSpec.Provider;

    // A local machine is of use the moment its node is ready: there is no disk or agent that settles later.
    public int MinReadySeconds => 0;

    public IEnumerable<string> HashValues(WorkerPool pool) => [];

    public JsonObject ProviderSpec(ActuatorRequest<Worker> request, WorkerPool pool, string? zone)
    {
        var @namespace = request.Object.Metadata.Namespace!;
        return new LocalProviderSpec
        {
            Image = ImageOf(request.Cluster?.CloudProfile, pool),
            Namespace = @namespace,
            IpPoolNameV4 = InfrastructureActuator.PoolName(@namespace),
        }.Write();
    }

    // Profiles may have images of their own; without, all machine images are one program.
    private string ImageOf(CloudProfile? profile, WorkerPool pool)
    {
        try
        {
            return CloudProfileConfig.Read(profile?.Spec.ProviderConfig)?.ImageOf(pool.MachineImage.Name, pool.MachineImage.Version)
                ?? $"{images.LocalMachine}:{pool.MachineImage.Version}";
        }
        catch (JsonException e)
        {
            throw new ExtensionException(
                $"spec.providerConfig of CloudProfile {profile?.Metadata.Name}: {e.Message}", [ErrorCode.ConfigurationProblem]);
        }
    }
}
