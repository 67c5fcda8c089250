using System.Net;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>The shoot's API server: its Service, names, process and the way into it.</summary>
internal sealed class ApiServerPart(ShootOperation operation)
{
    private const int RecordTtlSeconds = 120;

    // A Service's address takes a moment to lead to a pod that has just become ready.
    private static readonly FlowRetry ConnectRetry = new() { Interval = TimeSpan.FromMilliseconds(200), Timeout = TimeSpan.FromMinutes(1) };

    public void AddTo(FlowGraph graph)
    {
        graph.Add(
            new FlowTask(ShootTasks.DeployApiServerService, DeployServiceAsync) { Timeout = ComponentDeployer.WaitMax },
            ShootTasks.DeployNamespace);
        graph.Add(
            new FlowTask(ShootTasks.DeployInternalDns, ct => DeployRecordAsync("internal", operation.Inputs.Internal!, ct))
            {
                SkipIf = () => operation.Inputs.Internal is null,
            },
            ShootTasks.DeployApiServerService);
        graph.Add(
            new FlowTask(ShootTasks.DeployExternalDns, ct => DeployRecordAsync("external", operation.Inputs.External!, ct))
            {
                SkipIf = () => operation.Inputs.External is null,
            },
            ShootTasks.DeployApiServerService);
        graph.Add(ShootTasks.AdvertiseAddresses, AdvertiseAsync, ShootTasks.DeployApiServerService);

        // A store of its own (etcd) comes between secrets and this task.
        graph.Add(
            ShootTasks.DeployApiServer,
            DeployAsync,
            ShootTasks.InitializeSecrets,
            ShootTasks.DeployApiServerService,
            ShootTasks.WaitExtensionsBefore);
        graph.Add(
            ShootTasks.WaitApiServer,
            async ct => await operation.Deployer.WaitAsync(await RenderAsync(ct), ct),
            ShootTasks.DeployApiServer);
        graph.Add(new FlowTask(ShootTasks.ConnectShoot, ConnectAsync) { Retry = ConnectRetry }, ShootTasks.WaitApiServer);
    }

    /// <summary>Names and addresses in the serving certificate.</summary>
    public IReadOnlyList<string> Hosts(string address)
    {
        var service = ShootNames.ApiServer;
        string?[] hosts =
        [
            operation.Inputs.External?.ApiServer,
            operation.Inputs.Internal?.ApiServer,
            service,
            $"{service}.{operation.Namespace}",
            $"{service}.{operation.Namespace}.svc",
            $"{service}.{operation.Namespace}.svc.cluster.local",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
            "localhost",
            "127.0.0.1",
            address,
            ServiceAddresses.At(operation.Inputs.Services, 1).ToString(),
        ];
        return [.. hosts.OfType<string>().Distinct()];
    }

    // With the gardenlet's own certificate, which the shoot's care uses too.
    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var kubeconfig = await operation.Secrets.EnsureKubeconfigAsync(
            ShootResults.Need(operation.Results.Authorities),
            ShootSecrets.GardenletKubeconfig,
            CertificateSpec.Client("gardener.cloud:system:gardenlet", "system:masters"),
            cancellationToken);
        var client = operation.Surroundings.Shoots.Connect(operation.Namespace, kubeconfig.Text("kubeconfig"));
        await client.FindAsync<Namespace>(ObjectKey.Cluster("kube-system"), cancellationToken);
    }

    /// <summary>Keys of the DNS records.</summary>
    public IEnumerable<ObjectKey> RecordKeys() => new[] { "internal", "external" }.Select(RecordKey);

    private ObjectKey RecordKey(string role) => new(operation.Namespace, $"{operation.Shoot.Metadata.Name}-{role}");

    private KubeApiServerService Service() => new(
        operation.Namespace,
        ShootNames.ApiServer,
        [.. new[] { operation.Inputs.External, operation.Inputs.Internal }.OfType<ShootDomain>().Select(d => d.ApiServer).Distinct()]);

    private async Task DeployServiceAsync(CancellationToken cancellationToken)
    {
        await operation.Deployer.DeployAsync(Service(), cancellationToken);
        var service = await operation.Seed.UntilAsync<Service>(
            new ObjectKey(operation.Namespace, ShootNames.ApiServer),
            found => IPAddress.TryParse(found?.Spec.ClusterIP, out _),
            cancellationToken);
        operation.Results.ApiServerAddress = service!.Spec.ClusterIP;
    }

    private async Task DeployRecordAsync(string role, ShootDomain domain, CancellationToken cancellationToken)
    {
        var key = RecordKey(role);
        var secretName = $"dnsrecord-{key.Name}";
        await operation.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = key.Namespace, Name = secretName },
                Type = "Opaque",
                Data = domain.Credentials.Data ?? new Dictionary<string, byte[]>(),
            },
            cancellationToken);
        var record = new Ext.DNSRecord
        {
            Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
            Spec = new Ext.DNSRecordSpec
            {
                Type = domain.ProviderType,
                SecretRef = new SecretReference { Name = secretName, Namespace = key.Namespace },
                Zone = domain.Zone,
                Name = domain.ApiServer,
                RecordType = "A",
                Values = [ShootResults.Need(operation.Results.ApiServerAddress)],
                Ttl = RecordTtlSeconds,
            },
        };
        var written = await operation.Extensions.DeployAsync(
            record, operation.AsksInfrastructure ? GardenerOperations.Reconcile : null, cancellationToken);
        await operation.Extensions.WaitAsync(written, ExtensionWaitTimes.DnsRecord, cancellationToken);
    }

    private Task AdvertiseAsync(CancellationToken cancellationToken)
    {
        var addresses = new List<ShootAdvertisedAddress>();
        if (operation.Inputs.External is { } external)
        {
            addresses.Add(new ShootAdvertisedAddress { Name = "external", Url = "https://" + external.ApiServer });
        }

        if (operation.Inputs.Internal is { } inner)
        {
            addresses.Add(new ShootAdvertisedAddress { Name = "internal", Url = "https://" + inner.ApiServer });
        }

        JsonObject body = StatusPatches.Of("advertisedAddresses", StatusPatches.List(addresses));
        return operation.Garden.PatchAsync<Shoot>(
            operation.Shoot.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
    }

    private async Task DeployAsync(CancellationToken cancellationToken) =>
        await operation.Deployer.DeployAsync(await RenderAsync(cancellationToken), cancellationToken);

    private async Task<KubeApiServer> RenderAsync(CancellationToken cancellationToken)
    {
        var authorities = ShootResults.Need(operation.Results.Authorities);
        var address = ShootResults.Need(operation.Results.ApiServerAddress);
        var server = await operation.Secrets.EnsureServerAsync(authorities, Hosts(address), cancellationToken);
        var kubelet = await operation.Secrets.EnsureKubeletClientAsync(authorities, cancellationToken);
        var issuer = operation.Inputs.External ?? operation.Inputs.Internal;
        return new KubeApiServer(new KubeApiServerValues
        {
            Namespace = operation.Namespace,
            Name = ShootNames.ApiServer,
            Image = $"{operation.Surroundings.Images.KubeApiServer}:v{operation.Inputs.KubernetesVersion}",
            ServiceClusterIPRange = operation.Inputs.Services,
            AdvertiseAddress = address,
            ServiceAccountIssuer = issuer is null ? operation.Secrets.Server : "https://" + issuer.ApiServer,
            ServerSecret = server.SecretName,
            ClientCaSecret = authorities.Client.SecretName,
            ServiceAccountKeySecret = authorities.ServiceAccountKey.SecretName,
            KubeletClientSecret = operation.Inputs.IsWorkerless ? null : kubelet.SecretName,
        });
    }
}
