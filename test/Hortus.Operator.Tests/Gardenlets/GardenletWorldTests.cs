namespace Hortus.Operator.Tests.Gardenlets;

/// <summary>Tests that have a world and a deadline each.</summary>
public abstract class GardenletWorldTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = GardenletWorld.Deadline();

    protected GardenletWorld World { get; } = new();

    protected CancellationToken Token => deadline.Token;

    public Task InitializeAsync() => World.InitializeAsync();

    public async Task DisposeAsync()
    {
        deadline.Dispose();
        await World.DisposeAsync();
    }
}
