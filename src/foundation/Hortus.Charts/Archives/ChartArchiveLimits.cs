namespace Hortus.Charts;

/// <summary>What a chart archive may be. Charts of extensions have some hundred KiB and some dozen files.</summary>
public sealed record ChartArchiveLimits
{
    /// <summary>Most bytes of the archive.</summary>
    public int PackedMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most bytes of all files in it, those of archives in it included.</summary>
    public long UnpackedMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Most bytes of one file.</summary>
    public long FileMax { get; init; } = 5 * 1024 * 1024;

    /// <summary>Most entries, those of archives in it included.</summary>
    public int EntriesMax { get; init; } = 5000;

    /// <summary>How deep archives may be in archives: Helm opens those below <c>charts/</c>.</summary>
    public int NestingMax { get; init; } = 5;
}
