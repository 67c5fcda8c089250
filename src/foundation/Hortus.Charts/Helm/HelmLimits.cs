namespace Hortus.Charts;

/// <summary>What one run of helm may take. Real charts take a tenth of a second, 60 MiB and some hundred KiB of output.</summary>
public sealed record HelmLimits
{
    /// <summary>Longest run; also the limit of processor time, in whole seconds.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most bytes of memory that it writes to.</summary>
    public long Memory { get; init; } = 512L * 1024 * 1024;

    /// <summary>Most bytes of the rendered objects as text.</summary>
    public int Output { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most runs at a time; further ones wait, which does not count as their time.</summary>
    public int Concurrency { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>What the archive may be.</summary>
    public ChartArchiveLimits Archive { get => field ??= new ChartArchiveLimits(); init; }
}
