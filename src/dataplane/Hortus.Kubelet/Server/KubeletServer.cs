using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hortus.Client;
using Hortus.Kubelet.Certificates;
using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Pods;
using Hortus.Kubelet.Server.Streams;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Server;

/// <summary>The kubelet's HTTPS server, used by the API server for logs, exec, attach and port-forward.</summary>
internal sealed class KubeletServer(
    KubeletOptions options, PodWorkers workers, ContainerRuntime runtime, ClientTrust trust,
        ServingCertificate certificate, ILoggerFactory loggers)
    : IAsyncDisposable
{
    private readonly TimeProvider time = TimeProvider.System;
    private WebApplication? application;

    /// <summary>Listens and returns the port.</summary>
    /// <exception cref="KubeletException">The port is taken or the address is not this machine's.</exception>
    public async Task<int> StartAsync(CancellationToken cancellationToken)
    {
        // Empty: the other builders watch the folder they start in for settings, and containers start in the root
        // folder.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Somebody who follows a log may stop reading for a while.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Parse(options.Address), options.Port, listen => listen.UseHttps(https =>
            {
                https.ServerCertificateSelector = (_, _) => certificate.Current;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (client, _, _) => trust.IsTrusted(client);
            }));
        });
        application = builder.Build();
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = RemoteAccess.SignPeriod });
        application.Use(AuthorizeAsync);
        Map(application);
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new KubeletException(
                $"cannot listen on {options.Address}:{options.Port}: {e.Message}; give another --port", e);
        }

        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        loggers.CreateLogger<KubeletServer>().Serving(address);
        return new Uri(address.Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (application is not null)
        {
            await application.DisposeAsync();
        }
    }

    private static bool IsOpen(HttpContext context) =>
        context.Request.Path.Value is "/healthz" or "/livez" or "/readyz";

    private async Task AuthorizeAsync(HttpContext context, RequestDelegate next)
    {
        if (IsOpen(context))
        {
            await next(context);
            return;
        }

        var client = await context.Connection.GetClientCertificateAsync(context.RequestAborted);
        if (client is null)
        {
            await Answers.RefuseAsync(
                context, StatusCodes.Status401Unauthorized, StatusReason.Unauthorized,
                    "a client certificate is required");
            return;
        }

        bool allowed;
        try
        {
            allowed = await trust.IsAllowedAsync(client, context.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or ApiException)
        {
            await Answers.RefuseAsync(
                context, StatusCodes.Status503ServiceUnavailable, StatusReason.ServiceUnavailable,
                    $"access cannot be checked: {e.Message}");
            return;
        }

        if (!allowed)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, StatusReason.Forbidden,
                $"user \"{client.GetNameInfo(X509NameType.SimpleName, false)}\" may not use nodes/proxy of node {options.NodeName}");
            return;
        }

        await next(context);
    }

    private void Map(WebApplication app)
    {
        foreach (var path in new[] { "/healthz", "/livez", "/readyz" })
        {
            app.Map(path, (RequestDelegate)(context => context.Response.WriteAsync("ok")));
        }

        app.Map("/pods", (RequestDelegate)PodsAsync);
        app.Map("/metrics", (RequestDelegate)MetricsAsync);
        app.Map("/containerLogs/{ns}/{pod}/{container}", (RequestDelegate)LogsAsync);
        app.Map("/exec/{ns}/{pod}/{container}",
            (RequestDelegate)(context =>
                WithRunningAsync(context, record => ExecEndpoint.RunAsync(context, record, context.RequestAborted))));
        app.Map("/attach/{ns}/{pod}/{container}",
            (RequestDelegate)(context => WithRunningAsync(
                context, record => new AttachEndpoint(runtime, time).RunAsync(context, record))));
        app.Map("/portForward/{ns}/{pod}", (RequestDelegate)PortForwardAsync);
    }

    private async Task PodsAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        var list = new KubernetesList<Pod> { ApiVersion = "v1", Kind = "PodList", Items = workers.List() };
        await context.Response.Body.WriteAsync(KubernetesJson.Serialize(list), context.RequestAborted);
    }

    private async Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4";
        await context.Response.WriteAsync(
            $"""
            # HELP kubelet_running_pods Number of pods that the kubelet takes care of.
            # TYPE kubelet_running_pods gauge
            kubelet_running_pods {workers.List().Count}
            # HELP kubelet_running_containers Number of containers by state.
            # TYPE kubelet_running_containers gauge
            kubelet_running_containers{"{"}container_state="running"{"}"} {runtime.List().Count(r => r.IsRunning)}
            kubelet_running_containers{"{"}container_state="exited"{"}"} {runtime.List().Count(r => !r.IsRunning)}

            """,
            context.RequestAborted);
    }

    private async Task LogsAsync(HttpContext context)
    {
        var previous = ExecEndpoint.Flag(context, "previous");
        if ((previous ? PreviousRun(context) : Runs(context).LastOrDefault()) is not { } record)
        {
            var what = previous ? "has no earlier run" : "has not started or does not exist";
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, StatusReason.BadRequest,
                $"container \"{Route(context, "container")}\" of pod {Key(context)} {what}");
            return;
        }

        runtime.FlushLog(record.Id);
        context.Response.ContentType = "text/plain";
        await context.Response.StartAsync(context.RequestAborted);
        try
        {
            await new LogReader(record.LogPath, Request(context), time).CopyAsync(
                context.Response.Body, () =>
                    !runtime.List(record.PodUid).Any(r => r.Id == record.Id && r.IsRunning), context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader went away.
        }
    }

    private async Task PortForwardAsync(HttpContext context)
    {
        if (workers.Find(Key(context)) is not { } pod || runtime.List(pod.Uid())
            .LastOrDefault(r => r.IsRunning) is not { } record)
        {
            await Answers.RefuseAsync(
                context, StatusCodes.Status404NotFound, StatusReason.NotFound,
                    $"pod {Key(context)} does not run on this node");
            return;
        }

        await PortForwardEndpoint.RunAsync(
            context, new PodPorts(pod.Key, record.NetworkNamespacePath), context.RequestAborted);
    }

    private async Task WithRunningAsync(HttpContext context, Func<ContainerRecord, Task> use)
    {
        if (Runs(context).LastOrDefault(r => r.IsRunning) is not { } record)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status404NotFound, StatusReason.NotFound,
                $"container \"{Route(context, "container")}\" of pod {Key(context)} does not run on this node");
            return;
        }

        try
        {
            await use(record);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went away.
        }
    }

    private List<ContainerRecord> Runs(HttpContext context) => workers.Find(Key(context)) is { } pod
        ? [.. runtime.List(pod.Uid()).Where(r => r.Name == Route(context, "container"))]
        : [];

    // What the status calls the last state: the latest run when the next one still waits, else the one before.
    private ContainerRecord? PreviousRun(HttpContext context)
    {
        var status = workers.List().FirstOrDefault(p => p.Key == Key(context))?.Status;
        var id = (status?.ContainerStatuses ?? []).Concat(status?.InitContainerStatuses ?? [])
            .FirstOrDefault(c => c.Name == Route(context, "container"))?.LastState?.Terminated?.ContainerID;
        return Runs(context).LastOrDefault(r => id == $"hortus://{r.Id}");
    }

    private LogRequest Request(HttpContext context)
    {
        var query = context.Request.Query;
        DateTimeOffset? since = null;
        if (long.TryParse(query["sinceSeconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            since = time.GetUtcNow().AddSeconds(-seconds);
        }
        else if (DateTimeOffset.TryParse(
            query["sinceTime"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            since = at;
        }

        return new LogRequest
        {
            Follow = ExecEndpoint.Flag(context, "follow"),
            Timestamps = ExecEndpoint.Flag(context, "timestamps"),
            TailLines = int.TryParse(query["tailLines"], NumberStyles.None, CultureInfo.InvariantCulture, out var lines)
                ? lines : null,
            LimitBytes = long.TryParse(
                query["limitBytes"], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null,
            Since = since,
            Errors = query["stream"].ToString() switch { "Stderr" => true, "Stdout" => false, _ => null },
        };
    }

    private static ObjectKey Key(HttpContext context) => new(Route(context, "ns"), Route(context, "pod"));

    private static string Route(HttpContext context, string name) =>
        context.Request.RouteValues[name]?.ToString() ?? "";
}
