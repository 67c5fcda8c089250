using System.Globalization;
using System.Security.Cryptography;
using Hortus.Kubelet;
using Hortus.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Conformance.Tests.Running;

/// <summary>
/// A server with a node: <c>hortus apiserver</c>, <c>hortus kube-controller-manager</c> (service accounts, endpoints,
/// scheduling) and <c>hortus kubelet</c>, all as users run them. Needs root; without it nothing is started and
/// <see cref="RequireRoot"/> skips.
/// </summary>
/// <remarks>Images: <c>shell</c> is <c>/bin/sh</c>, <c>python</c> is <c>python3</c>.</remarks>
public sealed class NodeServer : IAsyncLifetime
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-node-").FullName;

    // Not below /tmp, which containers replace by an empty one.
    private readonly string root = $"/var/tmp/hortus-node-{Guid.NewGuid():n}";
    private readonly List<IAsyncDisposable> processes = [];
    private readonly Lazy<Task<string>> idle;
    private readonly Lazy<Task<string>> web;
    private ServerProcess? process;
    private int namespaces;

    public NodeServer()
    {
        idle = new Lazy<Task<string>>(StartIdleAsync);
        web = new Lazy<Task<string>>(() => WebPod.StartAsync(this));
    }

    public ServerCredentials Credentials { get; private set; } = null!;

    public Uri Address => process!.Address;

    /// <summary>kubectl as administrator.</summary>
    public Kubectl Admin { get; private set; } = null!;

    /// <summary>The administrator's kubeconfig file, for other clients.</summary>
    public string Kubeconfig { get; private set; } = "";

    public string NodeName { get; } = $"node-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";

    /// <summary>Process number of the kubelet.</summary>
    public int KubeletProcess { get; private set; }

    /// <summary>Skips the test when the node could not be started for lack of rights.</summary>
    public static void RequireRoot()
    {
        Skip.If(Target.IsForeign, Target.NeedsOwnServer);
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
    }

    public async Task InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess || Target.IsForeign)
        {
            return;
        }

        Directory.CreateDirectory(root);
        Credentials = new ServerCredentials(Path.Combine(folder, "credentials"));
        var kubelet = Credentials.ClientAuthority.Issue(CertificateSpec.Client("kubelet-client", "system:masters"));
        process = await ServerProcess.StartAsync(
            Credentials,
            Path.Combine(folder, "data"),
            "--kubelet-client-certificate", await WriteAsync("kubelet-client.crt", kubelet.CertificatePem),
            "--kubelet-client-key", await WriteAsync("kubelet-client.key", kubelet.PrivateKeyPem));
        Kubeconfig = Credentials.Kubeconfig("admin", Address, Credentials.Admin);
        Admin = new Kubectl(Kubeconfig, folder);
        StartControllers();
        await StartKubeletAsync();
        (await Admin.RunAsync($"wait --for=create node/{NodeName} --timeout=60s")).Succeeds();
        (await Admin.RunAsync($"wait --for=condition=Ready node/{NodeName} --timeout=60s")).Succeeds();
    }

    public async Task DisposeAsync()
    {
        foreach (var started in processes.AsEnumerable().Reverse())
        {
            await started.DisposeAsync();
        }

        if (process is not null)
        {
            await process.DisposeAsync();
        }

        if (Directory.Exists(root))
        {
            await KubeletCleanup.RunAsync(root, NullLoggerFactory.Instance, CancellationToken.None);
            Directory.Delete(root, recursive: true);
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Makes a namespace whose default service account exists, so that pods can be created in it.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateNamespaceAsync()
    {
        var name = "streams-" + Interlocked.Increment(ref namespaces).ToString(CultureInfo.InvariantCulture);
        (await Admin.RunAsync($"create namespace {name}")).Succeeds();
        (await Admin.RunAsync($"-n {name} wait --for=create serviceaccount/default --timeout=60s")).Succeeds();
        return name;
    }

    /// <summary>Makes a pod with one container <c>main</c> and waits until it is ready.</summary>
    /// <param name="inNamespace">A namespace of <see cref="CreateNamespaceAsync"/>.</param>
    /// <param name="name">Name of the pod, also its label <c>app</c>.</param>
    /// <param name="image">An image that this node knows.</param>
    /// <param name="arguments">What follows the image's program.</param>
    public Task StartPodAsync(string inNamespace, string name, string image, params IReadOnlyList<string> arguments) =>
        StartPodAsync(inNamespace, name, image, wait: true, arguments);

    /// <inheritdoc cref="StartPodAsync(string, string, string, IReadOnlyList{string})"/>
    public async Task StartPodAsync(
        string inNamespace, string name, string image, bool wait, params IReadOnlyList<string> arguments)
    {
        var args = string.Join(", ", arguments.Select(a => System.Text.Json.JsonSerializer.Serialize(a)));
        await ApplyAsync(inNamespace, $$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{name}}, labels: {app: {{name}} } }
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: main, image: {{image}}, args: [{{args}}]}
            """);
        if (wait)
        {
            await WaitForPodAsync(inNamespace, name);
        }
    }

    /// <summary>The namespace of a pod <c>idle</c> that waits for commands; all tests may use it.</summary>
    public Task<string> IdlePodAsync() => idle.Value;

    /// <summary>The namespace of the pod and service <see cref="WebPod"/>; all tests may use it.</summary>
    public Task<string> WebPodAsync() => web.Value;

    /// <summary>A plain HTTP client of the administrator that follows no redirects.</summary>
    public HttpClient Http() => Server.Http(Address, Credentials, Credentials.Admin);

    /// <summary>Applies a manifest.</summary>
    public async Task ApplyAsync(string inNamespace, string manifest) =>
        (await Admin.RunAsync(["-n", inNamespace, "apply", "-f", "-"], manifest)).Succeeds();

    /// <summary>Waits until a pod is ready; a failure shows what kept it from being so.</summary>
    public async Task WaitForPodAsync(string inNamespace, string name)
    {
        var result = await Admin.RunAsync(
            $"-n {inNamespace} wait pod/{name} --for=condition=Ready --timeout={StartDeadline.TotalSeconds:0}s");
        if (result.ExitCode != 0)
        {
            var described = await Admin.RunAsync($"-n {inNamespace} describe pod/{name}");
            throw new InvalidOperationException($"pod {name} is not ready\n{described.Output}{result.Error}");
        }
    }

    private async Task<string> StartIdleAsync()
    {
        var space = await CreateNamespaceAsync();
        await StartPodAsync(space, "idle", "shell", "-c", "exec sleep 1000000");
        return space;
    }

    private void StartControllers()
    {
        var controllers = new ComponentProcess(
            folder,
            "kube-controller-manager", "--kubeconfig", Kubeconfig, "--leader-elect=false",
            "--root-ca-file", Credentials.ServingAuthorityFile,
            "--service-account-private-key-file", Credentials.ServiceAccountKeyFile);
        processes.Add(controllers);
    }

    private async Task StartKubeletAsync()
    {
        var images = await WriteAsync("images.yaml", """
            images:
              shell: [/bin/sh]
              python: [/usr/bin/python3]
            """);
        // Beside other runs of these tests on the same machine: a range of one's own.
        var range = $"10.{RandomNumberGenerator.GetInt32(215, 255)}.{RandomNumberGenerator.GetInt32(0, 256)}.0/24";
        var kubelet = new ComponentProcess(
            folder,
            "kubelet", "--hostname-override", NodeName, "--root-dir", root, "--kubeconfig", Kubeconfig,
            "--client-ca-file", Credentials.ClientAuthorityFile, "--image-map", images, "--pod-cidr", range,
            "--node-ip", "127.0.0.1", "--address", "127.0.0.1", "--port", "0");
        KubeletProcess = kubelet.Id;
        processes.Add(kubelet);
    }

    private async Task<string> WriteAsync(string name, string content)
    {
        var path = Path.Combine(Credentials.Folder, name);
        await File.WriteAllTextAsync(path, content);
        return path;
    }
}

/// <summary>The tests that share the server with a node.</summary>
[CollectionDefinition(Name)]
public sealed class NodeCollection : ICollectionFixture<NodeServer>
{
    public const string Name = "server with a node";
}
