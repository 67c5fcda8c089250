using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Registry;

/// <summary>
/// The registry as a pod of the runtime cluster. It is a static pod: charts can be pushed while the API server still starts, and
/// what is installed from the registry does not have to be there before it.
/// </summary>
public static class RegistryPod
{
    /// <summary>Name of its manifest.</summary>
    public const string ManifestName = "registry.json";

    /// <summary>Folders inside the pod.</summary>
    internal const string ConfigurationFolder = "/etc/registry";
    internal const string DataFolder = "/var/lib/registry";

    private const string ChecksumAnnotation = "checksum/configuration";
    /// <summary>The manifest.</summary>
    /// <param name="state">Holds configuration and data.</param>
    /// <param name="checksum">Of what the registry reads at its start: another one makes another pod.</param>
    public static Pod Render(StateDirectory state, string checksum)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                Namespace = LocalRegistry.Namespace,
                Name = LocalRegistry.Name,
                Labels = new Dictionary<string, string> { ["app"] = LocalRegistry.Name },
                Annotations = new Dictionary<string, string> { [ChecksumAnnotation] = checksum },
            },
            Spec = new PodSpec
            {
                HostNetwork = true,
                PriorityClassName = "system-node-critical",
                AutomountServiceAccountToken = false,
                TerminationGracePeriodSeconds = 5,
                Containers = [Container()],
                Volumes = [Folder("configuration", state.RegistryConfiguration), Folder("data", state.RegistryData)],
            },
        };
    }

    private static Container Container() => new()
    {
        Name = LocalRegistry.Name,
        Image = LocalRegistry.Image,
        ImagePullPolicy = "IfNotPresent",
        Args = ["serve", $"{ConfigurationFolder}/config.yml"],
        Ports = [new ContainerPort { Name = "https", Port = LocalRegistry.Port }],
        ReadinessProbe = Answers(2),
        LivenessProbe = Answers(10),
        VolumeMounts =
        [
            new VolumeMount { Name = "configuration", MountPath = ConfigurationFolder, ReadOnly = true },
            new VolumeMount { Name = "data", MountPath = DataFolder },
        ],
    };

    // Anonymous requests are answered at the root only.
    private static Probe Answers(int period) => new()
    {
        HttpGet = new HTTPGetAction { Path = "/", Port = LocalRegistry.Port, Scheme = "HTTPS" },
        PeriodSeconds = period,
        TimeoutSeconds = 5,
        FailureThreshold = 3,
    };

    private static Volume Folder(string name, string path) => new()
    {
        Name = name,
        HostPath = new HostPathVolumeSource { Path = path, Type = "Directory" },
    };
}
