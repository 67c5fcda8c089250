using Hortus.Client;
using Hortus.Extensions;
using Hortus.MachineController.Machines;
using Hortus.MachineController.Safety;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.MachineController;

/// <summary>What the controllers of one machine controller manager share.</summary>
internal sealed class MachineSurroundings
{
    public MachineSurroundings(
        IControllerManager control,
        IControllerManager target,
        IMachineDriver driver,
        MachineControllerManagerOptions options,
        TimeProvider clock)
    {
        Control = control;
        Target = target;
        Driver = driver;
        Options = options;
        Clock = clock;
        Scope = new CacheScope(options.Namespace);
        Machines = control.CacheOf<Machine>(Scope);
        Sets = control.CacheOf<MachineSet>(Scope);
        Deployments = control.CacheOf<MachineDeployment>(Scope);
        Classes = control.CacheOf<MachineClass>(Scope);
        Nodes = target.CacheOf<Node>();
        Freeze = new TargetFreeze();
        Times = new MachineTimes(options);
    }

    /// <summary>The cluster with the machine objects.</summary>
    public IControllerManager Control { get; }

    /// <summary>The cluster that the machines join.</summary>
    public IControllerManager Target { get; }

    public IMachineDriver Driver { get; }

    public MachineControllerManagerOptions Options { get; }

    public TimeProvider Clock { get; }

    /// <summary>The namespace of the machine objects.</summary>
    public CacheScope Scope { get; }

    public IObjectCache<Machine> Machines { get; }

    public IObjectCache<MachineSet> Sets { get; }

    public IObjectCache<MachineDeployment> Deployments { get; }

    public IObjectCache<MachineClass> Classes { get; }

    public IObjectCache<Node> Nodes { get; }

    /// <summary>Stops changes while the target's API server does not answer.</summary>
    public TargetFreeze Freeze { get; }

    public MachineTimes Times { get; }

    public IKubernetesClient Client => Control.Client;

    public DateTimeOffset Now => Clock.GetUtcNow();
}
