using Hortus.Components;
using Hortus.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Gardenlet.Tests.World;

/// <summary>What a gardenlet of a test has, unless the test says otherwise: real time, and neither charts nor logs.</summary>
internal static class TestSurroundings
{
    public const string SeedName = "local";

    /// <summary>Between two clusters.</summary>
    public static GardenletSurroundings Of(IControllerManager garden, IControllerManager seed) => new()
    {
        Settings = new ControllerSettings(),
        Garden = garden,
        GardenConnection = NoCluster.Connection,
        Seed = seed,
        Shoots = new ShootClients(TimeProvider.System),
        Charts = NoCharts.Create(),
        Installer = NoCharts.Installer(),
        Identity = GardenletIdentity.Create("test"),
        SeedName = SeedName,
        Images = new ImageVector(),
        Clock = TimeProvider.System,
        Logs = NullLoggerFactory.Instance,
        Random = new Random(1),
    };
}
