using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Wires the gardenlet's controllers to the garden and the seed.</summary>
internal sealed class GardenletModule(GardenletOptions options, ComponentContext context)
{
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var garden = context.CreateManager(context.Connect(options.GardenKubeconfig));
        var seed = context.CreateManager();
        return Task.WhenAll(garden.RunAsync(cancellationToken), seed.RunAsync(cancellationToken));
    }
}
