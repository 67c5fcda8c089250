using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Pki;

namespace Hortus.Testing.Etcd;

/// <summary>
/// A real etcd of one or more members on free loopback ports, with its data in a temporary folder. Dispose it to end the
/// processes and remove the data.
/// </summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private const int TriesMax = 3;

    private readonly string folder;
    private readonly HttpClient http;
    private readonly string? caFile;
    private readonly IReadOnlyList<(string Name, Uri Client, string Peer)> all;

    private EtcdCluster(int members, bool isSecure)
    {
        folder = Directory.CreateTempSubdirectory("hortus-etcd-").FullName;
        var handler = new SocketsHttpHandler();
        if (isSecure)
        {
            WriteCredentials();
            caFile = Path.Combine(folder, "ca.crt");
            CertFile = Path.Combine(folder, "client.crt");
            KeyFile = Path.Combine(folder, "client.key");
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            handler.SslOptions.ClientCertificates =
                [Pem.ReadKeyPair(File.ReadAllText(CertFile), File.ReadAllText(KeyFile))];
        }

        http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
        var ports = FreePorts(2 * members);
        var scheme = isSecure ? "https" : "http";
        all = [.. Enumerable.Range(0, members)
            .Select(i => (
                Name: $"m{i}",
                Client: new Uri($"{scheme}://127.0.0.1:{ports[2 * i]}"),
                Peer: $"http://127.0.0.1:{ports[(2 * i) + 1]}"))];
        Members = [.. all.Select(m => new EtcdMember(
            m.Client, ArgumentsOf(m.Name, m.Client, m.Peer, isSecure), Path.Combine(folder, m.Name)))];
    }

    public IReadOnlyList<EtcdMember> Members { get; }

    private string Initial => string.Join(',', all.Select(m => $"{m.Name}={m.Peer}"));

    public IReadOnlyList<Uri> Endpoints => [.. Members.Select(m => m.Address)];

    /// <summary>Authority of the members' certificates; null without TLS.</summary>
    public string? CaFile => caFile;

    /// <summary>Certificate that members accept; null without TLS.</summary>
    public string? CertFile { get; }

    public string? KeyFile { get; }

    /// <summary>The certificates' folder, for further ones.</summary>
    public string Folder => folder;

    /// <summary>The authority that members and clients trust; null without TLS.</summary>
    public CertificateAuthority? Authority { get; private set; }

    /// <summary>Starts all members and waits until they serve.</summary>
    /// <param name="members">How many.</param>
    /// <param name="isSecure">Whether clients need TLS and a certificate.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<EtcdCluster> StartAsync(int members, bool isSecure, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var cluster = new EtcdCluster(members, isSecure);
            try
            {
                await Task.WhenAll(cluster.Members.Select(m => m.StartAsync(cancellationToken)));
                return cluster;
            }
            catch (InvalidOperationException) when (attempt < TriesMax)
            {
                // Somebody else took a port that was free a moment ago.
                await cluster.DisposeAsync();
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>One member without TLS.</summary>
    public static Task<EtcdCluster> StartAsync(CancellationToken cancellationToken) =>
        StartAsync(1, isSecure: false, cancellationToken);

    /// <summary>Does what another client of the cluster would, through etcd's JSON gateway.</summary>
    /// <param name="member">Whom to ask.</param>
    /// <param name="path">Method, for example <c>v3/kv/compaction</c>.</param>
    /// <param name="request">Message.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<JsonNode> CallAsync(
        EtcdMember member, string path, JsonObject request, CancellationToken cancellationToken)
    {
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(member.Address, path), content, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{path} of {member.Address}: {response.StatusCode} {text}");
    }

    /// <summary>Writes a key as another client would.</summary>
    public Task PutAsync(string key, string value, CancellationToken cancellationToken) => CallAsync(
        Members[0],
        "v3/kv/put",
        new JsonObject { ["key"] = Base64(key), ["value"] = Base64(value) },
        cancellationToken);

    /// <summary>Compacts as another client would.</summary>
    public Task CompactAsync(long revision, CancellationToken cancellationToken) =>
        CallAsync(Members[0], "v3/kv/compaction", new JsonObject { ["revision"] = revision }, cancellationToken);

    /// <summary>The member that leads.</summary>
    public async Task<EtcdMember> LeaderAsync(CancellationToken cancellationToken)
    {
        foreach (var member in Members)
        {
            var status = await CallAsync(member, "v3/maintenance/status", [], cancellationToken);
            if (status["leader"]?.ToString() == status["header"]!["member_id"]!.ToString())
            {
                return member;
            }
        }

        throw new InvalidOperationException("no member leads");
    }

    /// <summary>Loses all data, makes it anew of a snapshot with etcd's own tool, and waits until all members serve again.</summary>
    /// <param name="snapshot">File for <c>etcdctl snapshot restore</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The tool refuses the snapshot; the message has what it printed.</exception>
    public async Task RestoreAsync(string snapshot, CancellationToken cancellationToken)
    {
        foreach (var (member, (name, _, peer)) in Members.Zip(all))
        {
            await member.KillAsync();
            member.Wipe();
            var start = new ProcessStartInfo(
                BuiltTools.Installed("etcdctl"),
                [
                    "snapshot", "restore", snapshot, "--name", name, "--data-dir", Path.Combine(folder, name),
                    "--initial-cluster", Initial, "--initial-advertise-peer-urls", peer,
                ])
            { RedirectStandardError = true, Environment = { ["ETCDCTL_API"] = "3" } };
            using var tool = Process.Start(start)!;
            var printed = await tool.StandardError.ReadToEndAsync(cancellationToken);
            await tool.WaitForExitAsync(cancellationToken);
            if (tool.ExitCode != 0)
            {
                throw new InvalidOperationException($"etcdctl snapshot restore: {printed}");
            }
        }

        await Task.WhenAll(Members.Select(m => m.StartAsync(cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            await member.KillAsync();
        }

        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private string[] ArgumentsOf(string name, Uri client, string peer, bool isSecure)
    {
        var address = client.GetLeftPart(UriPartial.Authority);
        string[] arguments =
        [
            "--name", name, "--data-dir", Path.Combine(folder, name),
            "--listen-client-urls", address, "--advertise-client-urls", address,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", Initial,
            "--heartbeat-interval", "50", "--election-timeout", "500", "--logger", "zap",
        ];
        return isSecure
            ? [.. arguments, "--cert-file", Path.Combine(folder, "server.crt"), "--key-file",
                Path.Combine(folder, "server.key"), "--client-cert-auth", "--trusted-ca-file",
                Path.Combine(folder, "ca.crt")]
            : arguments;
    }

    private void WriteCredentials()
    {
        Authority = CertificateAuthority.Create("etcd", CertificateAuthority.ValidityDefault, TimeProvider.System);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), Authority.CertificatePem);

        // The JSON gateway is a client of its own member and shows the member's certificate.
        var server = CertificateSpec.Server("etcd", "127.0.0.1", "localhost");
        Write("server", Authority.Issue(server with { Usages = server.Usages | CertificateSpec.Client("etcd").Usages }));
        Write("client", Authority.Issue(CertificateSpec.Client("hortus")));
    }

    private void Write(string name, CertificateKeyPair pair)
    {
        File.WriteAllText(Path.Combine(folder, $"{name}.crt"), pair.CertificatePem);
        File.WriteAllText(Path.Combine(folder, $"{name}.key"), pair.PrivateKeyPem);
    }

    private static int[] FreePorts(int count)
    {
        var probes = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            probes.ForEach(p => p.Start());
            return [.. probes.Select(p => ((IPEndPoint)p.LocalEndpoint).Port)];
        }
        finally
        {
            probes.ForEach(p => p.Dispose());
        }
    }
}
