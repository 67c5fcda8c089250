using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.GardenApi.Registry;
using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Oci;

namespace Hortus.GardenApi.ControllerDeployments;

/// <summary>The rules of ControllerDeployments, in the form of v1. Names of fields are those of both versions together.</summary>
internal static class DeploymentValidator
{
    // Stores take 1.5 MiB; in base64 a chart grows by a third, and names and values need room too.
    private const int RawChartBytesMax = 1_100_000;

    /// <summary>Adds the faults of an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="old">The object before; null for a new one.</param>
    /// <param name="errors">Takes the faults.</param>
    public static void Check(ControllerDeployment value, ControllerDeployment? old, FieldErrors errors)
    {
        var root = FieldPath.Root;
        Names.Label(value.Metadata.Name, root["metadata"]["name"], errors);
        CheckType(value, errors);
        ResourceReferenceRules.Check(value.Resources, root["resources"], errors);
        if (value.Helm is { } helm)
        {
            Check(helm, old?.Helm, root["helm"], errors);
            CheckTemplates(value, root["helm"]["values"], errors);
        }
    }

    private static void CheckType(ControllerDeployment value, FieldErrors errors)
    {
        var root = FieldPath.Root;
        var annotations = value.Metadata.Annotations ?? new Dictionary<string, string>();
        var type = annotations.GetValueOrDefault(GardenerAnnotations.ControllerDeploymentType);
        var config = annotations.GetValueOrDefault(GardenerAnnotations.ControllerDeploymentProviderConfig);
        if (annotations.TryGetValue(GardenerAnnotations.ControllerDeploymentResources, out var resources))
        {
            // A list would have become the field on the way from v1beta1.
            errors.Invalid(
                Annotation(GardenerAnnotations.ControllerDeploymentResources), resources,
                "must be a JSON list in v1beta1, and must not be set in v1, which has the field resources");
        }

        if (value.Helm is null)
        {
            if (string.IsNullOrEmpty(type))
            {
                errors.Forbidden(root["helm"], "must use either helm or a custom deployment configuration (type)");
            }

            if (config is not null && !IsJson(config))
            {
                errors.Invalid(Annotation(GardenerAnnotations.ControllerDeploymentProviderConfig), config, "must be JSON");
            }

            return;
        }

        if (!string.IsNullOrEmpty(type))
        {
            errors.Forbidden(root["type"], "must not provide type if a built-in deployment type (helm) is used");
        }

        if (config is not null)
        {
            errors.Forbidden(root["providerConfig"], "must not provide providerConfig if a built-in deployment type (helm) is used");
        }
    }

    private static void Check(HelmControllerDeployment helm, HelmControllerDeployment? old, FieldPath path, FieldErrors errors)
    {
        if (helm.RawChart is { Length: > 0 } == helm.OciRepository is not null)
        {
            errors.Required(path, "must provide either rawChart or ociRepository");
        }

        if (helm.RawChart is { Length: > RawChartBytesMax } chart && old?.RawChart?.Length != chart.Length)
        {
            errors.Forbidden(
                path["rawChart"],
                $"the chart has {chart.Length} bytes, more than the {RawChartBytesMax} that fit into an object: "
                    + "push it to a registry and name it in helm.ociRepository");
        }

        var faults = new FieldErrors();
        OciRepositoryRules.Check(helm.OciRepository, path["ociRepository"], faults);
        if (faults.IsEmpty && !TypedObjects.Same(helm.OciRepository, old?.OciRepository))
        {
            OciRepositoryRules.CheckGrammar(helm.OciRepository, path["ociRepository"], faults);
        }

        errors.AddRange(faults);
    }

    private static void CheckTemplates(ControllerDeployment value, FieldPath path, FieldErrors errors)
    {
        if (value.Helm?.Values is not { } values)
        {
            return;
        }

        var declared = (value.Resources ?? []).Select(resource => resource.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var fault in ValueTemplates.Check(JsonNode.Parse(values.GetRawText()), declared))
        {
            errors.Invalid(path[fault.Path], fault.Expression, fault.Reason);
        }
    }

    private static FieldPath Annotation(string name) => FieldPath.Root["metadata"]["annotations"].Key(name);

    private static bool IsJson(string text)
    {
        try
        {
            JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = KubernetesJson.DepthMax });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
