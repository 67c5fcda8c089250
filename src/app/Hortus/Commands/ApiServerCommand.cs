using System.CommandLine;
using Hortus.ApiServer;
using Hortus.Runtime;

namespace Hortus.Commands;

/// <summary><c>hortus apiserver</c>.</summary>
internal static class ApiServerCommand
{
    public static Command Create() => ComponentCommand.Create<ApiServerOptions>(
        "apiserver",
        "Serves the Kubernetes API.",
        (options, context, cancellationToken) =>
            new ApiServerComponent([], context.Clock, context.Logs).RunAsync(options, cancellationToken),
        _ => new ComponentHostOptions { Name = "kube-apiserver" });
}
