using System.Text.Json.Nodes;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Objects.Gardener.Extensions;
using Hortus.ProviderLocal.Machines;

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
            Image = $"{images.LocalMachine}:{pool.MachineImage.Version}",
            Namespace = @namespace,
            IpPoolNameV4 = InfrastructureActuator.PoolName(@namespace),
        }.Write();
    }
}
