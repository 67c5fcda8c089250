using Hortus.Client;

namespace Hortus.Operator;

/// <summary>Kubernetes version of the runtime cluster, for charts.</summary>
internal static class RuntimeVersion
{
    /// <summary>The version without a leading v, for example <c>1.35.4</c>.</summary>
    /// <exception cref="ExtensionPartException">The server does not say.</exception>
    public static async Task<string> OfAsync(IKubernetesClient runtime, CancellationToken cancellationToken) =>
        (await ClusterVersion.ReadAsync(runtime, cancellationToken))?.TrimStart('v')
            ?? throw new ExtensionPartException("the runtime cluster does not tell its Kubernetes version");
}
