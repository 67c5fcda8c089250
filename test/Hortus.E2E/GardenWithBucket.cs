using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Hortus.Host;
using Hortus.Local;
using Hortus.Objects;
using Hortus.Testing;
using Hortus.Testing.S3;

namespace Hortus.E2E;

/// <summary>A garden on an etcd, and an object store of this machine that it reaches as if it stood beside it.</summary>
public sealed class GardenWithBucket : IAsyncLifetime
{
    /// <summary>The bucket, and the folder in it.</summary>
    public const string Bucket = "backups-of-gardens";
    public const string Folder = "tests";

    private const string CredentialsSecret = "garden-backup-s3";
    private static readonly IPEndPoint Inside = IPEndPoint.Parse($"{LocalCluster.Runtime.NodeAddress}:9000");
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);
    private S3Server store = null!;
    private TcpRelay? relay;

    public LocalGarden Garden { get; } = new();

    /// <summary>The snapshot that a test has seen taken.</summary>
    public string Last { get; set; } = "";

    private string Keys => Path.Combine(Garden.Scratch, "keys");

    private string Network => $"/run/netns/{new StateDirectory(Garden.State).Runtime.NetworkNamespace}";

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        store = await S3Server.StartAsync(deadline.Token);
        Directory.CreateDirectory(Keys);
        foreach (var (key, value) in Access(store.Endpoint))
        {
            await File.WriteAllTextAsync(Path.Combine(Keys, key), value, deadline.Token);
        }

        var manifest = Path.Combine(Garden.Scratch, "garden.yaml");
        await File.WriteAllTextAsync(manifest, Manifest(), deadline.Token);
        (await UpAsync("--store", "etcd", "--ha", "--garden", manifest)).Succeeded();
    }

    public async Task DisposeAsync()
    {
        await CloseRelayAsync();
        await Garden.DisposeAsync();
        await store.DisposeAsync();
    }

    /// <summary>Starts the garden with the object store in its network, as soon as there is one.</summary>
    /// <param name="options">More options of <c>hortus up</c>.</param>
    public async Task<CommandResult> UpAsync(params IReadOnlyList<string> options)
    {
        await CloseRelayAsync();
        var up = Garden.UpAsync(options);
        while (!up.IsCompleted && !TryOpenRelay())
        {
            await Task.Delay(RetryDelay);
        }

        return await up;
    }

    /// <summary>Names of the snapshots at a place, the oldest first.</summary>
    public async Task<IReadOnlyList<string>> SnapshotsAsync(string place) =>
        (await BackupAsync("list", "--from", place)).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What a user does with snapshots, from this machine.</summary>
    public Task<CommandResult> BackupAsync(params IReadOnlyList<string> arguments) => Commands.RunAsync(
        BuiltTools.Hortus, TimeSpan.FromMinutes(1), ["backup", .. arguments, "--credentials-dir", Keys]);

    /// <summary>A client in the garden's network that trusts every server and shows no certificate.</summary>
    public HttpClient Stranger() => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        ConnectCallback = async (context, cancellationToken) =>
        {
            var address = new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port);
            return new NetworkStream(await NetworkNamespaces.ConnectAsync(Network, address, cancellationToken), ownsSocket: true);
        },
    });

    private static Dictionary<string, string> Access(Uri endpoint) => new()
    {
        ["accessKeyID"] = S3Server.AccessKeyId,
        ["secretAccessKey"] = S3Server.SecretAccessKey,
        ["endpoint"] = endpoint.ToString(),
        ["allowHTTP"] = "true",
        ["region"] = "local",
    };

    // The examples, with another bucket.
    private static string Manifest()
    {
        var extension = KubernetesYaml.Parse(File.ReadAllText(BuiltTools.Example("06-extension-backup-s3.yaml")));
        var garden = KubernetesYaml.ParseAll(File.ReadAllText(BuiltTools.Example("00-garden.yaml")));
        garden[^1]["spec"]!["virtualCluster"]!["etcd"]!["main"]!["backup"] = new JsonObject
        {
            ["provider"] = "s3",
            ["bucketName"] = $"{Bucket}/{Folder}",
            ["secretRef"] = new JsonObject { ["name"] = CredentialsSecret },
        };
        var credentials = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = CredentialsSecret, ["namespace"] = "garden" },
            ["stringData"] = new JsonObject(Access(new Uri($"http://{Inside}")).Select(pair =>
                KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        };
        return KubernetesYaml.WriteAll([extension, credentials, .. garden]);
    }

    private bool TryOpenRelay()
    {
        if (!File.Exists(Network))
        {
            return false;
        }

        Socket? bound = null;
        try
        {
            bound = NetworkNamespaces.OpenSocket(Network, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            bound.Bind(Inside);
        }
        catch (Exception early) when (early is HostException or SocketException)
        {
            // The network is made in several steps.
            bound?.Dispose();
            return false;
        }

        relay = new TcpRelay(store.Endpoint, bound);
        return true;
    }

    private async Task CloseRelayAsync()
    {
        if (relay is not null)
        {
            await relay.DisposeAsync();
            relay = null;
        }
    }
}
