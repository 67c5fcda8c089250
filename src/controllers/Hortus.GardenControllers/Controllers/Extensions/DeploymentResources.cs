using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenControllers;

/// <summary>The Secrets and ConfigMaps of the garden namespace that a ControllerDeployment names. Pure.</summary>
internal static class DeploymentResources
{
    private const string CoreVersion = "v1";

    /// <summary>References without versions, each once: what the values read, and what pulling the chart needs.</summary>
    public static IReadOnlyList<ObjectReference> Of(ControllerDeployment deployment)
    {
        var named = (deployment.Resources ?? []).Select(resource => To(resource.ResourceRef.Kind, resource.ResourceRef.Name));
        var repository = deployment.Helm?.OciRepository;
        string?[] secrets = [repository?.PullSecretRef?.Name, repository?.CaBundleSecretRef?.Name];
        return
        [
            .. named.Concat(secrets.Where(name => !string.IsNullOrEmpty(name)).Select(name => To(nameof(Secret), name!))).Distinct(),
        ];
    }

    /// <summary>Keys of the objects of a kind that a deployment names.</summary>
    public static IEnumerable<ObjectKey> KeysOf(ControllerDeployment deployment, string kind) =>
        Of(deployment).Where(reference => reference.Kind == kind).Select(reference => new ObjectKey(reference.Namespace, reference.Name!));

    private static ObjectReference To(string kind, string name) =>
        new() { ApiVersion = CoreVersion, Kind = kind, Namespace = GardenerNames.GardenNamespace, Name = name };
}
