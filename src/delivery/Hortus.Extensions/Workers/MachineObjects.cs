using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Machines = Hortus.Objects.Gardener.Machine;

namespace Hortus.Extensions;

/// <summary>Renders the machine API's objects of a Worker.</summary>
internal sealed class MachineObjects(ActuatorRequest<Worker> request, IWorkerProvider provider)
{
    /// <summary>Marks the Secrets of machine classes.</summary>
    public const string PurposeLabel = "gardener.cloud/purpose";

    public const string Purpose = "machineclass";

    /// <summary>Tells the machine controller to take a machine without drain and without asking its cluster.</summary>
    public const string ForceDeletionLabel = "force-deletion";

    private readonly string @namespace = request.Object.Metadata.Namespace ?? "";

    public Secret Secret(PlannedMachines planned, byte[] userData) => new()
    {
        Metadata = Metadata(planned.ClassName),
        Type = "Opaque",
        Data = new Dictionary<string, byte[]> { ["userData"] = userData },
    };

    public MachineClass Class(PlannedMachines planned) => new()
    {
        Metadata = Metadata(planned.ClassName),
        Provider = provider.Provider,
        ProviderSpec = JsonSerializer.SerializeToElement(provider.ProviderSpec(request, planned.Pool, planned.Zone)),
        SecretRef = new SecretReference { Name = planned.ClassName, Namespace = @namespace },
        CredentialsSecretRef = request.Object.Spec.SecretRef,
        NodeTemplate = planned.Pool.NodeTemplate is not { } template ? null : new Machines.NodeTemplate
        {
            Capacity = template.Capacity,
            VirtualCapacity = template.VirtualCapacity,
            InstanceType = planned.Pool.MachineType,
            Region = request.Object.Spec.Region,
            Zone = planned.Zone ?? "",
            Architecture = planned.Pool.Architecture,
        },
    };

    public Machines.MachineDeployment Deployment(PlannedMachines planned, int replicas)
    {
        var labels = new Dictionary<string, string> { ["name"] = planned.Name };
        return new()
        {
            Metadata = new ObjectMeta { Namespace = @namespace, Name = planned.Name },
            Spec = new MachineDeploymentSpec
            {
                Replicas = replicas,
                MinReadySeconds = provider.MinReadySeconds,
                RevisionHistoryLimit = 0,
                Selector = new LabelSelector { MatchLabels = labels },
                Strategy = new MachineDeploymentStrategy
                {
                    Type = "RollingUpdate",
                    RollingUpdate = new RollingUpdateMachineDeployment
                    {
                        MaxSurge = planned.MaxSurge,
                        MaxUnavailable = planned.MaxUnavailable,
                    },
                },
                Template = new MachineTemplateSpec { Metadata = new ObjectMeta { Labels = labels }, Spec = Machine(planned) },
            },
        };
    }

    private static MachineSpec Machine(PlannedMachines planned)
    {
        var pool = planned.Pool;
        var timings = pool.MachineControllerManager;
        var labels = new Dictionary<string, string>(pool.Labels ?? new Dictionary<string, string>())
        {
            [GardenerLabels.WorkerPool] = pool.Name,
        };
        return new MachineSpec
        {
            Class = new ClassSpec { Kind = "MachineClass", Name = planned.ClassName },
            NodeTemplate = new NodeTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = labels, Annotations = pool.Annotations },
                Spec = pool.Taints is { Count: > 0 } taints ? new NodeSpec { Taints = taints } : null,
            },
            DrainTimeout = timings?.MachineDrainTimeout,
            HealthTimeout = timings?.MachineHealthTimeout,
            CreationTimeout = timings?.MachineCreationTimeout,
            MaxEvictRetries = timings?.MaxEvictRetries,
            DisableHealthTimeout = timings?.DisableHealthTimeout,
            NodeConditions = timings?.NodeConditions is { Count: > 0 } conditions ? string.Join(',', conditions) : null,
        };
    }

    private ObjectMeta Metadata(string name) => new()
    {
        Namespace = @namespace,
        Name = name,
        Labels = new Dictionary<string, string> { [PurposeLabel] = Purpose },
    };
}
