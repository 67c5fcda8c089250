using Hortus.Client;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Objects.Gardener.Operator;

namespace Hortus.Operator;

/// <summary>One run of a flow of a garden: what its steps work with, and what they have found out for those after them.</summary>
public sealed class GardenOperation(
    Garden garden,
    IKubernetesClient runtime,
    VirtualGardenSecrets secrets,
    IVirtualGardenAccess access,
    ImageVector images,
    TimeProvider clock)
{
    /// <summary>The garden as it was when the run began.</summary>
    public Garden Garden => garden;

    /// <summary>The runtime cluster.</summary>
    public IKubernetesClient Runtime => runtime;

    public VirtualGardenSecrets Secrets => secrets;

    public IVirtualGardenAccess Access => access;

    public TimeProvider Clock => clock;

    public VirtualGardenComponents Components { get; } = new(garden, images);

    public GardenDeployers Deployers { get; } = new(runtime, clock);

    /// <summary>Asks the extensions of the runtime cluster.</summary>
    public ExtensionWaiter Extensions { get; } = new(runtime, GardenDeployers.FieldManager, clock);

    /// <summary>Authorities of the virtual garden.</summary>
    /// <exception cref="InvalidOperationException">The step that makes them has not run.</exception>
    public VirtualGardenAuthorities Authorities
    {
        get => field ?? throw new InvalidOperationException("no authorities yet");
        set;
    }

    /// <summary>Cluster address of the virtual garden's API server; empty before its Service is there.</summary>
    public string ClusterIP { get; set; } = "";
}
