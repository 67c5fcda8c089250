using System.Text.Json;
using Hortus.Charts;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.ProviderLocal.Machines;

/// <summary>The pod that is a local machine, and the Secret with its user data.</summary>
internal static class MachinePod
{
    public const string MachineLabel = "machine";
    public const string ProviderLabel = "machine-provider";
    public const string ContainerName = "machine";

    private const string PoolAnnotation = "cni.projectcalico.org/ipv4pools";
    private const string UserDataFolder = "/etc/machine";
    private const string StateFolder = "/var/lib/machine";
    private const int KubeletPort = 10250;

    public static string Name(string machine) => "machine-" + machine;

    public static string SecretName(string machine) => Name(machine) + "-userdata";

    /// <summary>Id of the machine at its provider.</summary>
    public static string ProviderId(ObjectKey pod) => $"local://{pod.Namespace}/{pod.Name}";

    public static Secret Secret(ObjectKey machine, byte[] raw, MachineUserData data)
    {
        var content = Files(data).ToDictionary(file => file.Key, file => data.Files["/" + file.Path]);
        content["userdata"] = raw;
        return new Secret
        {
            Metadata = new ObjectMeta
            {
                Namespace = machine.Namespace,
                Name = SecretName(machine.Name),
                Labels = Labels(machine.Name),
            },
            Type = "Opaque",
            Data = content,
        };
    }

    public static Pod Pod(string @namespace, Machine machine, LocalProviderSpec spec, MachineUserData data)
    {
        var name = machine.Metadata.Name!;
        var key = new ObjectKey(@namespace, Name(name));
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                Namespace = @namespace,
                Name = key.Name,
                Labels = Labels(name),
                Annotations = spec.IpPoolNameV4 is { } pool
                    ? new Dictionary<string, string> { [PoolAnnotation] = JsonSerializer.Serialize(new[] { pool }) }
                    : null,
            },
            Spec = new PodSpec
            {
                AutomountServiceAccountToken = false,
                EnableServiceLinks = false,
                RestartPolicy = "Always",
                TerminationGracePeriodSeconds = 5,
                Containers = [Container(key, machine, spec, data)],
                Volumes =
                [
                    new Volume
                    {
                        Name = "userdata",
                        Secret = new SecretVolumeSource
                        {
                            SecretName = SecretName(name), DefaultMode = 0b110_000_000, Items = [.. Files(data)],
                        },
                    },
                    new Volume { Name = "state", EmptyDir = new EmptyDirVolumeSource() },
                ],
            },
        };
    }

    private static Container Container(ObjectKey pod, Machine machine, LocalProviderSpec spec, MachineUserData data) => new()
    {
        Name = ContainerName,
        Image = spec.Image,
        ImagePullPolicy = "IfNotPresent",
        Args = [.. Flags(pod, machine), .. data.KubeletFlags],
        SecurityContext = new SecurityContext { Privileged = true },
        ReadinessProbe = new Probe
        {
            HttpGet = new HTTPGetAction { Path = "/healthz", Port = KubeletPort, Scheme = "HTTPS" },
            PeriodSeconds = 1,
            TimeoutSeconds = 3,
        },
        VolumeMounts =
        [
            new VolumeMount { Name = "userdata", MountPath = UserDataFolder, ReadOnly = true },
            new VolumeMount { Name = "state", MountPath = StateFolder },
        ],
    };

    private static IEnumerable<string> Flags(ObjectKey pod, Machine machine)
    {
        var name = machine.Metadata.Name!;
        yield return $"--hostname-override={name}";
        yield return $"--root-dir={StateFolder}/kubelet";
        yield return $"--kubeconfig={StateFolder}/kubelet/kubeconfig";
        yield return $"--bootstrap-kubeconfig={UserDataFolder}{MachineFiles.BootstrapKubeconfig}";
        yield return $"--image-map={UserDataFolder}{MachineUserData.ImageMapPath}";
        yield return $"--provider-id={ProviderId(pod)}";
        yield return "--rotate-server-certificates";
        yield return "--service-proxy";
        yield return $"--volume-path={StateFolder}/volumes";

        // A machine that is a seed renders charts. What is hidden from its pods by default may be where the programs of the host are.
        if (Path.GetDirectoryName(HelmBinary.Find(null)) is { Length: > 0 } tools)
        {
            yield return $"--visible-folder={tools}";
        }

        var labels = machine.Spec.NodeTemplate?.Metadata?.Labels ?? new Dictionary<string, string>();
        foreach (var (key, value) in labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            yield return $"--node-labels={key}={value}";
        }

        yield return $"--node-labels={GardenerLabels.NodeMachineName}={name}";
        // Not in the node template, which is kept as it is: the shoot's resource manager takes this one off.
        yield return $"--register-with-taints={GardenerNames.NodeTaintCriticalComponentsNotReady}=:NoSchedule";
        foreach (var taint in machine.Spec.NodeTemplate?.Spec?.Taints ?? [])
        {
            yield return $"--register-with-taints={taint.Key}={taint.Value}:{taint.Effect}";
        }
    }

    // Keys of a Secret cannot have slashes, so files are numbered and get their paths back when they are mounted.
    private static IEnumerable<KeyToPath> Files(MachineUserData data) => data.Files.Keys
        .Order(StringComparer.Ordinal)
        .Select((path, i) => new KeyToPath { Key = $"file-{i}", Path = path.TrimStart('/') })
        .ToArray();

    private static Dictionary<string, string> Labels(string machine) => new()
    {
        ["app"] = "machine",
        [ProviderLabel] = LocalProviderSpec.Provider,
        [MachineLabel] = machine,
    };
}
