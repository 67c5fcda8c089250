namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>Not all policies of a Service could be written; it is tried again.</summary>
internal sealed class NetworkPolicyException(string message) : Exception(message);
