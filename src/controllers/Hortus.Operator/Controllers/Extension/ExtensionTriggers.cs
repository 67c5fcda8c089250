using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Which changes concern the installation of an Extension. Pure.</summary>
internal static class ExtensionTriggers
{
    /// <summary>Selects the Secrets and ConfigMaps that Extensions may name.</summary>
    public const string ReferenceSelector =
        $"{GardenerLabels.Role} in ({GardenerRoles.HelmPullSecret},{GardenerRoles.OciCABundle},{GardenerRoles.ResourceReference})";

    /// <summary>A new wish, the deletion, or another answer on whether it is required.</summary>
    public static bool Matters(Extension? before, Extension? after) =>
        before is null || after is null
        || before.Metadata.Generation != after.Metadata.Generation
        || before.Metadata.IsDeleting() != after.Metadata.IsDeleting()
        || before.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce)
            != after.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce)
        || StatusOf(before, ExtensionConditions.RequiredRuntime) != StatusOf(after, ExtensionConditions.RequiredRuntime)
        || StatusOf(before, ExtensionConditions.RequiredVirtual) != StatusOf(after, ExtensionConditions.RequiredVirtual);

    /// <summary>A Garden came, was reconciled, is being deleted and that was confirmed, or is gone.</summary>
    public static bool Matters(Garden? before, Garden? after) =>
        before is null || after is null
        || before.Metadata.IsDeleting() != after.Metadata.IsDeleting()
        || before.Metadata.Annotation(GardenerAnnotations.ConfirmationDeletion)
            != after.Metadata.Annotation(GardenerAnnotations.ConfirmationDeletion)
        || before.Metadata.Annotation(GardenerAnnotations.GenericTokenKubeconfigSecretName)
            != after.Metadata.Annotation(GardenerAnnotations.GenericTokenKubeconfigSecretName)
        || (after.Status?.LastOperation?.State == LastOperationState.Succeeded
            && before.Status?.LastOperation != after.Status.LastOperation);

    /// <summary>One of its ManagedResources is ready, is not any more, or is gone.</summary>
    public static bool Matters(ManagedResource? before, ManagedResource? after) =>
        before is null || after is null
        || before.Status != after.Status
        || before.Metadata.IsDeleting() != after.Metadata.IsDeleting();

    /// <summary>Whether an Extension names a Secret of the namespace garden: for any of its charts, or for values.</summary>
    public static bool Names(Extension extension, Secret secret)
    {
        var name = secret.Metadata.Name!;
        return Repositories(extension).Any(
                repository => repository.PullSecretRef?.Name == name || repository.CaBundleSecretRef?.Name == name)
            || NamesResource(extension, "Secret", name);
    }

    /// <summary>Whether values of an Extension read a ConfigMap of the namespace garden.</summary>
    public static bool Names(Extension extension, ConfigMap map) => NamesResource(extension, "ConfigMap", map.Metadata.Name!);

    private static bool NamesResource(Extension extension, string kind, string name) =>
        extension.Spec.Deployment?.Resources?.Any(
            resource => resource.ResourceRef.Kind == kind && resource.ResourceRef.Name == name) == true;

    private static IEnumerable<OCIRepository> Repositories(Extension extension) => new[]
    {
        extension.Spec.Deployment?.Extension?.Helm?.OciRepository,
        extension.Spec.Deployment?.Admission?.RuntimeCluster?.Helm?.OciRepository,
        extension.Spec.Deployment?.Admission?.VirtualCluster?.Helm?.OciRepository,
    }.OfType<OCIRepository>();

    private static string? StatusOf(Extension extension, string condition) =>
        Conditions.Find(extension.Status?.Conditions, condition)?.Status;
}
