using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Rules;
using Hortus.Oci;

namespace Hortus.Operator.Webhooks;

/// <summary>The rules of Extensions. Pure.</summary>
internal static class ExtensionRules
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];
    private static readonly FieldPath Deployment = Spec["deployment"];

    /// <summary>All faults of an Extension, and of the change that led to it.</summary>
    /// <param name="extension">The Extension as it is to be.</param>
    /// <param name="old">The Extension as it was; null when it is new.</param>
    public static FieldErrors Check(Extension extension, Extension? old)
    {
        var errors = new FieldErrors();
        CheckName(extension.Metadata.Name ?? "", old, errors);
        ControllerResourceRules.Check(
            extension.Spec.Resources, ControllerResourceRules.AllClusterTypes, Spec["resources"], errors);
        if (old is not null)
        {
            ControllerResourceRules.CheckChange(extension.Spec.Resources, old.Spec.Resources, Spec["resources"], errors);
        }

        if (extension.Spec.Deployment is not { } deployment)
        {
            errors.Required(Deployment, "must provide a deployment");
            return errors;
        }

        CheckDeployment(deployment, old?.Spec.Deployment, errors);
        CheckTemplates(deployment, errors);
        return errors;
    }

    private static void CheckName(string name, Extension? old, FieldErrors errors)
    {
        if (old is null && name.Length > ExtensionNames.LengthMax)
        {
            errors.Invalid(
                FieldPath.Root["metadata"]["name"],
                name,
                $"must be no more than {ExtensionNames.LengthMax} characters: the name of its namespace in the runtime cluster, "
                    + $"{ExtensionNames.RuntimeNamespace("")}..., may have 63");
        }

        if (old is null && name.Contains('.', StringComparison.Ordinal))
        {
            errors.Invalid(FieldPath.Root["metadata"]["name"], name, "must not contain dots: it becomes part of a namespace's name");
        }
    }

    private static void CheckDeployment(Deployment deployment, Deployment? old, FieldErrors errors)
    {
        if (deployment.Extension is null && deployment.Admission is null)
        {
            errors.Required(Deployment, "must provide at least one of extension and admission");
        }

        if (deployment.Extension is { } extension)
        {
            var path = Deployment["extension"];
            CheckHelm(extension.Helm, old?.Extension?.Helm, path["helm"], errors);
            if (extension.Policy is { } policy && !DeploymentPolicies.All.Contains(policy))
            {
                errors.NotSupported(path["policy"], policy, DeploymentPolicies.All);
            }

            CheckValues(extension.Values, path["values"], errors);
            CheckValues(extension.RuntimeClusterValues, path["runtimeClusterValues"], errors);
        }

        if (deployment.Admission is { } admission)
        {
            var path = Deployment["admission"];
            if (admission.RuntimeCluster is null && admission.VirtualCluster is null)
            {
                errors.Required(path, "must provide at least one of runtimeCluster and virtualCluster");
            }

            if (admission.RuntimeCluster is { } runtime)
            {
                CheckHelm(runtime.Helm, old?.Admission?.RuntimeCluster?.Helm, path["runtimeCluster"]["helm"], errors);
            }

            if (admission.VirtualCluster is { } virtualCluster)
            {
                CheckHelm(virtualCluster.Helm, old?.Admission?.VirtualCluster?.Helm, path["virtualCluster"]["helm"], errors);
            }

            CheckValues(admission.Values, path["values"], errors);
        }
    }

    private static void CheckHelm(ExtensionHelm? helm, ExtensionHelm? old, FieldPath path, FieldErrors errors)
    {
        if (helm is null)
        {
            errors.Required(path, "must provide a helm deployment");
        }
        else if (helm.OciRepository is not { } repository)
        {
            errors.Required(path["ociRepository"], "must provide an ociRepository");
        }
        else
        {
            var faults = new FieldErrors();
            OciRepositoryRules.Check(repository, path["ociRepository"], faults);

            // What was stored before the grammar was checked must stay changeable.
            var before = old?.OciRepository;
            if (faults.IsEmpty
                && (before is null || OciRepositoryRules.FullReference(before) != OciRepositoryRules.FullReference(repository)))
            {
                OciRepositoryRules.CheckGrammar(repository, path["ociRepository"], faults);
            }

            errors.AddRange(faults);
        }
    }

    private static void CheckValues(JsonElement? values, FieldPath path, FieldErrors errors)
    {
        if (values is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined) } other)
        {
            errors.TypeInvalid(path, other.ValueKind.ToString(), "must be a map");
        }
    }

    private static void CheckTemplates(Deployment deployment, FieldErrors errors)
    {
        ResourceReferenceRules.Check(deployment.Resources, Deployment["resources"], errors);
        var declared = (deployment.Resources ?? []).Select(resource => resource.Name).ToHashSet(StringComparer.Ordinal);
        (JsonElement? Values, FieldPath Path)[] all =
        [
            (deployment.Extension?.Values, Deployment["extension"]["values"]),
            (deployment.Extension?.RuntimeClusterValues, Deployment["extension"]["runtimeClusterValues"]),
            (deployment.Admission?.Values, Deployment["admission"]["values"]),
        ];
        foreach (var (values, path) in all)
        {
            var tree = values is { ValueKind: JsonValueKind.Object } map ? JsonObject.Create(map) : null;
            foreach (var fault in ValueTemplates.Check(tree, declared))
            {
                errors.Invalid(path.Child(fault.Path), fault.Expression, fault.Reason);
            }
        }
    }
}
