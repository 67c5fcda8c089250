using System.Net;
using System.Text;
using Hortus.Client;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Machines;
using OscFile = Hortus.Objects.Gardener.Extensions.File;

namespace Hortus.ProviderLocal.Actuators;

/// <summary>Renders the user data of local machines. A local machine has no init system: it is a kubelet, so files become
/// files of its pod, and units have no effect.</summary>
internal sealed class OperatingSystemConfigActuator(IKubernetesClient client, ImageVector images) : IActuator<OperatingSystemConfig>
{
    /// <summary>Value of <c>spec.purpose</c> for which machines get user data.</summary>
    private const string Provision = "provision";

    /// <summary>The cluster's DNS server has this place in the service network.</summary>
    private const int DnsAddressNumber = 10;

    public async Task<DefaultStatus?> ReconcileAsync(
        ActuatorRequest<OperatingSystemConfig> request, CancellationToken cancellationToken)
    {
        var config = request.Object;
        if (config.Spec.Purpose != Provision)
        {
            return null;
        }

        var data = new MachineUserData
        {
            Files = await FilesAsync(config, cancellationToken),
            KubeletFlags = [.. Flags(request.Cluster)],
        };
        var secret = new Secret
        {
            Metadata = new ObjectMeta
            {
                Namespace = config.Metadata.Namespace,
                Name = SecretName(config),
                OwnerReferences = [config.AsController()],
            },
            Type = "Opaque",
            Data = new Dictionary<string, byte[]> { [MachineFiles.CloudConfigKey] = data.Write() },
        };
        await client.ApplyAsync(secret, ProviderLocalComponent.Name, cancellationToken);
        return (OperatingSystemConfigStatus)config.ExtensionStatus with
        {
            CloudConfig = new CloudConfig
            {
                SecretRef = new SecretReference { Name = SecretName(config), Namespace = config.Metadata.Namespace },
            },
        };
    }

    public Task DeleteAsync(ActuatorRequest<OperatingSystemConfig> request, CancellationToken cancellationToken) =>
        client.DeleteAsync<Secret>(
            new ObjectKey(request.Object.Metadata.Namespace, SecretName(request.Object)), null, cancellationToken);

    private static string SecretName(OperatingSystemConfig config) => "osc-result-" + config.Metadata.Name;

    private async Task<Dictionary<string, byte[]>> FilesAsync(OperatingSystemConfig config, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]> { [MachineUserData.ImageMapPath] = Encoding.UTF8.GetBytes(ImageMap()) };
        foreach (var file in config.Spec.Files ?? [])
        {
            files[file.Path] = await ContentAsync(config, file, cancellationToken);
        }

        return files;
    }

    private async Task<byte[]> ContentAsync(OperatingSystemConfig config, OscFile file, CancellationToken cancellationToken)
    {
        switch (file.Content)
        {
            case { Inline: { } inline }:
                return Decode(file.Path, inline);
            case { SecretRef: { } reference }:
                var key = new ObjectKey(config.Metadata.Namespace, reference.Name);
                var secret = await client.FindAsync<Secret>(key, cancellationToken);
                return secret?.Data?.GetValueOrDefault(reference.DataKey)
                    ?? throw new ExtensionException($"file {file.Path}: there is no Secret {key} with the key {reference.DataKey}", []);
            default:
                throw new ExtensionException(
                    $"file {file.Path}: local machines take content from the object or from a Secret, not from images",
                    [ErrorCode.ConfigurationProblem]);
        }
    }

    private static byte[] Decode(string path, FileContentInline inline)
    {
        try
        {
            return inline.Encoding == "b64" ? Convert.FromBase64String(inline.Data) : Encoding.UTF8.GetBytes(inline.Data);
        }
        catch (FormatException e)
        {
            throw new ExtensionException($"file {path}: content is not base64: {e.Message}", [ErrorCode.ConfigurationProblem], e);
        }
    }

    private static IEnumerable<string> Flags(ExtensionCluster? cluster)
    {
        if (cluster?.Shoot?.Spec.Networking?.Services is { } services && IPNetwork.TryParse(services, out var range))
        {
            yield return $"--cluster-dns={Address(range, DnsAddressNumber)}";
        }

        if (cluster?.Shoot?.Spec.Kubernetes.Version is { Length: > 0 } version)
        {
            yield return $"--kubernetes-version=v{version.TrimStart('v')}";
        }
    }

    private static IPAddress Address(IPNetwork range, int number)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        for (var (i, carry) = (bytes.Length - 1, number); i >= 0 && carry > 0; i--)
        {
            carry += bytes[i];
            bytes[i] = (byte)carry;
            carry >>= 8;
        }

        return new IPAddress(bytes);
    }

    private string ImageMap() => $"""
        # Which program stands for which image on local machines; the word hortus is the running executable.
        images:
        {LocalImages.Entries(images)}

        """;
}
