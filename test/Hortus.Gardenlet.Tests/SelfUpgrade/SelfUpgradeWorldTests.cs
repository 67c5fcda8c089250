using Hortus.Gardenlet.Tests.Extensions;

namespace Hortus.Gardenlet.Tests.SelfUpgrade;

/// <summary>Tests that have a world and a deadline each, and share a registry.</summary>
public abstract class SelfUpgradeWorldTests(ChartRegistry registry) : IClassFixture<ChartRegistry>, IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));
    private SelfUpgradeWorld? started;

    protected ChartRegistry Registry { get; } = registry;

    private protected SelfUpgradeWorld World => started!;

    protected CancellationToken Token => deadline.Token;

    public async Task InitializeAsync() => started = await SelfUpgradeWorld.StartAsync(Token);

    public async Task DisposeAsync()
    {
        await World.DisposeAsync();
        deadline.Dispose();
    }
}
