using System.CommandLine;
using Hortus.Client;
using Hortus.Local;
using Hortus.Local.Node;
using Hortus.Runtime;

namespace Hortus.Commands;

/// <summary><c>hortus local-node</c>: the background process of a local garden; <c>hortus up</c> starts it.</summary>
internal static class LocalNodeCommand
{
    private static readonly Dictionary<string, string> Names = new()
    {
        [nameof(LocalGardenOptions.StateDirectory)] = "state-dir",
        [nameof(LocalGardenOptions.ReadyTimeout)] = "",
    };

    public static Command Create()
    {
        var command = ComponentCommand.Create<LocalGardenOptions>(
            "local-node",
            "Keeps the node of a local garden running; started by `hortus up`.",
            (options, context, cancellationToken) => new LocalNode(options, context.Clock, context.Logs).RunAsync(
                kubeconfig => context.CreateManager(context.Connect(KubeConfig.Load(kubeconfig).Connect())), cancellationToken),
            _ => new ComponentHostOptions { Name = "local-node" },
            Names);
        command.Hidden = true;
        return command;
    }
}
