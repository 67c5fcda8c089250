using Hortus.Charts;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet;

/// <summary>Hands the objects of rendered charts to the seed's resource manager.</summary>
internal sealed class InstallationWriter(GardenletSurroundings surroundings)
{
    private readonly ManagedResourceWriter writer = new(surroundings.SeedClient, GardenletIdentity.FieldManager);

    /// <summary>Writes the ManagedResource; tells of a chart that is another one than before.</summary>
    /// <exception cref="InstallationException">The objects cannot be handed over.</exception>
    public async Task WriteAsync(
        ControllerInstallation installation, LoadedChart chart, RenderedChart rendered, WorkloadInjection injection,
        CancellationToken cancellationToken)
    {
        var settings = InstallationManifests.SettingsOf(installation, chart.Digest);
        var bundle = BundleOf(rendered, injection);
        var before = await InSeedAsync($"ManagedResource {settings.Key}", async () =>
        {
            var current = await surroundings.SeedClient.FindAsync<ManagedResource>(settings.Key, cancellationToken);
            await writer.WriteAsync(settings, bundle, cancellationToken);
            return current?.Metadata.Annotation(ResourceNames.ChartDigest);
        });
        if (before != chart.Digest)
        {
            Tell(installation, chart, rendered, before);
        }
    }

    /// <summary>Writes something in the seed.</summary>
    /// <exception cref="InstallationException">The seed does not take it.</exception>
    public static async Task<T> InSeedAsync<T>(string what, Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or ArgumentException)
        {
            throw new InstallationException(
                new(GardenerConditions.ControllerInstallationInstalled, false, Reasons.InstallationFailed,
                    $"{what} cannot be written in the seed: {e.Message}"),
                e);
        }
    }

    private static ManifestBundle BundleOf(RenderedChart rendered, WorkloadInjection injection)
    {
        try
        {
            return ChartManifests.Bundle(rendered, injection);
        }
        catch (ChartException e)
        {
            throw InstallationException.Invalid(Reasons.ChartCannotBeRendered, $"The chart cannot be installed: {e.Message}");
        }
    }

    private void Tell(ControllerInstallation installation, LoadedChart chart, RenderedChart rendered, string? before)
    {
        var events = surroundings.Garden.Events;
        events.Normal(
            installation,
            "ChartInstalled",
            $"chart {rendered.Name} {rendered.Version} with digest {chart.Digest}{(before is null ? "" : $" instead of {before}")}");
        foreach (var notice in ChartNotices.Of(rendered))
        {
            events.Warning(installation, notice.Reason, notice.Message);
        }
    }
}
