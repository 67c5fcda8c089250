namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>An annotation of a Service cannot be understood.</summary>
internal sealed class AnnotationException(string annotation, string problem, Exception? inner = null)
    : Exception($"annotation {annotation}: {problem}", inner);
