using System.CommandLine;
using Hortus.ApiServer;
using Hortus.Cli.Flags;
using Hortus.GardenApi;
using Hortus.Runtime;

namespace Hortus.Commands;

/// <summary><c>hortus apiserver</c>.</summary>
internal static class ApiServerCommand
{
    public static Command Create()
    {
        var serveGardenerApis = new Option<bool>("--serve-gardener-apis")
        {
            Description = "Serve the Gardener API groups besides the built-in ones (a virtual garden does).",
        };
        var gardenFlags = new FlagBinder<GardenApiOptions>();
        var plugins = new List<ApiServerPlugin>();
        var command = ComponentCommand.Create<ApiServerOptions>(
            "apiserver",
            "Serves the Kubernetes API.",
            (options, context, cancellationToken) =>
                new ApiServerComponent(plugins, context.Clock, context.Logs).RunAsync(options, cancellationToken),
            _ => new ComponentHostOptions { Name = "kube-apiserver" },
            bound: result =>
            {
                if (result.GetValue(serveGardenerApis))
                {
                    plugins.Add(new GardenApiPlugin(gardenFlags.Bind(result)));
                }
            });
        command.Options.Add(serveGardenerApis);
        gardenFlags.AddTo(command);
        return command;
    }
}
