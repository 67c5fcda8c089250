using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hortus.Host;
using Hortus.Kubelet.Containers;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Probes;

/// <summary>Runs probes and hooks: commands inside the container, connections from inside the pod's network
/// namespace.</summary>
internal sealed class ProbeExecutor(ProbeTarget target) : IDisposable
{
    private HttpClient? http;

    /// <summary>Runs a probe once; a failure is an outcome, never an exception.</summary>
    public Task<ProbeOutcome> RunAsync(Probe probe, CancellationToken cancellationToken) => RunAsync(
        (limit, deadline) => (probe.Exec, probe.HttpGet, probe.TcpSocket, probe.Grpc) switch
        {
            ({ } action, _, _, _) => ExecAsync(action, limit, cancellationToken),
            (_, { } action, _, _) => GetAsync(action, deadline),
            (_, _, { } action, _) => ConnectAsync(action, deadline),
            (_, _, _, { } action) => AskAsync(action, deadline),
            _ => Task.FromResult(new ProbeOutcome(false, "this node supports exec, httpGet, tcpSocket and grpc")),
        },
        TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds ?? 1)),
        cancellationToken);

    /// <summary>Runs a hook once.</summary>
    public Task<ProbeOutcome> RunAsync(LifecycleHandler hook, TimeSpan limit, CancellationToken cancellationToken) =>
        RunAsync(
            (most, deadline) => (hook.Exec, hook.HttpGet, hook.TcpSocket) switch
            {
                ({ } action, _, _) => ExecAsync(action, most, cancellationToken),
                (_, { } action, _) => GetAsync(action, deadline),
                (_, _, { } action) => ConnectAsync(action, deadline),
                _ => Task.FromResult(new ProbeOutcome(false, "this node supports exec, httpGet and tcpSocket")),
            },
            limit,
            cancellationToken);

    public void Dispose() => http?.Dispose();

    private static async Task<ProbeOutcome> RunAsync(
        Func<TimeSpan, CancellationToken, Task<ProbeOutcome>> run, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            return await run(limit, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeOutcome(false, $"no answer within {limit.TotalSeconds} s");
        }
        catch (Exception e)
            when (e is HttpRequestException or SocketException or HostException or KubeletException or IOException)
        {
            return new ProbeOutcome(false, e.Message);
        }
    }

    private async Task<ProbeOutcome> ExecAsync(ExecAction action, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (code, output) = await ContainerExec.RunAsync(
            target.Record, action.Command ?? [], limit, cancellationToken);
        return new ProbeOutcome(
            code == 0, code == 0 ? ""
                : $"command ended with code {code?.ToString(CultureInfo.InvariantCulture) ?? "none"}: {output.Trim()}");
    }

    private async Task<ProbeOutcome> GetAsync(HTTPGetAction action, CancellationToken cancellationToken)
    {
        var scheme = string.Equals(action.Scheme, "HTTPS", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
        var host = action.Host is { Length: > 0 } given ? given : target.Address.ToString();
        var url = new Uri(
            $"{scheme}://{(host.Contains(':') ? $"[{host}]" : host)}:{target.Resolve(action.Port)}{PathOf(action)}");
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/hortus");
        foreach (var header in action.HttpHeaders ?? [])
        {
            if (string.Equals(header.Name, "Host", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Host = header.Value;
            }
            else
            {
                request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
        }

        http ??= CreateClient();
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var code = (int)answer.StatusCode;
        return new ProbeOutcome(code is >= 200 and < 400, $"{url}: HTTP status {code}");
    }

    private Task<ProbeOutcome> AskAsync(GRPCAction action, CancellationToken cancellationToken)
    {
        http ??= CreateClient();
        var server = new UriBuilder("http", target.Address.ToString(), action.Port).Uri;
        return GrpcHealth.AskAsync(http, server, action.Service ?? "", cancellationToken);
    }

    private async Task<ProbeOutcome> ConnectAsync(TCPSocketAction action, CancellationToken cancellationToken)
    {
        var address = action.Host is { Length: > 0 } host ? IPAddress.Parse(host) : target.Address;
        var endpoint = new IPEndPoint(address, target.Resolve(action.Port));
        using var socket = await NetworkNamespaces.ConnectAsync(
            target.Record.NetworkNamespacePath, endpoint, cancellationToken);
        return new ProbeOutcome(true, "");
    }

    private static string PathOf(HTTPGetAction action) =>
        action.Path is not { Length: > 0 } path ? "/" : path[0] == '/' ? path : "/" + path;

    private HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        ConnectCallback = async (context, cancellationToken) =>
        {
            if (!IPAddress.TryParse(context.DnsEndPoint.Host, out var address))
            {
                var found = await System.Net.Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
                address = found[0];
            }

            var socket = await NetworkNamespaces.ConnectAsync(
                target.Record.NetworkNamespacePath, new IPEndPoint(
                    address, context.DnsEndPoint.Port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
