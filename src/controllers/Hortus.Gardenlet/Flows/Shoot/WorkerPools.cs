using System.Security.Cryptography;
using System.Text;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Turns worker pools of a Shoot into what extensions need to know about them. Pure.</summary>
internal static class WorkerPools
{
    private const string ProvisionSuffix = "-init";
    private const int HashLength = 16;

    /// <summary>The name under which a pool's machines find their configuration. It changes exactly when machines must be
    /// replaced: with the minor version, the image, the runtime or the authority.</summary>
    /// <param name="inputs">The shoot.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="authority">Names the authority that machines trust.</param>
    public static string KeyOf(ShootInputs inputs, Worker pool, string authority)
    {
        var version = VersionOf(inputs, pool).Split('.');
        string?[] parts =
        [
            string.Join('.', version.Take(2)), pool.Machine.Image?.Name, pool.Machine.Image?.Version, pool.Cri?.Name, authority,
        ];
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..HashLength];
        return $"gardener-node-agent-{pool.Name}-{hash}";
    }

    /// <summary>Kubernetes version of the pool's machines.</summary>
    public static string VersionOf(ShootInputs inputs, Worker pool) => pool.Kubernetes?.Version ?? inputs.KubernetesVersion;

    /// <summary>The configuration with which the pool's machines start. What runs on them later (purpose reconcile) has its
    /// place beside it.</summary>
    /// <param name="inputs">The shoot.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="key">See <see cref="KeyOf"/>.</param>
    /// <param name="bootstrapKubeconfig">How machines come to the API server for the first time.</param>
    public static Ext.OperatingSystemConfig ConfigOf(ShootInputs inputs, Worker pool, string key, string bootstrapKubeconfig) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = inputs.TechnicalID,
            Name = key + ProvisionSuffix,
            Labels = new Dictionary<string, string> { [GardenerLabels.WorkerPool] = pool.Name },
        },
        Spec = new Ext.OperatingSystemConfigSpec
        {
            Type = pool.Machine.Image?.Name ?? inputs.Shoot.Spec.Provider.Type,
            ProviderConfig = pool.Machine.Image?.ProviderConfig,
            Purpose = "provision",
            Files =
            [
                new Ext.File
                {
                    Path = MachineFiles.BootstrapKubeconfig,
                    Permissions = 0b110_000_000,
                    Content = new Ext.FileContent
                    {
                        Inline = new Ext.FileContentInline
                        {
                            Encoding = "b64",
                            Data = Convert.ToBase64String(Encoding.UTF8.GetBytes(bootstrapKubeconfig)),
                        },
                    },
                },
            ],
        },
    };

    /// <summary>The pool as the Worker extension gets it.</summary>
    /// <param name="inputs">The shoot.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="key">See <see cref="KeyOf"/>.</param>
    /// <param name="config">The pool's configuration after its extension has handled it.</param>
    public static Ext.WorkerPool PoolOf(ShootInputs inputs, Worker pool, string key, Ext.OperatingSystemConfig config)
    {
        var cloudConfig = config.Status?.CloudConfig?.SecretRef.Name ?? throw new InvalidOperationException(
            $"OperatingSystemConfig {config.Key} is ready but names no Secret in status.cloudConfig.secretRef");
        return new Ext.WorkerPool
        {
            Name = pool.Name,
            MachineType = pool.Machine.Type,
            Minimum = pool.Minimum,
            Maximum = pool.Maximum,
            MaxSurge = pool.MaxSurge ?? 1,
            MaxUnavailable = pool.MaxUnavailable ?? 0,
            Annotations = pool.Annotations,
            Labels = LabelsOf(pool),
            Taints = pool.Taints,
            MachineImage = new Ext.MachineImage
            {
                Name = pool.Machine.Image?.Name ?? "",
                Version = pool.Machine.Image?.Version ?? "",
            },
            NodeAgentSecretName = key,
            ProviderConfig = pool.ProviderConfig,
            UserDataSecretRef = new SecretKeySelector { Name = cloudConfig, Key = MachineFiles.CloudConfigKey },
            Zones = pool.Zones,
            MachineControllerManager = pool.MachineControllerManager,
            KubernetesVersion = VersionOf(inputs, pool),
            KubeletConfig = pool.Kubernetes?.Kubelet ?? inputs.Shoot.Spec.Kubernetes.Kubelet,
            NodeTemplate = TemplateOf(inputs, pool),
            Architecture = pool.Machine.Architecture,
            Priority = pool.Priority,
            UpdateStrategy = pool.UpdateStrategy,
            Volume = pool.Volume is { } volume
                ? new Ext.Volume { Name = volume.Name, Type = volume.Type, Size = volume.Size, Encrypted = volume.Encrypted }
                : null,
        };
    }

    private static Dictionary<string, string> LabelsOf(Worker pool) => new(pool.Labels ?? new Dictionary<string, string>())
    {
        ["node.kubernetes.io/role"] = "node",
        [GardenerLabels.WorkerPool] = pool.Name,
        [GardenerLabels.WorkerPoolSystemComponents] = (pool.SystemComponents?.Allow ?? true) ? "true" : "false",
    };

    private static Ext.NodeTemplate? TemplateOf(ShootInputs inputs, Worker pool)
    {
        var type = inputs.CloudProfile.Spec.MachineTypes.FirstOrDefault(t => t.Name == pool.Machine.Type);
        if (type is not { Cpu: { } cpu, Memory: { } memory })
        {
            return null;
        }

        var capacity = new Dictionary<string, Quantity> { ["cpu"] = cpu, ["memory"] = memory };
        if (type.Gpu is { } gpu)
        {
            capacity["gpu"] = gpu;
        }

        return new Ext.NodeTemplate { Capacity = capacity };
    }
}
