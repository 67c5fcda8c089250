using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator;

/// <summary>The part of an Extension that serves the garden itself: its chart in a namespace of its own of the runtime
/// cluster.</summary>
internal sealed class RuntimeDeployment(IKubernetesClient runtime, ExtensionCharts charts, ExtensionResources resources)
{
    private const string FieldManager = "gardener-operator";

    /// <summary>Brings it up to date.</summary>
    /// <exception cref="ExtensionPartException">It cannot be installed as it is.</exception>
    public async Task<ExtensionStep> DeployAsync(Extension extension, CancellationToken cancellationToken)
    {
        var name = extension.Metadata.Name!;
        if (extension.Spec.Deployment is not { Extension: { } deployment } all)
        {
            return await DeleteAsync(name, cancellationToken);
        }

        var priority = ObjectKey.Cluster(GardenPriorities.Extensions);
        if (await runtime.FindAsync<PriorityClass>(priority, cancellationToken) is null)
        {
            return ExtensionStep.Waits($"PriorityClass {priority} is missing: the Garden brings it");
        }

        await runtime.ApplyAsync(await NamespaceOfAsync(extension, cancellationToken), FieldManager, cancellationToken);
        var chart = await charts.RenderAsync(
            new ChartOrder
            {
                Extension = extension,
                Helm = deployment.Helm,
                Release = name,
                Namespace = ExtensionNames.RuntimeNamespace(name),
                Values = deployment.RuntimeClusterValues,
                Resources = all.Resources,
                SystemValues = SystemValues(),
                KubernetesVersion = await RuntimeVersion.OfAsync(runtime, cancellationToken),
            },
            cancellationToken);
        var written = await resources.WriteAsync(
            ExtensionResources.Runtime(name), ExtensionCharts.BundleOf(chart, null), chart.Digest, cancellationToken);
        return ExtensionResources.StepOf(written, chart.Note);
    }

    /// <summary>Leaves it as it is; installs it where it never was.</summary>
    /// <exception cref="ExtensionPartException">It cannot be installed as it is.</exception>
    public async Task KeepAsync(Extension extension, CancellationToken cancellationToken)
    {
        var key = ExtensionNames.Runtime(extension.Metadata.Name!);
        if (await runtime.FindAsync<ManagedResource>(key, cancellationToken) is null)
        {
            await DeployAsync(extension, cancellationToken);
        }
    }

    /// <summary>Removes it: first what it installed, then its namespace.</summary>
    public async Task<ExtensionStep> DeleteAsync(string extension, CancellationToken cancellationToken)
    {
        var step = await resources.DeleteAsync(ExtensionNames.Runtime(extension), cancellationToken);
        if (!step.IsDone)
        {
            return step;
        }

        var key = ObjectKey.Cluster(ExtensionNames.RuntimeNamespace(extension));
        if (await runtime.FindAsync<Namespace>(key, cancellationToken) is not { } found)
        {
            return ExtensionStep.Done;
        }

        if (!found.Metadata.IsDeleting())
        {
            await runtime.DeleteAsync<Namespace>(key, null, cancellationToken);
        }

        return ExtensionStep.Waits($"Namespace {key} is being deleted");
    }

    // The chart is the one of the seeds; this is how it knows where it is. A text, as upstream's charts compare it to one.
    private static JsonObject SystemValues() => new()
    {
        ["gardener"] = new JsonObject
        {
            ["runtimeCluster"] = new JsonObject { ["enabled"] = "true", ["priorityClassName"] = GardenPriorities.Extensions },
        },
    };

    private async Task<Namespace> NamespaceOfAsync(Extension extension, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string>
        {
            [GardenerLabels.Role] = GardenerRoles.Extension,
            [WebhookLabels.HighAvailabilityConsider] = "true",
            [GardenerLabels.AccessTargetApiServer] = NetworkingNames.Allowed,
        };
        if (extension.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce) is { } level)
        {
            labels["pod-security.kubernetes.io/enforce"] = level;
        }

        var garden = await runtime.FindAsync<Namespace>(ObjectKey.Cluster(VirtualGardenNames.Namespace), cancellationToken);
        var zones = garden?.Metadata.Annotation(WebhookLabels.Zones);
        return new Namespace
        {
            Metadata = new ObjectMeta
            {
                Name = ExtensionNames.RuntimeNamespace(extension.Metadata.Name!),
                Labels = labels,
                Annotations = zones is null ? null : new Dictionary<string, string> { [WebhookLabels.Zones] = zones },
            },
        };
    }
}
