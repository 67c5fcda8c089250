using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Reads from the garden what an operation on a shoot needs.</summary>
internal sealed class ShootInputsReader(IKubernetesClient garden)
{
    private readonly ShootDomainReader domains = new(garden);

    /// <summary>Reads everything; a deletion does without credentials that are gone.</summary>
    /// <exception cref="ShootConfigurationException">Something that the Shoot refers to is missing.</exception>
    public async Task<ShootInputs> ReadAsync(Shoot shoot, Seed seed, CancellationToken cancellationToken)
    {
        var project = await ReadProjectAsync(shoot, cancellationToken);
        var workerless = shoot.Spec.Provider.Workers is not { Count: > 0 };
        return new ShootInputs
        {
            Shoot = shoot,
            Seed = seed,
            ProjectName = project,
            TechnicalID = shoot.Status?.TechnicalID is { Length: > 0 } id ? id : GardenerNames.TechnicalID(project, shoot.Metadata.Name!),
            CloudProfile = await ReadProfileAsync(shoot, cancellationToken),
            Credentials = workerless ? null : await ReadCredentialsAsync(shoot, cancellationToken),
            Internal = await domains.ReadInternalAsync(shoot, seed, project, cancellationToken),
            External = await domains.ReadExternalAsync(shoot, seed, project, cancellationToken),
            Offers = await ControllerOffers.ReadAsync(garden, cancellationToken),
        };
    }

    private async Task<string> ReadProjectAsync(Shoot shoot, CancellationToken cancellationToken)
    {
        var space = await garden.FindAsync<Namespace>(ObjectKey.Cluster(shoot.Metadata.Namespace!), cancellationToken);
        if (space?.Metadata.Label(GardenerLabels.ProjectName) is { Length: > 0 } named)
        {
            return named;
        }

        var projects = await garden.ListAsync<Project>(
            new ListOptions { FieldSelector = $"spec.namespace={shoot.Metadata.Namespace}" }, cancellationToken);
        return projects.Items.FirstOrDefault(p => p.Spec.Namespace == shoot.Metadata.Namespace)?.Metadata.Name
            ?? throw new ShootConfigurationException(
                $"namespace {shoot.Metadata.Namespace} belongs to no Project: label it {GardenerLabels.ProjectName}", retryable: true);
    }

    private async Task<CloudProfile> ReadProfileAsync(Shoot shoot, CancellationToken cancellationToken)
    {
        var reference = shoot.Spec.CloudProfile;
        var name = reference?.Name ?? shoot.Spec.CloudProfileName ?? "";
        if (reference?.Kind == nameof(NamespacedCloudProfile))
        {
            var own = await garden.FindAsync<NamespacedCloudProfile>(
                new ObjectKey(shoot.Metadata.Namespace, name), cancellationToken);
            return own?.Status is { } status
                ? new CloudProfile { Metadata = new ObjectMeta { Name = name }, Spec = status.CloudProfileSpec }
                : throw Missing(nameof(NamespacedCloudProfile), $"{shoot.Metadata.Namespace}/{name}", "spec.cloudProfile");
        }

        return await garden.FindAsync<CloudProfile>(ObjectKey.Cluster(name), cancellationToken)
            ?? throw Missing(nameof(CloudProfile), name, "spec.cloudProfile");
    }

    private async Task<Secret?> ReadCredentialsAsync(Shoot shoot, CancellationToken cancellationToken)
    {
        var space = shoot.Metadata.Namespace;
        ObjectKey key;
        if (shoot.Spec.CredentialsBindingName is { Length: > 0 } bindingName)
        {
            var binding = await garden.FindAsync<CredentialsBinding>(new ObjectKey(space, bindingName), cancellationToken)
                ?? throw Missing(nameof(CredentialsBinding), $"{space}/{bindingName}", "spec.credentialsBindingName");
            if (binding.CredentialsRef.Kind is not (nameof(Secret) or null or ""))
            {
                throw new ShootConfigurationException(
                    $"CredentialsBinding {space}/{bindingName}: "
                    + $"credentialsRef.kind {binding.CredentialsRef.Kind} is not supported: use Secret",
                    retryable: false);
            }

            key = new ObjectKey(binding.CredentialsRef.Namespace ?? space, binding.CredentialsRef.Name ?? "");
        }
        else if (shoot.Spec.SecretBindingName is { Length: > 0 } secretBindingName)
        {
            var binding = await garden.FindAsync<SecretBinding>(new ObjectKey(space, secretBindingName), cancellationToken)
                ?? throw Missing(nameof(SecretBinding), $"{space}/{secretBindingName}", "spec.secretBindingName");
            key = new ObjectKey(binding.SecretRef.Namespace ?? space, binding.SecretRef.Name ?? "");
        }
        else
        {
            return null;
        }

        return await garden.FindAsync<Secret>(key, cancellationToken)
            ?? throw Missing(nameof(Secret), key.ToString(), "the credentials binding");
    }

    private static ShootConfigurationException Missing(string kind, string name, string from) =>
        new($"{kind} {name}, to which {from} refers, does not exist", retryable: true);
}
