using Hortus.Charts;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Kubernetes;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator;

/// <summary>
/// Makes an Extension known to the virtual garden: a ControllerRegistration and a ControllerDeployment of its name, and copies of the
/// Secrets and ConfigMaps that gardenlets need for the chart.
/// </summary>
internal sealed class VirtualRegistration(IKubernetesClient runtime, ExtensionResources resources)
{
    /// <summary>Brings it up to date; nobody waits for it, seeds take their time.</summary>
    /// <exception cref="ExtensionPartException">It cannot be registered as it is.</exception>
    public async Task<ExtensionStep> DeployAsync(Extension extension, CancellationToken cancellationToken)
    {
        var name = extension.Metadata.Name!;
        if (extension.Spec.Deployment?.Extension is null)
        {
            return await DeleteAsync(name, cancellationToken);
        }

        KubernetesObject[] objects =
        [
            RegistrationOf(extension), DeploymentOf(extension), .. await CopiesAsync(extension, cancellationToken),
        ];
        try
        {
            await resources.WriteAsync(ExtensionResources.Registration(name), ManifestBundle.Of(objects), null, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new ExtensionPartException(e.Message, e);
        }

        return ExtensionStep.Done;
    }

    /// <summary>Removes it.</summary>
    public Task<ExtensionStep> DeleteAsync(string extension, CancellationToken cancellationToken) =>
        resources.DeleteAsync(ExtensionNames.Registration(extension), cancellationToken);

    /// <summary>The registration: what seeds and shoots may use. Pure.</summary>
    public static ControllerRegistration RegistrationOf(Extension extension)
    {
        var deployment = extension.Spec.Deployment!.Extension!;
        var level = extension.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce);
        return new ControllerRegistration
        {
            Metadata = new ObjectMeta
            {
                Name = extension.Metadata.Name,
                Annotations = level is null
                    ? null
                    : new Dictionary<string, string> { [GardenerAnnotations.PodSecurityEnforce] = level },
            },
            Spec = new ControllerRegistrationSpec
            {
                Resources = [.. (extension.Spec.Resources ?? []).Where(IsForOthers).Select(WithoutGarden)],
                Deployment = new ControllerRegistrationDeployment
                {
                    Policy = deployment.Policy,
                    SeedSelector = deployment.SeedSelector,
                    DeploymentRefs = [new DeploymentRef { Name = extension.Metadata.Name! }],
                },
            },
        };
    }

    /// <summary>The deployment, with the names of the copies in place of those of the runtime cluster. Pure.</summary>
    public static ControllerDeployment DeploymentOf(Extension extension)
    {
        var name = extension.Metadata.Name!;
        var deployment = extension.Spec.Deployment!.Extension!;
        var used = UsedResources(extension);
        var repository = deployment.Helm?.OciRepository;
        return new ControllerDeployment
        {
            Metadata = new ObjectMeta { Name = name },
            Helm = new HelmControllerDeployment
            {
                Values = deployment.Values,
                OciRepository = repository is null ? null : repository with
                {
                    PullSecretRef = CopyOf(name, repository.PullSecretRef),
                    CaBundleSecretRef = CopyOf(name, repository.CaBundleSecretRef),
                },
            },

            // An Extension that was there before the webhooks has no defaults.
            InjectGardenKubeconfig = deployment.InjectGardenKubeconfig
                ?? ExtensionDefaults.InjectGardenKubeconfig((extension.Spec.Resources ?? []).Select(resource => resource.Kind)),
            Resources = used.Count == 0 ? null : [.. used.Select(resource => resource with
            {
                ResourceRef = resource.ResourceRef with { Name = ExtensionNames.Copy(name, resource.ResourceRef.Name) },
            })],
        };
    }

    private static LocalObjectReference? CopyOf(string extension, LocalObjectReference? reference) =>
        reference?.Name is { Length: > 0 } name ? reference with { Name = ExtensionNames.Copy(extension, name) } : reference;

    // Only gardenlets resolve these values, so only what they read may leave the runtime cluster.
    private static IReadOnlyList<NamedResourceReference> UsedResources(Extension extension)
    {
        var deployment = extension.Spec.Deployment!;
        var names = ValueTemplates.Uses(ChartValues.Of(deployment.Extension!.Values)).Select(use => use.Resource).ToHashSet();
        return [.. (deployment.Resources ?? []).Where(resource => names.Contains(resource.Name))];
    }

    // For shoots is what an empty list means in the virtual garden: what is for gardens alone must not get there.
    private static bool IsForOthers(ControllerResource resource) =>
        resource.ClusterCompatibility is not { Count: > 0 } types || types.Any(type => type != ClusterTypes.Garden);

    private static ControllerResource WithoutGarden(ControllerResource resource) => resource with
    {
        AutoEnable = Without(resource.AutoEnable),
        ClusterCompatibility = Without(resource.ClusterCompatibility),
    };

    private static IReadOnlyList<string>? Without(IReadOnlyList<string>? types) =>
        types?.Where(type => type != ClusterTypes.Garden).ToArray() is { Length: > 0 } rest ? rest : null;

    private async Task<IReadOnlyList<KubernetesObject>> CopiesAsync(Extension extension, CancellationToken cancellationToken)
    {
        var name = extension.Metadata.Name!;
        var repository = extension.Spec.Deployment!.Extension!.Helm?.OciRepository;
        List<KubernetesObject> copies = [];
        foreach (var (secret, role) in new[]
        {
            (repository?.PullSecretRef?.Name, GardenerRoles.HelmPullSecret),
            (repository?.CaBundleSecretRef?.Name, GardenerRoles.OciCABundle),
        })
        {
            if (!string.IsNullOrEmpty(secret))
            {
                copies.Add(SecretFor(name, await FindAsync<Secret>(secret, role, cancellationToken)));
            }
        }

        foreach (var target in UsedResources(extension).Select(resource => resource.ResourceRef))
        {
            copies.Add(target.Kind == "ConfigMap"
                ? MapFor(name, await FindAsync<ConfigMap>(target.Name, GardenerRoles.ResourceReference, cancellationToken))
                : SecretFor(name, await FindAsync<Secret>(target.Name, GardenerRoles.ResourceReference, cancellationToken)));
        }

        // One Secret may be named twice.
        return [.. copies.DistinctBy(copy => (copy.GetType(), copy.Key))];
    }

    private async Task<T> FindAsync<T>(string name, string role, CancellationToken cancellationToken) where T : KubernetesObject
    {
        var key = new ObjectKey(VirtualGardenNames.Namespace, name);
        var kind = ResourceKind.Of<T>().Kind;
        var value = await runtime.FindAsync<T>(key, cancellationToken) ?? throw new ExtensionPartException($"{kind} {key} is missing");
        return value.Metadata.Label(GardenerLabels.Role) == role
            ? value
            : throw new ExtensionPartException($"{kind} {key} lacks the label {GardenerLabels.Role}={role}");
    }

    private static Secret SecretFor(string extension, Secret secret) => new()
    {
        Metadata = MetadataFor(extension, secret.Metadata),
        Type = secret.Type,
        Data = secret.Data,
    };

    private static ConfigMap MapFor(string extension, ConfigMap map) => new()
    {
        Metadata = MetadataFor(extension, map.Metadata),
        Data = map.Data,
        BinaryData = map.BinaryData,
    };

    private static ObjectMeta MetadataFor(string extension, ObjectMeta metadata) => new()
    {
        Namespace = GardenerNames.GardenNamespace,
        Name = ExtensionNames.Copy(extension, metadata.Name!),
        Labels = metadata.Labels,
    };
}
