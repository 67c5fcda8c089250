using System.Text;
using Hortus.Components;
using Hortus.Local.Bootstrap;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Registry;

/// <summary>What a cluster whose objects name charts of the registry needs to get them: credentials and authority.</summary>
public sealed class RegistryAccessObjects(StateDirectory state) : IComponent
{
    private readonly RegistryFiles files = new(state);

    public string Name => "registry-access";

    public string Namespace => GardenerNames.GardenNamespace;

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        Secret(
            LocalRegistry.PullSecret, GardenerRoles.HelmPullSecret, "kubernetes.io/dockerconfigjson",
            ".dockerconfigjson", files.DockerConfig(LocalRegistry.Host)),
        Secret(
            LocalRegistry.CaBundleSecret, GardenerRoles.OciCABundle, "Opaque",
            "bundle.crt", File.ReadAllText(Path.Combine(state.Runtime.Pki, ClusterPki.CaCertificate))),
    ];

    private static Secret Secret(string name, string role, string type, string key, string content) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = GardenerNames.GardenNamespace,
            Name = name,
            Labels = new Dictionary<string, string> { [GardenerLabels.Role] = role },
        },
        Type = type,
        Data = new Dictionary<string, byte[]> { [key] = Encoding.UTF8.GetBytes(content) },
    };
}
