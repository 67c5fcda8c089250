using Hortus.Objects;

namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>The pods of the ingress controller, which talk to the Services behind Ingresses.</summary>
internal sealed record IngressPeer(string Namespace, LabelSelector Pods);
