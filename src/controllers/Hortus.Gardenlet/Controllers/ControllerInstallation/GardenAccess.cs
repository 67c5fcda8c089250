using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hortus.Client;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>
/// Gives extensions access to the garden: a kubeconfig without a token that is the same for all, and a Secret that gets the token of
/// a service account of the extension's own in the garden.
/// </summary>
internal sealed class GardenAccess(GardenletSurroundings surroundings)
{
    private const string TokenFile = $"{KubeconfigInjection.GardenPath}/{KubeconfigInjection.TokenFile}";
    private const string SecretBase = "generic-garden-kubeconfig";
    private const int SuffixLength = 8;

    /// <summary>Gives an extension access; its namespace is there.</summary>
    /// <returns>Name of the Secret with the kubeconfig.</returns>
    public async Task<string> GiveAsync(ControllerInstallation installation, string registration, CancellationToken cancellationToken)
    {
        var space = InstallationNames.NamespaceOf(installation);
        await surroundings.SeedClient.ApplyAsync(
            AccessSecretOf(space, GardenerNames.ExtensionPrefix + installation.Metadata.Name, registration),
            GardenletIdentity.FieldManager,
            cancellationToken);
        var kubeconfig = KubeconfigSecretOf(space, surroundings.GardenConnection);
        if (await surroundings.SeedClient.FindAsync<Secret>(kubeconfig.Key, cancellationToken) is null)
        {
            try
            {
                await surroundings.SeedClient.CreateAsync(kubeconfig, cancellationToken);
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                // The name stands for the content.
            }
        }

        return kubeconfig.Metadata.Name!;
    }

    /// <summary>Takes the access away from an extension that once had it, with all its tokens.</summary>
    public async Task TakeAsync(ControllerInstallation installation, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(InstallationNames.NamespaceOf(installation), InstallationNames.AccessSecret);
        if (await surroundings.SeedClient.FindAsync<Secret>(key, cancellationToken) is not null)
        {
            await surroundings.GardenClient.DeleteAsync<ServiceAccount>(
                InstallationNames.AccountOf(installation, surroundings.SeedName), null, cancellationToken);
            await surroundings.SeedClient.DeleteAsync<Secret>(key, null, cancellationToken);
        }
    }

    /// <summary>The Secret that the gardenlet's token requestor fills.</summary>
    internal static Secret AccessSecretOf(string space, string account, string registration) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = space,
            Name = InstallationNames.AccessSecret,
            Labels = new Dictionary<string, string>
            {
                [TokenRequestorNames.Purpose] = TokenRequestorNames.PurposeToken,
                [TokenRequestorNames.Class] = TokenRequestorNames.ClassGarden,
            },
            Annotations = new Dictionary<string, string>
            {
                [TokenRequestorNames.AccountName] = account,
                [TokenRequestorNames.AccountLabels] = JsonSerializer.Serialize(
                    new Dictionary<string, string> { [GardenerLabels.ControllerRegistrationName] = registration }),
            },
        },
        Type = "Opaque",
    };

    /// <summary>The Secret with the kubeconfig; its name stands for its content.</summary>
    internal static Secret KubeconfigSecretOf(string space, ClientConnection garden)
    {
        var content = Encoding.UTF8.GetBytes(KubeConfig.ForTokenFile(
            "garden", garden.Server.AbsoluteUri.TrimEnd('/'), garden.CertificateAuthorityPem, TokenFile).ToYaml());
        return new Secret
        {
            Metadata = new ObjectMeta
            {
                Namespace = space,
                Name = $"{SecretBase}-{Convert.ToHexStringLower(SHA256.HashData(content))[..SuffixLength]}",
            },
            Type = "Opaque",
            Immutable = true,
            Data = new Dictionary<string, byte[]> { [TokenRequestorNames.KubeconfigKey] = content },
        };
    }
}
