namespace Hortus.Gardenlet;

/// <summary>One step of setting a seed up or taking it down. Steps run one after the other; none of them waits, so that a change of the
/// Seed is taken up at once.</summary>
/// <param name="Name">What is done, for people.</param>
/// <param name="Run">Does what can be done now. Null: the step is done; else what it waits for.</param>
internal sealed record SeedStep(string Name, Func<CancellationToken, Task<string?>> Run)
{
    /// <summary>How long it may wait before that counts as an error; null never does. It goes on waiting all the same.</summary>
    public TimeSpan? WaitMax { get; init; }

    /// <summary>A step that is done when it has run.</summary>
    public static SeedStep Of(string name, Func<CancellationToken, Task> run) => new(name, async token =>
    {
        await run(token);
        return null;
    });
}
