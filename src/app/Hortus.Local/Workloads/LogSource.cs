using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Workloads;

/// <summary>Whose logs are asked for.</summary>
/// <param name="Wanted">Which pods.</param>
/// <param name="Lines">Which of a pod's lines; null for a pod means all.</param>
/// <param name="Seed">The seed whose cluster has the pods; null for the cluster that was asked.</param>
public sealed record LogSource(Func<Pod, bool> Wanted, Func<Pod, Func<string, bool>?> Lines, string? Seed = null);
