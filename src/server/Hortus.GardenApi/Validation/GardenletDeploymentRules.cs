using Hortus.Objects;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of how a gardenlet is deployed, for Gardenlet and ManagedSeed.</summary>
internal static class GardenletDeploymentRules
{
    private const int AnnotationsSizeMax = 256 * 1024;

    public static void Check(GardenletDeploymentSettings deployment, FieldPath path, FieldErrors errors)
    {
        Names.NotNegative(deployment.ReplicaCount, path["replicaCount"], errors);
        Names.NotNegative(deployment.RevisionHistoryLimit, path["revisionHistoryLimit"], errors);
        if (deployment.ServiceAccountName is { } account)
        {
            Names.Subdomain(account, path["serviceAccountName"], errors);
        }

        if (deployment.Image is { } image)
        {
            Image(image, path["image"], errors);
        }

        Labels(deployment.PodLabels, path["podLabels"], errors);
        Annotations(deployment.PodAnnotations, path["podAnnotations"], errors);
    }

    private static void Image(Image image, FieldPath path, FieldErrors errors)
    {
        NotEmpty(image.Ref, "ref", path, errors);
        NotEmpty(image.Repository, "repository", path, errors);
        NotEmpty(image.Tag, "tag", path, errors);
        if (image.Ref is not null && (image.Repository is not null || image.Tag is not null))
        {
            errors.Forbidden(path, "ref and repository/tag are mutually exclusive");
        }

        Names.OneOf(image.PullPolicy, path["pullPolicy"], errors, "Always", "IfNotPresent", "Never");
    }

    private static void NotEmpty(string? text, string field, FieldPath path, FieldErrors errors)
    {
        if (text is { Length: 0 })
        {
            errors.Invalid(path[field], text, $"{field} must not be empty if specified");
        }
    }

    private static void Labels(IReadOnlyDictionary<string, string>? labels, FieldPath path, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? new Dictionary<string, string>())
        {
            if (!LabelSyntax.IsKey(key))
            {
                errors.Invalid(path, key, "a label key must be a name of at most 63 characters with an optional DNS prefix");
            }

            if (!LabelSyntax.IsValue(value))
            {
                errors.Invalid(
                    path.Key(key), value,
                    "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.', "
                    + "and must start and end with an alphanumeric character");
            }
        }
    }

    private static void Annotations(IReadOnlyDictionary<string, string>? annotations, FieldPath path, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in annotations ?? new Dictionary<string, string>())
        {
            size += key.Length + value.Length;
            if (!LabelSyntax.IsKey(key.ToLowerInvariant()))
            {
                errors.Invalid(path, key, "an annotation key must be a name of at most 63 characters with an optional DNS prefix");
            }
        }

        if (size > AnnotationsSizeMax)
        {
            errors.TooLong(path, AnnotationsSizeMax);
        }
    }
}
