namespace Hortus.Components.Charts;

/// <summary>A chart, ready to be rendered.</summary>
/// <param name="Digest">Stands for the content, <c>sha256:...</c>.</param>
/// <param name="Archive">The chart as gzipped tar archive.</param>
/// <param name="Note">What users should know of how it was found, in parentheses behind a condition's message; null for
/// nothing.</param>
public sealed record LoadedChart(string Digest, ReadOnlyMemory<byte> Archive, string? Note);
