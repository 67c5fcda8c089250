namespace Hortus.Objects.Gardener.Core;

/// <summary>Settings of a shoot's API server.</summary>
public sealed record KubeAPIServerConfig : KubeAPIServerSettings
{
}
