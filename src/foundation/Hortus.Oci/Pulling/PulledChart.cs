namespace Hortus.Oci;

/// <summary>A chart from a registry.</summary>
/// <param name="Digest">What the reference stands for, <c>sha256:...</c>: the digest of its manifest or index. The same digest
/// is the same chart.</param>
/// <param name="Archive">The packed chart, <c>.tgz</c>; its bytes are those that its manifest names.</param>
/// <param name="StaleNote">Null when the registry said what the reference stands for, or the reference has a digest. Else
/// <c>registry unreachable since TIME, using sha256:...</c>, to be shown in parentheses.</param>
public sealed record PulledChart(string Digest, ReadOnlyMemory<byte> Archive, string? StaleNote);
