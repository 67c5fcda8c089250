namespace Hortus.Gardenlet;

/// <summary>Ids of the tasks of a shoot's flows: shown as progress and kept in <c>status.lastErrors[].taskID</c>.</summary>
internal static class ShootTasks
{
    /// <summary>Not a task of a flow: what happens before it can start.</summary>
    public const string Initialize = "initializeOperation";

    public const string DeployNamespace = "Deploying Shoot namespace in Seed";
    public const string DeployCloudProvider = "Deploying cloud provider account secret";
    public const string InitializeSecrets = "Initializing secrets management";
    public const string PublishAuthorities = "Publishing certificate authorities in the project";
    public const string DeployInfrastructure = "Deploying Shoot infrastructure";
    public const string WaitInfrastructure = "Waiting until Shoot infrastructure has been reconciled";
    public const string DeployApiServerService = "Deploying Kubernetes API server service";
    public const string DeployInternalDns = "Deploying internal domain DNS record";
    public const string DeployExternalDns = "Deploying external domain DNS record";
    public const string AdvertiseAddresses = "Updating Shoot advertised addresses";
    public const string DeployApiServer = "Deploying Kubernetes API server";
    public const string WaitApiServer = "Waiting until Kubernetes API server rolled out";
    public const string ConnectShoot = "Initializing connection to Shoot";
    public const string DeployResourceManager = "Deploying gardener-resource-manager";
    public const string WaitResourceManager = "Waiting until gardener-resource-manager reports readiness";
    public const string DeployControlPlane = "Deploying shoot control plane components";
    public const string WaitControlPlane = "Waiting until shoot control plane has been reconciled";
    public const string DeployControllerManager = "Deploying Kubernetes controller manager";
    public const string WaitControllerManager = "Waiting until Kubernetes controller manager rolled out";
    public const string DeploySystemResources = "Deploying shoot system resources";
    public const string WaitSystemResources = "Waiting until shoot system resources are applied";
    public const string DeploySystemConfigs = "Deploying operating system specific configuration for shoot workers";
    public const string WaitSystemConfigs = "Waiting until operating system configurations for worker nodes have been reconciled";
    public const string DeployNetwork = "Deploying shoot network plugin";
    public const string WaitNetwork = "Waiting until shoot network plugin has been reconciled";
    public const string DeployMachineController = "Deploying machine-controller-manager";
    public const string DeployWorker = "Configuring shoot worker pools";
    public const string WaitWorker = "Waiting until shoot worker nodes have been reconciled";
    public const string DeleteStaleSystemConfigs = "Deleting stale operating system configurations";
    public const string DeployExtensionsBefore = "Deploying extension resources before kube-apiserver";
    public const string WaitExtensionsBefore = "Waiting until extension resources handled before kube-apiserver are ready";
    public const string CheckExtensions = "Checking that extensions of the shoot are registered";
    public const string DeployExtensionsAfter = "Deploying extension resources after kube-apiserver";
    public const string WaitExtensionsAfter = "Waiting until extension resources handled after kube-apiserver are ready";
    public const string WaitMachineDeployments = "Waiting until machine deployments of shoot workers are known";
    public const string DeployExtensionsAfterWorker = "Deploying extension resources after workers";
    public const string WaitExtensionsAfterWorker = "Waiting until extension resources handled after workers are ready";
    public const string DestroyStaleExtensions = "Deleting stale extension resources";
    public const string WaitStaleExtensionsGone = "Waiting until stale extension resources have been deleted";
    public const string DeployContainerRuntimes = "Deploying container runtime resources";
    public const string WaitContainerRuntimes = "Waiting until container runtime resources are ready";
    public const string DestroyStaleContainerRuntimes = "Deleting stale container runtime resources";

    public const string DestroyWorker = "Destroying shoot workers";
    public const string WaitWorkerGone = "Waiting until shoot worker nodes have been terminated";
    public const string DestroyMachineController = "Destroying machine-controller-manager";
    public const string DestroySystemConfigs = "Destroying operating system configurations";
    public const string WaitSystemConfigsGone = "Waiting until operating system configurations have been deleted";
    public const string DestroyExtensionsBefore = "Deleting extension resources before kube-apiserver";
    public const string WaitExtensionsBeforeGone =
        "Waiting until extension resources that should be handled before kube-apiserver have been deleted";

    public const string DestroyExtensionsAfter = "Deleting extension resources after kube-apiserver";
    public const string WaitExtensionsAfterGone =
        "Waiting until extension resources that should be handled after kube-apiserver have been deleted";

    public const string DestroyContainerRuntimes = "Deleting container runtime resources";
    public const string DestroyNetwork = "Destroying shoot network plugin";
    public const string WaitNetworkGone = "Waiting until shoot network plugin has been destroyed";
    public const string DestroyControlPlane = "Destroying shoot control plane";
    public const string WaitControlPlaneGone = "Waiting until shoot control plane has been destroyed";
    public const string DestroyManagedResources = "Deleting managed resources of the shoot";
    public const string WaitManagedResourcesGone = "Waiting until managed resources of the shoot have been deleted";
    public const string DestroyResourceManager = "Destroying gardener-resource-manager";
    public const string DestroyApiServer = "Destroying Kubernetes API server";
    public const string DestroyInfrastructure = "Destroying shoot infrastructure";
    public const string WaitInfrastructureGone = "Waiting until shoot infrastructure has been destroyed";
    public const string DestroyDns = "Destroying DNS records";
    public const string DeleteNamespace = "Deleting shoot namespace in Seed";
    public const string WaitNamespaceGone = "Waiting until shoot namespace in Seed has been deleted";
    public const string DeleteCluster = "Deleting Cluster of the shoot in Seed";
    public const string UnpublishAuthorities = "Deleting certificate authorities in the project";
}
