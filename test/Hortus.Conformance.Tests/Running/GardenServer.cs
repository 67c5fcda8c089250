using System.Globalization;

namespace Hortus.Conformance.Tests.Running;

/// <summary>A cluster with the server of the garden's kinds behind it, and the repository's examples applied, without a
/// shoot.</summary>
public sealed class GardenServer : IAsyncLifetime
{
    private static readonly string[] Versions =
    [
        "core.gardener.cloud/v1", "core.gardener.cloud/v1beta1", "security.gardener.cloud/v1alpha1",
        "seedmanagement.gardener.cloud/v1alpha1", "operations.gardener.cloud/v1alpha1",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-conformance-garden-").FullName;
    private ServerProcess? behind;
    private readonly string[] store;
    private int count;

    public GardenServer()
        : this(null)
    {
    }

    /// <param name="store">Flags that name the store of both servers; null gives each a folder.</param>
    internal GardenServer(string[]? store)
    {
        this.store = store ?? ["--data-dir", Path.Combine(folder, "data")];
        Server = new Server { Store = store };
    }

    public Server Server { get; }

    public async Task InitializeAsync()
    {
        if (Target.IsForeign)
        {
            return; // All tests of this fixture are skipped then.
        }

        await Server.InitializeAsync();
        await StartBehindAsync();
        (await Server.Admin.RunAsync("create namespace garden")).Succeeds();
        foreach (var example in new[] { "10-cloudprofile", "20-project", "30-credentials", "50-domains", "40-seed" })
        {
            (await Server.Admin.RunAsync($"apply -f {Path.Combine(Examples(), example + ".yaml")}")).Succeeds();
        }
    }

    public async Task DisposeAsync()
    {
        await StopBehindAsync();
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Starts the server behind, with what it stored before, and registers where it is.</summary>
    public async Task StartBehindAsync()
    {
        var host = Server.Credentials.Kubeconfig("host", Server.Address, Server.Credentials.Admin);
        behind = await ServerProcess.StartBehindAsync(Server.Credentials, host, store);
        (await PipeAsync(Registration(behind.Address.Port), "apply -f -")).Succeeds();
        (await Server.Admin.RunAsync(
            $"wait --for=condition=Available --timeout=60s {string.Join(' ', Versions.Select(v => "apiservice/" + NameOf(v)))}"))
            .Succeeds();
    }

    /// <summary>Kills the server behind.</summary>
    public async Task StopBehindAsync()
    {
        if (behind is not null)
        {
            await behind.DisposeAsync();
            behind = null;
        }
    }

    public string NewName() => "shoot" + Interlocked.Increment(ref count).ToString(CultureInfo.InvariantCulture);

    /// <summary>The Shoot of the examples under another name.</summary>
    public string Shoot(string name) => File.ReadAllText(Path.Combine(Examples(), "90-shoot.yaml"))
        .Replace("  name: local\n  namespace", $"  name: {name}\n  namespace", StringComparison.Ordinal);

    /// <summary>Applies the Shoot of the examples, changed.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateShootAsync(Func<string, string> change)
    {
        var name = NewName();
        (await PipeAsync(change(Shoot(name)), "apply -f -")).Succeeds().ShouldContain("created");
        return name;
    }

    /// <summary>kubectl with a manifest as standard input.</summary>
    public Task<KubectlResult> PipeAsync(string manifest, string arguments) =>
        Server.Admin.RunAsync(arguments.Split(' '), manifest);

    private static string NameOf(string version) => string.Join('.', version.Split('/').Reverse());

    private string Registration(int port)
    {
        var authority = Convert.ToBase64String(File.ReadAllBytes(Server.Credentials.ServingAuthorityFile));
        var services = Versions.Select(version => $$"""
            ---
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: {{NameOf(version)}} }
            spec:
              group: {{version.Split('/')[0]}}
              version: {{version.Split('/')[1]}}
              groupPriorityMinimum: 10000
              versionPriority: 20
              caBundle: {{authority}}
              service: {namespace: kube-system, name: gardener-apiserver}

            """);
        return $$"""
            apiVersion: v1
            kind: Service
            metadata: {namespace: kube-system, name: gardener-apiserver}
            spec: {ports: [{name: https, port: 443, protocol: TCP}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              namespace: kube-system
              name: gardener-apiserver
              labels: {kubernetes.io/service-name: gardener-apiserver}
            addressType: IPv4
            endpoints: [{addresses: [127.0.0.1]}]
            ports: [{name: https, port: {{port}}, protocol: TCP}]

            """ + string.Concat(services);
    }

    /// <summary>The repository's examples.</summary>
    private static string Examples() => SearchUpwards.Folder("examples", "90-shoot.yaml")
        ?? throw new InvalidOperationException("the folder examples is missing from the repository");
}

/// <summary>Finds folders of the repository and beside it.</summary>
internal static class SearchUpwards
{
    /// <summary>The nearest folder of the name that holds the file; null when there is none.</summary>
    public static string? Folder(string relative, string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, relative);
            if (File.Exists(Path.Combine(candidate, file)))
            {
                return candidate;
            }
        }

        return null;
    }
}
