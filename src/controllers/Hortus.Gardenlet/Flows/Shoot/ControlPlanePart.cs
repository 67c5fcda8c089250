using System.Text.Json;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Infrastructure, the provider's part of the control plane, and the controllers beside the API server.</summary>
internal sealed class ControlPlanePart(ShootOperation operation)
{
    public void AddTo(FlowGraph graph)
    {
        bool IsWorkerless() => operation.Inputs.IsWorkerless;
        graph.Add(
            new FlowTask(ShootTasks.DeployInfrastructure, DeployInfrastructureAsync) { SkipIf = IsWorkerless },
            ShootTasks.DeployCloudProvider,
            ShootTasks.InitializeSecrets);
        graph.Add(
            new FlowTask(ShootTasks.WaitInfrastructure, WaitInfrastructureAsync) { SkipIf = IsWorkerless },
            ShootTasks.DeployInfrastructure);

        // Starts beside the API server that it will apply to.
        graph.Add(ShootTasks.DeployResourceManager, DeployResourceManagerAsync, ShootTasks.InitializeSecrets);
        graph.Add(
            ShootTasks.WaitResourceManager,
            async ct => await operation.Deployer.WaitAsync(await ResourceManagerAsync(ct), ct),
            ShootTasks.DeployResourceManager,
            ShootTasks.WaitApiServer);
        graph.Add(
            new FlowTask(ShootTasks.DeployControlPlane, DeployControlPlaneAsync) { SkipIf = IsWorkerless },
            ShootTasks.WaitInfrastructure,
            ShootTasks.WaitApiServer);
        graph.Add(
            new FlowTask(ShootTasks.WaitControlPlane, WaitControlPlaneAsync) { SkipIf = IsWorkerless },
            ShootTasks.DeployControlPlane);
        graph.Add(
            ShootTasks.DeployControllerManager,
            async ct => await operation.Deployer.DeployAsync(await ControllerManagerAsync(ct), ct),
            ShootTasks.WaitApiServer);
        graph.Add(
            ShootTasks.WaitControllerManager,
            async ct => await operation.Deployer.WaitAsync(await ControllerManagerAsync(ct), ct),
            ShootTasks.DeployControllerManager);
    }

    private Ext.ControlPlane? writtenControlPlane;
    private Ext.Infrastructure? writtenInfrastructure;

    private ObjectMeta Metadata => new() { Namespace = operation.Namespace, Name = operation.Shoot.Metadata.Name };

    private SecretReference CloudProvider => new() { Name = ShootNames.CloudProvider, Namespace = operation.Namespace };

    private async Task DeployInfrastructureAsync(CancellationToken cancellationToken) =>
        writtenInfrastructure = await operation.Extensions.DeployAsync(
            new Ext.Infrastructure
            {
                Metadata = Metadata,
                Spec = new Ext.InfrastructureSpec
                {
                    Type = operation.Shoot.Spec.Provider.Type,
                    ProviderConfig = operation.Shoot.Spec.Provider.InfrastructureConfig,
                    Region = operation.Shoot.Spec.Region,
                    SecretRef = CloudProvider,
                },
            },
            operation.AsksInfrastructure ? GardenerOperations.Reconcile : null,
            cancellationToken);

    private async Task WaitInfrastructureAsync(CancellationToken cancellationToken)
    {
        operation.Results.Infrastructure = await operation.Extensions.WaitAsync(
            ShootResults.Need(writtenInfrastructure), ExtensionWaitTimes.Infrastructure, cancellationToken);
        await new ShootNetworkStatus(operation).WriteAsync(operation.Results.Infrastructure, cancellationToken);
    }

    private async Task DeployControlPlaneAsync(CancellationToken cancellationToken) =>
        writtenControlPlane = await operation.Extensions.DeployAsync(
            new Ext.ControlPlane
            {
                Metadata = Metadata,
                Spec = new Ext.ControlPlaneSpec
                {
                    Type = operation.Shoot.Spec.Provider.Type,
                    ProviderConfig = operation.Shoot.Spec.Provider.ControlPlaneConfig,
                    InfrastructureProviderStatus = InfrastructureStatus,
                    Region = operation.Shoot.Spec.Region,
                    SecretRef = CloudProvider,
                },
            },
            GardenerOperations.Reconcile,
            cancellationToken);

    private JsonElement? InfrastructureStatus => operation.Results.Infrastructure?.Status?.ProviderStatus;

    private Task WaitControlPlaneAsync(CancellationToken cancellationToken) => operation.Extensions.WaitAsync(
        ShootResults.Need(writtenControlPlane), ExtensionWaitTimes.Standard, cancellationToken);

    /// <summary>Deploys what applies to the shoot; also needed to take that away.</summary>
    public async Task DeployResourceManagerAsync(CancellationToken cancellationToken) =>
        await operation.Deployer.DeployAsync(await ResourceManagerAsync(cancellationToken), cancellationToken);

    private async Task<IComponent> ResourceManagerAsync(CancellationToken cancellationToken)
    {
        var kubeconfig = await operation.Secrets.EnsureKubeconfigAsync(
            ShootResults.Need(operation.Results.Authorities),
            ShootNames.ResourceManager + "-kubeconfig",
            CertificateSpec.Client("gardener.cloud:system:gardener-resource-manager", "system:masters"),
            cancellationToken);
        return new ResourceManagerWorkload(new ResourceManagerValues
        {
            Namespace = operation.Namespace,
            Image = operation.Surroundings.Images.Hortus,
            TargetKubeconfigSecret = kubeconfig.SecretName,
            LooksAfterNodes = !operation.Inputs.IsWorkerless,
        });
    }

    private async Task<IComponent> ControllerManagerAsync(CancellationToken cancellationToken)
    {
        var authorities = ShootResults.Need(operation.Results.Authorities);
        var kubeconfig = await operation.Secrets.EnsureKubeconfigAsync(
            authorities, "kube-controller-manager-kubeconfig", CertificateSpec.Client("system:kube-controller-manager"), cancellationToken);
        return new ControllerWorkload(new ControllerValues
        {
            Namespace = operation.Namespace,
            Name = ShootNames.KubeControllerManager,
            Image = $"{operation.Surroundings.Images.KubeControllerManager}:v{operation.Inputs.KubernetesVersion}",
            Args = [.. ControllerManagerArguments()],
            Labels = new Dictionary<string, string> { [GardenerLabels.Role] = GardenerRoles.ControlPlane },
            Secrets = new Dictionary<string, string>
            {
                ["kubeconfig"] = kubeconfig.SecretName,
                ["ca"] = authorities.Server.SecretName,
                ["ca-client"] = authorities.Client.SecretName,
                ["service-account"] = authorities.ServiceAccountKey.SecretName,
            },
        });
    }

    private IEnumerable<string> ControllerManagerArguments()
    {
        const string folder = ControlPlanePod.SecretFolder;
        yield return $"--kubeconfig={folder}/kubeconfig/kubeconfig";
        yield return $"--root-ca-file={folder}/ca/ca.crt";
        yield return $"--cluster-signing-cert-file={folder}/ca-client/ca.crt";
        yield return $"--cluster-signing-key-file={folder}/ca-client/ca.key";
        yield return $"--service-account-private-key-file={folder}/service-account/id_rsa";
        if (!operation.Inputs.IsWorkerless)
        {
            // The resource manager approves serving certificates: it knows the machines.
            yield return "--controllers=*,-kubelet-serving-approving-controller";
        }

        if (operation.Inputs is { IsWorkerless: false, Pods: { } pods })
        {
            var mask = operation.Shoot.Spec.Kubernetes.KubeControllerManager?.NodeCIDRMaskSize ?? 24;
            yield return "--allocate-node-cidrs=true";
            yield return $"--cluster-cidr={pods}";
            yield return $"--node-cidr-mask-size-ipv4={mask}";
        }
    }
}
