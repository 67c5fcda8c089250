using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Host;
using Hortus.Kubelet.Server;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Kubelet.Tests;

[Trait("Category", "RealParts")]
public sealed class KubeletComponentTests : IAsyncLifetime
{
    private const string Manifest = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          namespace: kube-system
          labels: {app: web}
        spec:
          initContainers:
          - name: prepare
            image: registry.example/shell:1.2
            args: ["-c", "echo prepared >/shared/mark"]
            volumeMounts: [{name: shared, mountPath: /shared}]
          containers:
          - name: main
            image: registry.example/shell@sha256:0123
            args: ["-c", "cat /shared/mark; cat /info/labels; echo; echo $(GREETING); echo to-error >&2; trap 'exit 0' TERM; while :; do sleep 0.1; done"]
            env:
            - {name: WHO, value: world}
            - {name: GREETING, value: "hello $(WHO)"}
            - name: MY_IP
              valueFrom: {fieldRef: {fieldPath: status.podIP}}
            readinessProbe: {exec: {command: [/bin/sh, -c, "test -e /shared/mark"]}, periodSeconds: 1}
            volumeMounts:
            - {name: shared, mountPath: /shared}
            - {name: info, mountPath: /info}
          - name: unknown
            image: registry.example/nobody-knows:1
          volumes:
          - {name: shared, emptyDir: {medium: Memory}}
          - name: info
            downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
        """;

    private readonly TemporaryRoot root = new();
    private readonly CertificateAuthority authority = CertificateAuthority.Create(
        "test", TimeSpan.FromDays(1), TimeProvider.System);
    private CancellationTokenSource stopping = new();
    private HttpClient client = null!;
    private Uri? server;
    private Task running = Task.CompletedTask;

    private static string PodName => "web-node-of-test";

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(root.Path, "ca.crt"), authority.CertificatePem);
        Directory.CreateDirectory(Path.Combine(root.Path, "manifests"));
        await File.WriteAllTextAsync(
            Path.Combine(root.Path, "images.yaml"), "images:\n  registry.example/shell: [/bin/sh]\n");
        await File.WriteAllTextAsync(Path.Combine(root.Path, "manifests", "web.yaml"), Manifest);
        client = new HttpClient(TestAuthority.Handler(authority, "admin", "system:masters"));
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        client.Dispose();
        await root.DisposeAsync();
    }

    [SkippableFact]
    public async Task Static_pod_runs_without_an_api_server_and_shows_its_state()
    {
        Real.RequireRoot();
        Start();
        var pod = await WaitForPodAsync(p => MainOf(p)?.Ready == true);

        pod.Status.PodIP.ShouldBe("10.213.8.2");
        pod.Status.InitContainerStatuses!.Single().State!.Terminated!.ExitCode.ShouldBe(0);
        pod.Status.ContainerStatuses!.Single(
            c => c.Name == "unknown").State!.Waiting!.Reason.ShouldBe("ErrImageNeverPull");
        pod.Status.ContainerStatuses!.Single(
            c => c.Name == "unknown").State!.Waiting!.Message!.ShouldContain("images.yaml");
        var log = await client.GetStringAsync(Url($"/containerLogs/kube-system/{PodName}/main"));
        log.ShouldContain("prepared");
        log.ShouldContain("app=\"web\"");
        log.ShouldContain("hello world");
        (await client.GetStringAsync(Url($"/containerLogs/kube-system/{PodName}/main?tailLines=1")))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1);
    }

    [SkippableFact]
    public async Task Exec_streams_output_and_exit_code_and_gives_a_terminal()
    {
        Real.RequireRoot();
        Start();
        await WaitForPodAsync(p => MainOf(p)?.Ready == true);

        var piped = await ExecAsync(
            "stdout=1&stderr=1&stdin=1",
                ["/bin/sh", "-c", "read line; echo got-$line; echo $MY_IP; echo oops >&2; exit 3"], "typed\n");
        piped.Output.ShouldContain("got-typed");
        piped.Output.ShouldContain("10.213.8.2");
        piped.Error.ShouldContain("oops");
        piped.Status["reason"]!.GetValue<string>().ShouldBe("NonZeroExitCode");
        piped.Status["details"]!["causes"]![0]!["message"]!.GetValue<string>().ShouldBe("3");

        var onTerminal = await ExecAsync(
            "stdout=1&stdin=1&tty=1", ["/bin/sh", "-c", "test -t 0 && test -t 1 && echo is-terminal"], null);
        onTerminal.Output.ShouldContain("is-terminal");
        onTerminal.Status["status"]!.GetValue<string>().ShouldBe("Success");
    }

    [SkippableFact]
    public async Task Server_takes_only_certificates_of_the_cluster()
    {
        Real.RequireRoot();
        Start();
        await WaitForPodAsync(p => MainOf(p)?.Ready == true);
        using var nobody = new HttpClient(TestAuthority.Handler(null, "", ""));
        using var user = new HttpClient(TestAuthority.Handler(authority, "jane", "developers"));

        (await nobody.GetAsync(Url("/pods"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await user.GetAsync(Url("/pods"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await nobody.GetStringAsync(Url("/healthz"))).ShouldBe("ok");
        using var other = new HttpRequestMessage(HttpMethod.Post, Url($"/exec/kube-system/{PodName}/main?command=ls&output=1"));
        other.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        other.Headers.TryAddWithoutValidation("Upgrade", "h2c");
        (await (await client.SendAsync(other)).Content.ReadAsStringAsync()).ShouldContain("want websocket or SPDY/3.1");
    }

    [SkippableFact]
    public async Task Restarted_kubelet_adopts_the_pod_and_a_removed_manifest_ends_it()
    {
        Real.RequireRoot();
        Start();
        var before = await WaitForPodAsync(p => MainOf(p)?.Ready == true);
        await StopAsync();
        Start();
        var after = await WaitForPodAsync(p => MainOf(p)?.Ready == true);

        MainOf(after)!.ContainerID.ShouldBe(MainOf(before)!.ContainerID);
        MainOf(after)!.RestartCount.ShouldBe(0);
        after.Status.PodIP.ShouldBe(before.Status.PodIP);
        File.Delete(Path.Combine(root.Path, "manifests", "web.yaml"));
        await Real.UntilAsync(
            () => Directory.GetDirectories(Path.Combine(root.Path, "containers")).Length == 0, root.Deadline);
        await Real.UntilAsync(
            () => Directory.GetDirectories(Path.Combine(root.Path, "pods")).Length == 0, root.Deadline);
    }

    private static ContainerStatus? MainOf(Pod pod) =>
        pod.Status.ContainerStatuses?.FirstOrDefault(c => c.Name == "main");

    private void Start()
    {
        server = null;
        var port = TestAuthority.FreePort();
        server = new Uri($"https://127.0.0.1:{port}");
        var options = new KubeletOptions
        {
            NodeName = "node-of-test",
            RootDirectory = root.Path,
            PodManifestPath = Path.Combine(root.Path, "manifests"),
            ImageMap = Path.Combine(root.Path, "images.yaml"),
            PodCidr = "10.213.8.0/24",
            Address = "127.0.0.1",
            Port = port,
            ClientCaFile = Path.Combine(root.Path, "ca.crt"),
        };
        running = Task.Run(
            () => new KubeletComponent(NullLoggerFactory.Instance, TimeProvider.System)
                .RunAsync(options, stopping.Token));
    }

    private async Task StopAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
        stopping = new CancellationTokenSource();
    }

    private Uri Url(string path) => new(server!, path);

    private async Task<Pod> WaitForPodAsync(Func<Pod, bool> condition)
    {
        while (true)
        {
            running.IsFaulted.ShouldBeFalse(running.Exception?.ToString());
            try
            {
                var list = KubernetesJson.Deserialize<KubernetesList<Pod>>(
                    await client.GetByteArrayAsync(Url("/pods"), root.Deadline));
                if (list.Items.FirstOrDefault(p => p.Metadata.Name == PodName && condition(p)) is { } pod)
                {
                    return pod;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, root.Deadline);
        }
    }

    private async Task<(string Output, string Error, JsonNode Status)> ExecAsync(
        string flags, string[] command, string? input)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        socket.Options.ClientCertificates = [TestAuthority.Certificate(authority, "admin", "system:masters")];
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        var words = string.Join('&', command.Select(c => "command=" + Uri.EscapeDataString(c)));
        await socket.ConnectAsync(
            new Uri($"wss://{server!.Authority}/exec/kube-system/{PodName}/main?{flags}&{words}"), root.Deadline);
        if (input is not null)
        {
            await socket.SendAsync(
                (byte[])[(byte)0, .. Encoding.UTF8.GetBytes(input)], WebSocketMessageType.Binary, true,
                    root.Deadline);
        }

        var channels = new Dictionary<byte, string> { [1] = "", [2] = "", [3] = "" };
        var buffer = new byte[65536];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, root.Deadline);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return (channels[1], channels[2], JsonNode.Parse(channels[3])!);
            }

            channels[buffer[0]] += Encoding.UTF8.GetString(buffer, 1, part.Count - 1);
        }
    }
}
