using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Hortus.Pki;

namespace Hortus.Testing.Registry;

/// <summary>
/// A real docker-registry on a loopback port, with its access log. Dispose it to end the process and remove the data.
/// </summary>
public sealed partial class DockerRegistry : IAsyncDisposable
{
    public const string User = "hortus";
    public const string Password = "correct horse";

    private const string PasswordHash = "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";

    private readonly string folder;
    private readonly string data;
    private readonly RegistrySetup setup;
    private readonly Lock gate = new();
    private readonly List<AccessLine> requests = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServerProcess? process;
    private int port;

    private DockerRegistry(RegistrySetup setup)
    {
        this.setup = setup;
        port = setup.Port;
        folder = Directory.CreateTempSubdirectory("hortus-registry-").FullName;
        data = setup.DataFolder ?? Path.Combine(folder, "data");
    }

    /// <summary>Host and port, as references have it.</summary>
    public string Name => $"127.0.0.1:{port}";

    public Uri Address => new($"{(setup.Authority is null ? "http" : "https")}://{Name}/");

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<AccessLine> Requests
    {
        get
        {
            lock (gate)
            {
                return [.. requests];
            }
        }
    }

    /// <summary>Starts a registry and waits until it serves.</summary>
    public static async Task<DockerRegistry> StartAsync(RegistrySetup setup, CancellationToken cancellationToken)
    {
        var registry = new DockerRegistry(setup);
        try
        {
            await registry.StartAsync(cancellationToken);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again, on the same port with the same data.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(BuiltTools.Installed("docker-registry"), ["serve", WriteConfiguration()]);
        process = await ServerProcess.StartAsync(start, line => Listening().IsMatch(line), Read, cancellationToken);
        port = int.Parse(Listening().Match(process.ServingLine).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (process is not null)
        {
            await process.KillAsync();
            process = null;
        }
    }

    /// <summary>Forgets the requests so far, also those that were answered and are not in the log yet.</summary>
    public async Task ForgetRequestsAsync(CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        lock (gate)
        {
            requests.Clear();
        }
    }

    /// <summary>Waits until the log has what was answered so far: until it has a request of our own.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var mark = $"/v2/?mark={Guid.NewGuid():n}";
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler) { BaseAddress = Address };
        (await http.GetAsync(mark, cancellationToken)).Dispose();
        await WaitForAsync(r => r.Path == mark, cancellationToken);
        lock (gate)
        {
            requests.RemoveAll(r => r.Path == mark);
        }
    }

    /// <summary>Waits until a request is in the log; the log is written after the answer.</summary>
    public Task WaitForAsync(Func<AccessLine, bool> wanted, CancellationToken cancellationToken) =>
        WaitForAsync(1, wanted, cancellationToken);

    /// <summary>Waits until so many requests are in the log.</summary>
    public async Task WaitForAsync(int count, Func<AccessLine, bool> wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (requests.Count(wanted) >= count)
                {
                    return;
                }

                next = changed.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The file in which the registry keeps a blob or manifest.</summary>
    /// <param name="digest">Its digest.</param>
    public string FileOf(string digest)
    {
        var hex = digest["sha256:".Length..];
        return Path.Combine(data, "docker", "registry", "v2", "blobs", "sha256", hex[..2], hex, "data");
    }

    /// <summary>A docker configuration with credentials for this registry.</summary>
    public byte[] DockerConfig(string user = User, string password = Password) => ConfigFor(Name, user, password);

    /// <summary>A docker configuration with credentials.</summary>
    public static byte[] ConfigFor(string registry, string user, string password)
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        return Encoding.UTF8.GetBytes($$$$"""{"auths":{"{{{{registry}}}}":{"auth":"{{{{auth}}}}"}}}""");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string WriteConfiguration()
    {
        var text = new StringBuilder($"""
            version: 0.1
            log:
              level: info
              formatter: text
            storage:
              filesystem:
                rootdirectory: {data}
              delete:
                enabled: true
            http:
              addr: 127.0.0.1:{port}

            """);
        if (setup.Authority is { } authority)
        {
            var pair = authority.Issue(CertificateSpec.Server("registry", "127.0.0.1", "localhost"));
            text.Append($"""
                  tls:
                    certificate: {Write("tls.crt", pair.CertificatePem)}
                    key: {Write("tls.key", pair.PrivateKeyPem)}

                """);
        }

        if (setup.HasPassword)
        {
            text.Append($"""
                auth:
                  htpasswd:
                    realm: hortus
                    path: {Write("htpasswd", $"{User}:{PasswordHash}\n")}

                """);
        }

        if (setup.Tokens is { } tokens)
        {
            text.Append($"""
                auth:
                  token:
                    realm: {tokens.Realm}
                    service: {TokenServer.Service}
                    issuer: {TokenServer.Issuer}
                    rootcertbundle: {Write("tokens.crt", tokens.AuthorityPem)}

                """);
        }

        return Write("config.yml", text.ToString());
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private void Read(string line)
    {
        if (AccessLine.Parse(line) is not { } request)
        {
            return;
        }

        lock (gate)
        {
            requests.Add(request);
            changed.TrySetResult();
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [GeneratedRegex(@"listening on 127\.0\.0\.1:([0-9]+)")]
    private static partial Regex Listening();
}
