using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hortus.Kubelet;
using Hortus.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Conformance.Tests.Running;

/// <summary>
/// A whole cluster: server, controllers, and on a machine that lets us (root) one node; or the cluster that
/// <see cref="Target"/> names.
/// </summary>
public sealed class Cluster : IAsyncLifetime
{
    /// <summary>An image that runs until it is told to end, here and on real nodes.</summary>
    public const string Pause = "registry.k8s.io/pause:3.10";

    /// <summary>An image with a shell, here and on real nodes.</summary>
    public const string Shell = "docker.io/library/busybox:1.36";

    public const string Node = "conformance-node";
    private readonly Stack<HortusProcess> parts = [];

    // Not below /tmp, which containers replace by an empty one.
    private readonly string root = $"/var/tmp/hortus-cluster-{Guid.NewGuid():n}";

    public Server Server { get; } = new();

    /// <summary>kubectl as administrator.</summary>
    public Kubectl Admin => Server.Admin;

    /// <summary>Whether pods run.</summary>
    public static bool HasNode => Target.IsForeign || Environment.IsPrivilegedProcess;

    public async Task InitializeAsync()
    {
        if (Target.IsForeign)
        {
            await Server.InitializeAsync();
            return;
        }

        var pki = await Server.StartWithAsync(pki =>
        {
            var client = pki.WritePair("kubelet-client", pki.ClientAuthority.Issue(
                CertificateSpec.Client("kube-apiserver", "system:masters")));
            return
            [
                "--kubelet-client-certificate", client.Certificate, "--kubelet-client-key", client.Key,
                "--kubelet-certificate-authority", pki.ServingAuthorityFile,
                "--enable-bootstrap-token-auth", "true",
            ];
        });
        StartPart(
            "kube-controller-manager", "--kubeconfig", Admin.Kubeconfig, "--root-ca-file", pki.ServingAuthorityFile,
            "--cluster-signing-cert-file", pki.ClientAuthorityFile, "--cluster-signing-key-file", pki.ClientAuthorityKeyFile,
            "--service-account-private-key-file", pki.ServiceAccountKeyFile, "--leader-elect", "false");
        if (HasNode)
        {
            await StartNodeAsync(pki);
        }

        (await Admin.RunAsync("wait --for=create serviceaccount/default -n default --timeout=60s")).Succeeds();
    }

    public async Task DisposeAsync()
    {
        while (parts.TryPop(out var part))
        {
            await part.StopAsync();
            await part.DisposeAsync();
        }

        if (Directory.Exists(root))
        {
            await KubeletCleanup.RunAsync(root, NullLoggerFactory.Instance, CancellationToken.None);
            Directory.Delete(root, recursive: true);
        }

        await Server.DisposeAsync();
    }

    /// <summary>Waits until a condition holds; it may ask the server.</summary>
    public static async Task<T> WaitAsync<T>(Func<Task<T?>> read, string what)
        where T : class
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            if (await read() is { } found)
            {
                return found;
            }

            try
            {
                await tick.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"after 60 s still not: {what}");
            }
        }
    }

    private async Task StartNodeAsync(ServerCredentials pki)
    {
        var kubeconfig = pki.Kubeconfig("kubelet", Server.Address, pki.ClientAuthority.Issue(
            CertificateSpec.Client("system:node:" + Node, "system:nodes")));
        var serving = pki.WritePair("kubelet-serving", pki.ServingAuthority.Issue(
            CertificateSpec.Server(Node, "127.0.0.1")));
        var images = pki.Write("images.yaml", """
            images:
              registry.k8s.io/pause: [/bin/sh, -c, "trap 'exit 0' TERM INT; sleep infinity & wait"]
              busybox: [/bin/sh]
            """);
        // Beside other runs of these tests on the same machine: a range of one's own.
        var range = $"10.{RandomNumberGenerator.GetInt32(215, 255)}.{RandomNumberGenerator.GetInt32(0, 256)}.0/24";
        Directory.CreateDirectory(root);
        StartPart(
            "kubelet", "--hostname-override", Node, "--root-dir", root, "--kubeconfig", kubeconfig,
            "--image-map", images, "--pod-cidr", range, "--node-ip", "127.0.0.1", "--address", "127.0.0.1",
            "--port", "0", "--client-ca-file", pki.ClientAuthorityFile, "--service-proxy", "false",
            "--tls-cert-file", serving.Certificate, "--tls-private-key-file", serving.Key);
        await WaitAsync(
            async () => (await Admin.RunAsync($"get node {Node} -o json")) is { ExitCode: 0 } found
                && JsonNode.Parse(found.Output)!["status"]?["conditions"] is JsonArray conditions
                && conditions.Any(c => c!["type"]!.ToString() == "Ready" && c["status"]!.ToString() == "True") ? "" : null,
            "the node is ready; its kubelet wrote\n" + parts.Peek().Log);
    }

    private void StartPart(params string[] arguments) => parts.Push(HortusProcess.Start(ServerProcess.Locate(), arguments));
}

/// <summary>The tests that share the cluster.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<Cluster>
{
    public const string Name = "cluster";
}
