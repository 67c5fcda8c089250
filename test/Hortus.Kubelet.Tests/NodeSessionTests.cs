using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Kubelet.Tests;

[Trait("Category", "RealParts")]
public sealed class NodeSessionTests : IAsyncLifetime
{
    private const string NodeName = "session-node";
    private readonly TemporaryRoot root = new();
    private readonly CancellationTokenSource stop = new();
    private InProcessApiServer server = null!;
    private KubernetesClient client = null!;
    private Task running = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(root.Deadline);
        var kubeconfig = Path.Combine(root.Path, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig());
        client = new KubernetesClient(KubeConfig.Load(kubeconfig).Connect(), new ClientOptions { UserAgent = "test" });
        foreach (var name in new[] { "default", "kube-system", "kube-node-lease" })
        {
            if (await client.FindAsync<Namespace>(ObjectKey.Cluster(name), root.Deadline) is null)
            {
                await client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, root.Deadline);
            }
        }

        await client.CreateAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "default", Name = "default" } },
                root.Deadline);
        await EnsureServiceAsync();
        Directory.CreateDirectory(Path.Combine(root.Path, "manifests"));
        await File.WriteAllTextAsync(Path.Combine(root.Path, "images.yaml"), "images:\n  shell: [/bin/sh]\n");
        var options = new KubeletOptions
        {
            NodeName = NodeName,
            RootDirectory = root.Path,
            Kubeconfig = kubeconfig,
            PodManifestPath = Path.Combine(root.Path, "manifests"),
            ImageMap = Path.Combine(root.Path, "images.yaml"),
            PodCidr = "10.213.9.0/24",
            Address = "127.0.0.1",
            NodeIP = "127.0.0.1",
            Port = 0,
        };
        running = Environment.IsPrivilegedProcess
            ? Task.Run(
                () => new KubeletComponent(NullLoggerFactory.Instance, TimeProvider.System)
                    .RunAsync(options, stop.Token))
            : Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        client.Dispose();
        await server.DisposeAsync();
        await root.DisposeAsync();
        stop.Dispose();
    }

    [SkippableFact]
    public async Task Node_registers_reports_ready_and_holds_its_lease()
    {
        Real.RequireRoot();
        var node = await WaitAsync<Node>(
            ObjectKey.Cluster(NodeName), n =>
                n?.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true);

        node!.Status.Addresses!.ShouldContain(a => a.Type == "InternalIP" && a.Address == "127.0.0.1");
        node.Status.DaemonEndpoints!.KubeletEndpoint!.Port.ShouldBeGreaterThan(0);
        node.Spec.PodCIDR.ShouldBe("10.213.9.0/24");
        (await WaitAsync<Lease>(
            new("kube-node-lease", NodeName), l => l?.Spec.RenewTime is not null))!.Spec.HolderIdentity.ShouldBe(
                NodeName);
    }

    [SkippableFact]
    public async Task Pod_gets_its_secrets_and_settings_reports_its_state_and_goes_when_deleted()
    {
        Real.RequireRoot();
        var pod = Shell(
            "app", "Always",
                "cat /secret/password; echo; cat /settings/renamed; echo; echo $COLOR $KUBERNETES_SERVICE_HOST; trap 'exit 0' TERM; while :; do sleep 0.1; done") with
        { };
        pod = pod with
        {
            Spec = pod.Spec with
            {
                Containers =
                [
                    pod.Spec.Containers[0] with
                    {
                        Env = [new EnvVar { Name = "COLOR",
                            ValueFrom = new EnvVarSource { ConfigMapKeyRef = new ConfigMapKeySelector { Name = "settings", Key = "color" } } }],
                        VolumeMounts = [new VolumeMount { Name = "s", MountPath = "/secret" },
                            new VolumeMount { Name = "c", MountPath = "/settings" }],
                    },
                ],
                Volumes =
                [
                    new Volume { Name = "s", Secret = new SecretVolumeSource { SecretName = "login" } },
                    new Volume { Name = "c",
                        ConfigMap = new ConfigMapVolumeSource { Name = "settings",
                            Items = [new KeyToPath { Key = "color", Path = "renamed" }] } },
                ],
            },
        };
        await client.CreateAsync(pod, root.Deadline);
        // The secret comes late: the pod waits for it and says so.
        var waiting = await WaitAsync<Pod>(
            pod.Key, p => p?.Status.ContainerStatuses?[0].State?.Waiting?.Message?.Contains("login") == true);
        waiting!.Status.Phase.ShouldBe("Pending");
        await client.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = "default", Name = "login" },
                Data = new Dictionary<string, byte[]> { ["password"] = Encoding.UTF8.GetBytes("s3cret") }
            },
                    root.Deadline);
        await client.CreateAsync(
            new ConfigMap
            {
                Metadata = new ObjectMeta { Namespace = "default", Name = "settings" },
                Data = new Dictionary<string, string> { ["color"] = "green" }
            }, root.Deadline);

        var ready = await WaitAsync<Pod>(
            pod.Key, p => p?.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true);
        ready!.Status.Phase.ShouldBe("Running");
        ready.Status.PodIP!.ShouldStartWith("10.213.9.");
        ready.Status.HostIP.ShouldBe("127.0.0.1");
        ready.Status.QosClass.ShouldBe("BestEffort");
        var log = Directory.GetFiles(Path.Combine(root.Path, "logs"), "0.log", SearchOption.AllDirectories).Single();
        await Real.UntilAsync(() => ReadShared(log).Contains("green 10.", StringComparison.Ordinal), root.Deadline);
        ReadShared(log).ShouldContain("s3cret");

        await client.DeleteAsync<Pod>(pod.Key, null, root.Deadline);
        await WaitAsync<Pod>(pod.Key, p => p is null);
        await Real.UntilAsync(
            () => Directory.GetDirectories(Path.Combine(root.Path, "pods")).Length == 0, root.Deadline);
    }

    [SkippableFact]
    public async Task Pod_that_is_over_is_reported_so()
    {
        Real.RequireRoot();
        await client.CreateAsync(Shell("good", "Never", "exit 0"), root.Deadline);
        await client.CreateAsync(Shell("bad", "Never", "echo last words >/dev/termination-log; exit 4"), root.Deadline);

        (await WaitAsync<Pod>(
            new("default", "good"), p => p?.Status.Phase is "Succeeded" or "Failed"))!.Status.Phase.ShouldBe(
                "Succeeded");
        var bad = await WaitAsync<Pod>(new("default", "bad"), p => p?.Status.Phase is "Succeeded" or "Failed");
        bad!.Status.Phase.ShouldBe("Failed");
        bad.Status.ContainerStatuses!.Single().State!.Terminated!.ExitCode.ShouldBe(4);
        bad.Status.ContainerStatuses!.Single().State!.Terminated!.Message!.ShouldContain("last words");
    }

    [SkippableFact]
    public async Task Static_pod_has_a_mirror_that_comes_back_when_it_is_deleted()
    {
        Real.RequireRoot();
        var manifest = KubernetesJson.Serialize(
            Shell("static", "Always", "trap 'exit 0' TERM; while :; do sleep 0.1; done") with { });
        await File.WriteAllBytesAsync(Path.Combine(root.Path, "manifests", "static.json"), manifest);
        var key = new ObjectKey("default", $"static-{NodeName}");

        var mirror = await WaitAsync<Pod>(key, p => p?.Status.Phase == "Running");
        await client.DeleteAsync<Pod>(key, new DeleteOptions { GracePeriodSeconds = 0 }, root.Deadline);
        var next = await WaitAsync<Pod>(
            key, p => p is not null && p.Metadata.Uid != mirror!.Metadata.Uid && p.Status.Phase == "Running");

        next!.Status.ContainerStatuses!.Single().ContainerID.ShouldBe(
            mirror!.Status.ContainerStatuses!.Single().ContainerID);
    }

    private static Pod Shell(string name, string restartPolicy, string script) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = new PodSpec
        {
            NodeName = NodeName,
            RestartPolicy = restartPolicy,
            AutomountServiceAccountToken = false,
            TerminationGracePeriodSeconds = 5,
            Containers = [new Container { Name = "main", Image = "shell", Args = ["-c", script] }],
        },
    };

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private async Task EnsureServiceAsync()
    {
        if (await client.FindAsync<Service>(new("default", "kubernetes"), root.Deadline) is null)
        {
            await client.CreateAsync(
                new Service
                {
                    Metadata = new ObjectMeta { Namespace = "default", Name = "kubernetes" },
                    Spec = new ServiceSpec
                    {
                        Ports = [new ServicePort { Name = "https", Port = 443,
                        Protocol = "TCP" }]
                    },
                },
                root.Deadline);
        }
    }

    private async Task<T?> WaitAsync<T>(ObjectKey key, Func<T?, bool> condition) where T : KubernetesObject
    {
        T? last = null;
        try
        {
            while (true)
            {
                running.IsFaulted.ShouldBeFalse(running.Exception?.ToString());
                last = await client.FindAsync<T>(key, root.Deadline);
                if (condition(last))
                {
                    return last;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, root.Deadline);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"{key}: {(last is null ? "absent" : Encoding.UTF8.GetString(KubernetesJson.Serialize(last)))}");
        }
    }
}
