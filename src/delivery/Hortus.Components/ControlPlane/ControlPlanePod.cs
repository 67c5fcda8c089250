using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>What a controller process of a control plane is made of: one container that talks to one API server.</summary>
public sealed record ControllerValues
{
    public required string Namespace { get; init; }

    /// <summary>Name of the Deployment.</summary>
    public required string Name { get; init; }

    /// <summary>Image with tag.</summary>
    public required string Image { get; init; }

    public required IReadOnlyList<string> Args { get; init; }

    /// <summary>Labels of Deployment and pods besides <c>app</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Secrets mounted below <see cref="ControlPlanePod.SecretFolder"/>: folder name to Secret name.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Service account whose token is mounted; null mounts none.</summary>
    public string? ServiceAccountName { get; init; }

    /// <summary>Pods. Several are spread, and evicted one at a time; the process has to elect its leader then.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Whether a new pod starts only when the old one is gone, so that there are never two.</summary>
    public bool RunsAlone { get; init; }
}

/// <summary>A Deployment of one controller process.</summary>
public sealed class ControllerWorkload(ControllerValues values) : IComponent
{
    public string Name => values.Name;

    public string Namespace => values.Namespace;

    public IReadOnlyList<KubernetesObject> Render()
    {
        var selector = new Dictionary<string, string> { ["app"] = values.Name };
        var labels = new Dictionary<string, string>(values.Labels) { ["app"] = values.Name };
        return
        [
            new Deployment
            {
                Metadata = new ObjectMeta { Namespace = values.Namespace, Name = values.Name, Labels = labels },
                Spec = new DeploymentSpec
                {
                    Replicas = values.Replicas,
                    RevisionHistoryLimit = 1,
                    Strategy = values.RunsAlone ? new DeploymentStrategy { Type = "Recreate" } : null,
                    Selector = new LabelSelector { MatchLabels = selector },
                    Template = new PodTemplateSpec
                    {
                        Metadata = new ObjectMeta { Labels = labels },
                        Spec = ControlPlanePod.For(values) with
                        {
                            TopologySpreadConstraints = ReplicatedPods.Spread(values.Replicas, selector),
                        },
                    },
                },
            },
            .. ReplicatedPods.Budget(new ObjectKey(values.Namespace, values.Name), values.Replicas, selector),
        ];
    }
}

/// <summary>The pod of a controller process.</summary>
public static class ControlPlanePod
{
    /// <summary>Folder below which Secrets are mounted, one folder each.</summary>
    public const string SecretFolder = "/srv/secrets";

    /// <summary>Port of /healthz, /readyz and /metrics in each controller pod (plain HTTP, inside the pod's network only).</summary>
    public const int HealthPort = 2751;

    /// <summary>The pod spec for a controller; it serves health and metrics on <see cref="HealthPort"/>.</summary>
    public static PodSpec For(ControllerValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new PodSpec
        {
            ServiceAccountName = values.ServiceAccountName,
            AutomountServiceAccountToken = values.ServiceAccountName is not null,
            TerminationGracePeriodSeconds = 5,
            Containers =
            [
                new Container
                {
                    Name = values.Name,
                    Image = values.Image,
                    ImagePullPolicy = "IfNotPresent",
                    Args = [.. values.Args, $"--health-port={HealthPort}"],
                    ReadinessProbe = Health("/readyz", 2),
                    LivenessProbe = Health("/healthz", 10) with { InitialDelaySeconds = 10 },
                    VolumeMounts =
                    [
                        .. values.Secrets.Keys.Order(StringComparer.Ordinal).Select(folder => new VolumeMount
                        {
                            Name = folder,
                            MountPath = $"{SecretFolder}/{folder}",
                            ReadOnly = true,
                        }),
                    ],
                },
            ],
            Volumes =
            [
                .. values.Secrets.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => SecretVolume(pair.Key, pair.Value)),
            ],
        };
    }

    /// <summary>A volume with a Secret's content, readable by the owner only.</summary>
    public static Volume SecretVolume(string name, string secret) => new()
    {
        Name = name,
        Secret = new SecretVolumeSource { SecretName = secret, DefaultMode = 0b110_000_000 },
    };

    private static Probe Health(string path, int period) => new()
    {
        HttpGet = new HTTPGetAction { Path = path, Port = HealthPort, Scheme = "HTTP" },
        PeriodSeconds = period,
        TimeoutSeconds = 5,
        FailureThreshold = 3,
    };
}
