namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>A label by which pods of a namespace ask for traffic.</summary>
internal readonly record struct PodLabel(string Namespace, string Key);
