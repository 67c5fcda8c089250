using Hortus.ApiServer.Admission;
using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Oci;

namespace Hortus.GardenApi.Admission;

/// <summary>Refuses charts that no registry can find, and tells users what a deletion does not do.</summary>
internal sealed class GardenletAdmission : GardenAdmissionPlugin<Gardenlet>
{
    private static readonly FieldPath Chart = FieldPath.Root["spec"]["deployment"]["helm"]["ociRepository"];

    public override string Name => "Gardenlet";

    protected override ValueTask CheckAsync(
        Gardenlet value, Gardenlet? old, AdmissionAttributes attributes, FieldErrors errors, CancellationToken cancellationToken)
    {
        var chart = value.Spec.Deployment.Helm.OciRepository;
        var faults = new FieldErrors();
        OciRepositoryRules.Check(chart, Chart, faults);
        if (attributes.Subresource.Length == 0 && faults.IsEmpty
            && !TypedObjects.Same(chart, old?.Spec.Deployment.Helm.OciRepository))
        {
            CheckGrammar(chart, attributes, errors);
        }

        return ValueTask.CompletedTask;
    }

    protected override ValueTask CheckDeleteAsync(
        Gardenlet deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        attributes.Warn(
            $"Gardenlet {deleted.Key}: this deletes neither the gardenlet that runs in the seed cluster nor Seed {deleted.Metadata.Name}; "
            + "the gardenlet only stops upgrading itself. To remove a seed, delete the Seed when it has no shoots, then uninstall the "
            + "gardenlet.");
        return ValueTask.CompletedTask;
    }

    private static void CheckGrammar(OCIRepository chart, AdmissionAttributes attributes, FieldErrors errors)
    {
        var faults = new FieldErrors();
        OciRepositoryRules.CheckGrammar(chart, Chart, faults);

        // Gardener's own example names a chart without a registry.
        if (OciRepositoryRules.FullReference(chart).Contains('/', StringComparison.Ordinal))
        {
            errors.AddRange(faults);
        }
        else
        {
            foreach (var fault in faults.All)
            {
                attributes.Warn($"{fault}");
            }
        }

        if (OciRepositoryRules.WarningOf(chart) is { } warning)
        {
            attributes.Warn($"{Chart}: {warning}");
        }
    }
}
