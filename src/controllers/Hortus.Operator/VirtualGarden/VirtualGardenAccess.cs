using Hortus.Client;
using Hortus.Components;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>The operator's own way into the virtual garden.</summary>
public interface IVirtualGardenAccess
{
    /// <summary>A client with all rights; the same one as long as the credentials are the same.</summary>
    Task<IKubernetesClient> ConnectAsync(VirtualGardenAuthorities authorities, CancellationToken cancellationToken);
}

/// <summary>Goes in with a client certificate that the operator signs for itself.</summary>
public sealed class VirtualGardenAccess(ComponentContext context, VirtualGardenSecrets secrets) : IVirtualGardenAccess
{
    private readonly Lock gate = new();
    private (string Secret, KubernetesClient Client)? open;

    /// <inheritdoc/>
    public async Task<IKubernetesClient> ConnectAsync(VirtualGardenAuthorities authorities, CancellationToken cancellationToken)
    {
        var kubeconfig = await secrets.EnsureKubeconfigAsync(
            authorities,
            "gardener-operator",
            CertificateSpec.Client("gardener.cloud:system:operator", "system:masters"),
            cancellationToken);
        lock (gate)
        {
            if (open?.Secret != kubeconfig.SecretName)
            {
                open = (kubeconfig.SecretName, context.Connect(KubeConfig.Parse(kubeconfig.Text("kubeconfig"), null).Connect()));
            }

            return open.Value.Client;
        }
    }
}
