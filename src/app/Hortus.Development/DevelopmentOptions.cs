namespace Hortus.Development;

/// <summary>What a development loop does.</summary>
public sealed record DevelopmentOptions
{
    /// <summary>Root of the source tree.</summary>
    public required string Sources { get; init; }

    /// <summary>The components to swap; empty for all that run changed code.</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>How long a component that was swapped is looked at, unless there is something else to do: one that ends within that
    /// time gets its former image back. Default three seconds.</summary>
    public TimeSpan Proof { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long sources have to be left alone before they are built. Default a tenth of a second.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(100);
}
