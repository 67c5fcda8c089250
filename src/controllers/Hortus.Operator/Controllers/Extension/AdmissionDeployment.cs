using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>
/// An Extension's admission: what it has in the virtual garden (rights and webhook configurations), then its server in the runtime
/// cluster. The webhook configurations belong to a namespace of the virtual garden that is part of the first, so that they are gone
/// with it and no API server asks a webhook that is away.
/// </summary>
internal sealed class AdmissionDeployment(IKubernetesClient runtime, ExtensionCharts charts, ExtensionResources resources)
{
    private const string FieldManager = "gardener-operator";
    private const string AccountNamespace = "kube-system";
    private const string VolumeName = "virtual-garden-kubeconfig";

    /// <summary>Brings it up to date; parts that the Extension does not have any more are removed.</summary>
    /// <exception cref="ExtensionPartException">It cannot be installed as it is.</exception>
    public async Task<ExtensionStep> DeployAsync(Extension extension, Garden garden, CancellationToken cancellationToken)
    {
        var admission = extension.Spec.Deployment?.Admission;

        // A server that is not wanted any more may go once nobody asks it.
        var inVirtual = admission?.VirtualCluster is { } virtualCluster
            ? await DeployVirtualAsync(extension, virtualCluster.Helm, garden, cancellationToken)
            : await resources.DeleteAsync(ExtensionNames.AdmissionVirtual(extension.Metadata.Name!), cancellationToken);
        if (!inVirtual.IsDone)
        {
            return inVirtual;
        }

        var inRuntime = admission?.RuntimeCluster is { } runtimeCluster
            ? await DeployRuntimeAsync(extension, runtimeCluster.Helm, garden, cancellationToken)
            : await DeleteRuntimeAsync(extension.Metadata.Name!, cancellationToken);
        return inRuntime with { Note = inRuntime.Note ?? inVirtual.Note };
    }

    /// <summary>Removes all of it.</summary>
    public async Task<ExtensionStep> DeleteAsync(string extension, CancellationToken cancellationToken)
    {
        var steps = await Task.WhenAll(
            resources.DeleteAsync(ExtensionNames.AdmissionVirtual(extension), cancellationToken),
            DeleteRuntimeAsync(extension, cancellationToken));
        return steps.FirstOrDefault(step => !step.IsDone);
    }

    private async Task<ExtensionStep> DeployVirtualAsync(
        Extension extension, Objects.Gardener.Operator.ExtensionHelm? helm, Garden garden, CancellationToken cancellationToken)
    {
        var name = extension.Metadata.Name!;
        var chart = await charts.RenderAsync(
            new ChartOrder
            {
                Extension = extension,
                Helm = helm,
                Release = name,
                Namespace = ExtensionNames.VirtualNamespace(name),
                Values = extension.Spec.Deployment!.Admission!.Values,
                Resources = extension.Spec.Deployment.Resources,
                SystemValues = VirtualValues(name),
                KubernetesVersion = garden.Spec.VirtualCluster.Kubernetes.Version.TrimStart('v'),
            },
            cancellationToken);
        JsonObject[] objects =
        [
            KubernetesJson.ToNode(VirtualNamespaceOf(name)),
            .. chart.Rendered.Copy().Objects.Select(rendered => rendered.Json),
        ];
        var written = await resources.WriteAsync(
            ExtensionResources.AdmissionVirtual(name), BundleOf(objects), chart.Digest, cancellationToken);
        return ExtensionResources.StepOf(written, chart.Note);
    }

    private static ManifestBundle BundleOf(JsonObject[] objects)
    {
        try
        {
            return ManifestBundle.Of(objects);
        }
        catch (ArgumentException e)
        {
            throw new ExtensionPartException(e.Message, e);
        }
    }

    private async Task<ExtensionStep> DeployRuntimeAsync(
        Extension extension, Objects.Gardener.Operator.ExtensionHelm? helm, Garden garden, CancellationToken cancellationToken)
    {
        var name = extension.Metadata.Name!;
        if (garden.Metadata.Annotation(GardenerAnnotations.GenericTokenKubeconfigSecretName) is not { Length: > 0 } kubeconfig)
        {
            return ExtensionStep.Waits(
                $"Garden {garden.Metadata.Name} has no annotation {GardenerAnnotations.GenericTokenKubeconfigSecretName} yet");
        }

        await runtime.ApplyAsync(AccessSecretOf(name), FieldManager, cancellationToken);
        var chart = await charts.RenderAsync(
            new ChartOrder
            {
                Extension = extension,
                Helm = helm,
                Release = name,
                Namespace = VirtualGardenNames.Namespace,
                Values = extension.Spec.Deployment!.Admission!.Values,
                Resources = extension.Spec.Deployment.Resources,
                SystemValues = RuntimeValues(name),
                KubernetesVersion = await RuntimeVersion.OfAsync(runtime, cancellationToken),
            },
            cancellationToken);
        var injection = new WorkloadInjection
        {
            Kubeconfig = new KubeconfigInjection
            {
                VolumeName = VolumeName,
                KubeconfigSecret = kubeconfig,
                TokenSecret = ExtensionNames.AdmissionAccessSecret(name),
                MountPath = KubeconfigInjection.VirtualGardenPath,
            },
        };
        var written = await resources.WriteAsync(
            ExtensionResources.AdmissionRuntime(name),
            ExtensionCharts.BundleOf(chart, injection),
            chart.Digest,
            cancellationToken);
        return ExtensionResources.StepOf(written, chart.Note);
    }

    private async Task<ExtensionStep> DeleteRuntimeAsync(string extension, CancellationToken cancellationToken)
    {
        var step = await resources.DeleteAsync(ExtensionNames.AdmissionRuntime(extension), cancellationToken);
        if (step.IsDone)
        {
            var access = new ObjectKey(VirtualGardenNames.Namespace, ExtensionNames.AdmissionAccessSecret(extension));
            await runtime.DeleteAsync<Secret>(access, null, cancellationToken);
        }

        return step;
    }

    private static JsonObject VirtualValues(string extension) => new()
    {
        ["gardener"] = new JsonObject
        {
            ["virtualCluster"] = new JsonObject
            {
                ["enabled"] = true,
                ["serviceAccount"] = new JsonObject
                {
                    ["name"] = ExtensionNames.AdmissionAccount(extension),
                    ["namespace"] = AccountNamespace,
                },
            },
        },
    };

    private static JsonObject RuntimeValues(string extension) => new()
    {
        ["gardener"] = new JsonObject
        {
            ["runtimeCluster"] = new JsonObject { ["priorityClassName"] = GardenPriorities.Admission },
            ["virtualCluster"] = new JsonObject { ["enabled"] = true, ["namespace"] = ExtensionNames.VirtualNamespace(extension) },
        },
    };

    // What upstream says in annotations stays there, although a role elsewhere is a label.
    private static Namespace VirtualNamespaceOf(string extension) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = ExtensionNames.VirtualNamespace(extension),
            Annotations = new Dictionary<string, string>
            {
                [GardenerLabels.Role] = GardenerRoles.Extension,
                [ExtensionNames.ExtensionAnnotation] = extension,
            },
        },
    };

    // The virtual garden's resource manager makes the account and keeps a token of it here.
    private static Secret AccessSecretOf(string extension) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = VirtualGardenNames.Namespace,
            Name = ExtensionNames.AdmissionAccessSecret(extension),
            Labels = new Dictionary<string, string>
            {
                [TokenRequestorNames.Purpose] = TokenRequestorNames.PurposeToken,
                [TokenRequestorNames.Class] = TokenRequestorNames.ClassShoot,
            },
            Annotations = new Dictionary<string, string>
            {
                [TokenRequestorNames.AccountName] = ExtensionNames.AdmissionAccount(extension),
                [TokenRequestorNames.AccountNamespace] = AccountNamespace,
            },
        },
        Type = "Opaque",
    };
}
