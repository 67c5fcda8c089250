using Hortus.Charts;
using Hortus.Client;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet;

/// <summary>Reads from the garden what ControllerInstallations stand for.</summary>
internal sealed class InstallationReader(IKubernetesClient garden)
{
    /// <summary>The deployment of an installation; null when there is none or it is no chart, which then is somebody else's
    /// business.</summary>
    /// <exception cref="InstallationException">The deployment is missing or cannot be read.</exception>
    public async Task<ControllerDeployment?> FindDeploymentAsync(
        ControllerInstallation installation, CancellationToken cancellationToken)
    {
        if (installation.Spec.DeploymentRef?.Name is not { Length: > 0 } name)
        {
            return null;
        }

        var deployment = await garden.FindAsync<ControllerDeployment>(ObjectKey.Cluster(name), cancellationToken)
            ?? throw InstallationException.Invalid(
                Reasons.ChartInformationInvalid, $"ControllerDeployment {name} does not exist: create it, or change the registration");
        return deployment.Helm is null ? null : deployment;
    }

    /// <summary>Everything else.</summary>
    /// <exception cref="InstallationException">Something is missing or wrong.</exception>
    public async Task<InstallationFacts> ReadAsync(
        ControllerInstallation installation, ControllerDeployment deployment, CancellationToken cancellationToken)
    {
        var registration = await FindAsync<ControllerRegistration>(
            installation.Spec.RegistrationRef.Name, Reasons.RegistrationNotFound, Reasons.RegistrationReadError, cancellationToken);
        var seed = await FindAsync<Seed>(
            installation.Spec.SeedRef?.Name, Reasons.SeedNotFound, Reasons.SeedReadError, cancellationToken);
        return new InstallationFacts(
            installation, registration, deployment, seed, await ValuesAsync(deployment, cancellationToken));
    }

    private async Task<T> FindAsync<T>(string? name, string notFound, string unreadable, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            return await garden.FindAsync<T>(ObjectKey.Cluster(name ?? ""), cancellationToken)
                ?? throw InstallationException.Invalid(notFound, $"{typeof(T).Name} {name} does not exist in the garden");
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            throw InstallationException.Unclear(unreadable, $"{typeof(T).Name} {name} cannot be read: {e.Message}", e);
        }
    }

    private async Task<ResolvedValues> ValuesAsync(ControllerDeployment deployment, CancellationToken cancellationToken)
    {
        var of = $"ControllerDeployment {deployment.Metadata.Name}";
        if (deployment.Helm is not ({ RawChart.Length: > 0 } or { OciRepository: not null }))
        {
            throw InstallationException.Invalid(
                Reasons.ChartInformationInvalid, $"{of}: helm has no chart: set rawChart or ociRepository");
        }

        try
        {
            var values = ChartValues.Of(deployment.Helm.Values);
            var resources = await ChartResources.ReadAsync(
                deployment.Resources, garden, GardenerNames.GardenNamespace, cancellationToken);
            return ValueTemplates.Resolve(values, resources);
        }
        catch (FormatException e)
        {
            throw InstallationException.Invalid(Reasons.ChartInformationInvalid, $"{of}: helm.values: {e.Message}");
        }
        catch (Exception e) when (
            e is ValueTemplateException or ChartResourceException or ApiException or HttpRequestException or IOException)
        {
            throw InstallationException.Invalid(Reasons.RenderingHelmValuesFailed, $"{of}: helm.values: {e.Message}");
        }
    }
}
