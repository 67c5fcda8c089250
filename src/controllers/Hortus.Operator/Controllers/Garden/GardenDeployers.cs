using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.Operator;

/// <summary>The ways in which the operator deploys.</summary>
public sealed class GardenDeployers(IKubernetesClient runtime, TimeProvider clock)
{
    /// <summary>The operator as owner of fields.</summary>
    public const string FieldManager = "gardener-operator";

    /// <summary>For what resource managers need themselves.</summary>
    public DirectDeployer Direct { get; } = new(runtime, FieldManager);

    /// <summary>Into the runtime cluster.</summary>
    public ComponentDeployer Runtime { get; } = new(runtime, FieldManager, clock, SettingsOf);

    /// <summary>Into the virtual garden.</summary>
    public ComponentDeployer Virtual { get; } =
        ComponentDeployer.ForTarget(runtime, FieldManager, clock, VirtualGardenNames.Namespace);

    private static ManagedResourceSettings SettingsOf(IComponent component)
    {
        var settings = ManagedResourceSettings.ForSeed(new ObjectKey(component.Namespace, component.Name));
        return component.Name == VirtualGardenNames.Etcd || VirtualGardenNames.VirtualComponents.Contains(component.Name)
            ? settings with
            {
                Labels = new Dictionary<string, string>(settings.Labels!)
                {
                    [GardenerLabels.CareConditionType] = GardenerConditions.VirtualComponentsHealthy,
                },
            }
            : settings;
    }
}
