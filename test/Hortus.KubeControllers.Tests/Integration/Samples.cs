using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Integration;

/// <summary>Small workloads.</summary>
internal static class Samples
{
    public static Dictionary<string, string> Labels { get; } = new() { ["app"] = "web" };

    public static PodTemplateSpec Template(string image = "v1") => new()
    {
        Metadata = new ObjectMeta { Labels = Labels },
        Spec = new PodSpec
        {
            Containers = [new Container { Name = "main", Image = image,
                Ports = [new ContainerPort { Name = "http", Port = 8080 }] }],
        },
    };

    public static Deployment Deployment(int replicas, string image = "v1") => new()
    {
        Metadata = new ObjectMeta { Name = "web", Namespace = Cluster.Space },
        Spec = new DeploymentSpec
        {
            Replicas = replicas,
            Selector = new LabelSelector { MatchLabels = Labels },
            Template = Template(image),
        },
    };

    public static StatefulSet StatefulSet(int replicas, string image = "v1") => new()
    {
        Metadata = new ObjectMeta { Name = "web", Namespace = Cluster.Space },
        Spec = new StatefulSetSpec
        {
            Replicas = replicas,
            ServiceName = "web",
            Selector = new LabelSelector { MatchLabels = Labels },
            Template = Template(image),
        },
    };

    public static string ImagePatch(string image) =>
        """{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"IMAGE","ports":PORTS}]}}}}"""
            .Replace("IMAGE", image, StringComparison.Ordinal)
            .Replace("PORTS", """[{"name":"http","containerPort":8080}]""", StringComparison.Ordinal);
}
