using Hortus.ApiServer.Admission;
using Hortus.Objects.Gardener.Core;
using Hortus.Oci;

namespace Hortus.GardenApi.Admission;

/// <summary>Tells writers of ControllerDeployments that a chart is named in a way that is accepted and cannot work.</summary>
internal sealed class IncompleteDigestWarning : GardenAdmissionPlugin<ControllerDeployment>
{
    public override string Name => "ControllerDeploymentDigests";

    protected override ValueTask<ControllerDeployment> MutateAsync(
        ControllerDeployment value, ControllerDeployment? old, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (OciRepositoryRules.WarningOf(value.Helm?.OciRepository) is { } warning)
        {
            attributes.Warn("helm.ociRepository: " + warning);
        }

        return ValueTask.FromResult(value);
    }
}
