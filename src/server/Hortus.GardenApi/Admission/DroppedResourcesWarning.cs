using System.Text.Json;
using Hortus.ApiServer.Admission;
using Hortus.GardenApi.ControllerDeployments;
using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core.V1Beta1;

namespace Hortus.GardenApi.Admission;

/// <summary>Tells writers of v1beta1 what the newer version keeps and their object would lose.</summary>
internal sealed class DroppedResourcesWarning : GardenAdmissionPlugin<ControllerDeployment>
{
    private static readonly string[] HelmFields = ["chart", "values", "ociRepository"];

    public override string Name => "ControllerDeploymentVersions";

    protected override ValueTask<ControllerDeployment> MutateAsync(
        ControllerDeployment value, ControllerDeployment? old, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        const string annotation = GardenerAnnotations.ControllerDeploymentResources;
        if (old?.Metadata.Annotations?.ContainsKey(annotation) == true && value.Metadata.Annotations?.ContainsKey(annotation) != true)
        {
            attributes.Warn(
                $"ControllerDeployment {value.Metadata.Name}: this update without the annotation {annotation} removes its resources; "
                + "keep the annotation, or write core.gardener.cloud/v1");
        }

        if (value.Type == DeploymentConverter.HelmType && value.ProviderConfig is { ValueKind: JsonValueKind.Object } config)
        {
            foreach (var field in config.EnumerateObject().Where(f => !HelmFields.Contains(f.Name)))
            {
                attributes.Warn($"unknown field \"providerConfig.{field.Name}\"");
            }
        }

        return ValueTask.FromResult(value);
    }
}
