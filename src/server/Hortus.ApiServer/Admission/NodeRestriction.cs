using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Admission;

/// <summary>A kubelet writes its own node, its own lease and the pods bound to its node, nothing else.</summary>
internal sealed class NodeRestriction(IObjectReader objects) : AdmissionPlugin("NodeRestriction")
{
    private const string RestrictedPrefix = "node-restriction.kubernetes.io/";

    /// <summary>The labels of Kubernetes' own domains that kubelets report.</summary>
    private static readonly HashSet<string> KubeletLabels = new(StringComparer.Ordinal)
    {
        "kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os", "beta.kubernetes.io/arch", "beta.kubernetes.io/os",
        "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type", "node.kubernetes.io/windows-build",
        "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
        "failure-domain.kubernetes.io/zone", "failure-domain.kubernetes.io/region",
    };

    /// <inheritdoc/>
    public override async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (UserGroups.NodeOf(attributes.User) is not { } node)
        {
            return;
        }

        switch (attributes.Definition.Kind.GroupResource)
        {
            case "nodes":
                CheckNode(attributes, node);
                break;
            case "pods" when attributes.Operation == AdmissionOperation.Create && attributes.Subresource.Length == 0:
                CheckMirrorPod(attributes, node);
                break;
            case "pods":
                await CheckPodAsync(attributes, node, cancellationToken);
                break;
            case "leases.coordination.k8s.io" or "csinodes.storage.k8s.io":
                RequireOwn(attributes, node);
                break;
            default:
                break;
        }
    }

    private static string NameOf(AdmissionAttributes attributes) =>
        attributes.Key.Name.Length > 0 ? attributes.Key.Name : attributes.Object?.Name ?? "";

    private static void RequireOwn(AdmissionAttributes attributes, string node)
    {
        if (NameOf(attributes) != node)
        {
            throw ApiErrors.Forbidden(attributes.Definition.Kind, NameOf(attributes),
                $"node \"{node}\" is not allowed to modify {attributes.Definition.Kind.GroupResource} "
                + $"\"{NameOf(attributes)}\"");
        }
    }

    private static void CheckNode(AdmissionAttributes attributes, string node)
    {
        RequireOwn(attributes, node);
        if (attributes.Object is not { } written)
        {
            return;
        }

        var old = attributes.OldObject;
        string[] changed = [.. Labels(written, old).Where(IsForbidden)];
        if (changed.Length > 0)
        {
            throw ApiErrors.Forbidden(Kinds.Node, node,
                $"is not allowed to modify labels: {string.Join(", ", changed)}");
        }

        if (attributes.Operation == AdmissionOperation.Update
            && !JsonNode.DeepEquals(written.At("spec", "taints"), old?.At("spec", "taints")))
        {
            throw ApiErrors.Forbidden(Kinds.Node, node, $"node \"{node}\" is not allowed to modify taints");
        }
    }

    private static List<string> Labels(JsonObject written, JsonObject? old)
    {
        var now = written.Map("metadata", "labels") ?? [];
        var before = old?.Map("metadata", "labels") ?? [];
        return now.Select(l => l.Key).Union(before.Select(l => l.Key)).Where(k => now.Text(k) != before.Text(k))
            .ToList();
    }

    private static bool IsForbidden(string label)
    {
        var slash = label.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : label[..slash];
        return label.StartsWith(RestrictedPrefix, StringComparison.Ordinal)
            || domain.EndsWith(".node-restriction.kubernetes.io", StringComparison.Ordinal)
            || (IsOrBelow(domain, "kubernetes.io", "k8s.io")
                && !KubeletLabels.Contains(label)
                && !IsOrBelow(domain, "kubelet.kubernetes.io", "node.kubernetes.io"));
    }

    private static bool IsOrBelow(string domain, params ReadOnlySpan<string> parents)
    {
        foreach (var parent in parents)
        {
            if (domain == parent || domain.EndsWith("." + parent, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static void CheckMirrorPod(AdmissionAttributes attributes, string node)
    {
        var pod = attributes.Object ?? [];
        if (pod.Text("metadata", "annotations", MirrorPods.Annotation) is null)
        {
            throw ApiErrors.Forbidden(Kinds.Pod, pod.Name,
                $"pod does not have \"{MirrorPods.Annotation}\" annotation, node \"{node}\" can only create mirror pods");
        }

        if (pod.Text("spec", "nodeName") != node)
        {
            throw ApiErrors.Forbidden(
                Kinds.Pod, pod.Name, $"node \"{node}\" can only create pods with spec.nodeName set to itself");
        }

        foreach (var kind in new[] { PodReference.Secret, PodReference.ConfigMap, PodReference.Claim })
        {
            if (PodReferences.Any(pod, kind))
            {
                throw ApiErrors.Forbidden(Kinds.Pod, pod.Name,
                    $"node \"{node}\" can not create pods that reference a {kind.ToString().ToLowerInvariant()}");
            }
        }
    }

    private async ValueTask CheckPodAsync(
        AdmissionAttributes attributes, string node, CancellationToken cancellationToken)
    {
        if (attributes.Operation == AdmissionOperation.Connect)
        {
            return;
        }

        var pod = attributes.OldObject ?? await objects.FindAsync(Kinds.Pod, attributes.Key, cancellationToken);
        if (pod is not null && pod.Text("spec", "nodeName") != node)
        {
            throw ApiErrors.Forbidden(Kinds.Pod, attributes.Key.Name,
                $"node \"{node}\" can only write pods with spec.nodeName set to itself");
        }
    }
}
