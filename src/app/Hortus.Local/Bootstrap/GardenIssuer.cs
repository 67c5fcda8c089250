using Hortus.Client;
using Hortus.Components;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.Local.Bootstrap;

/// <summary>Makes client certificates for the virtual garden with the authorities that the operator keeps as Secrets.</summary>
public sealed class GardenIssuer
{
    private readonly CertificateAuthority clients;
    private readonly string serverCa;

    private GardenIssuer(CertificateAuthority clients, string serverCa)
    {
        this.clients = clients;
        this.serverCa = serverCa;
    }

    /// <summary>Finds the authorities by their logical names.</summary>
    /// <exception cref="LocalGardenException">The operator has not made them.</exception>
    public static async Task<GardenIssuer> FindAsync(IKubernetesClient runtime, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = await FindAsync(runtime, "ca-client", cancellationToken);
        var server = await FindAsync(runtime, "ca", cancellationToken);
        return new GardenIssuer(CertificateAuthority.Load(Text(client, "ca.crt"), Text(client, "ca.key"), time), Text(server, "ca.crt"));
    }

    /// <summary>A kubeconfig with all rights.</summary>
    public string Administrator(string server, string serverName) =>
        Kubeconfigs.ForClient("garden", server, serverName, serverCa,
            clients.Issue(CertificateSpec.Client("garden-admin", "system:masters"))).ToYaml();

    private static async Task<Secret> FindAsync(IKubernetesClient runtime, string name, CancellationToken cancellationToken)
    {
        var found = await runtime.ListAsync<Secret>(
            new ListOptions { Namespace = GardenerNames.GardenNamespace, LabelSelector = $"{SecretsManager.NameLabel}={name}" },
            cancellationToken);
        return found.Items.Count > 0
            ? found.Items[0]
            : throw new LocalGardenException(
                $"no Secret with label {SecretsManager.NameLabel}={name} in namespace {GardenerNames.GardenNamespace}");
    }

    private static string Text(Secret secret, string key) => System.Text.Encoding.UTF8.GetString(secret.Data![key]);
}
