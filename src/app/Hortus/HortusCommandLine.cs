using System.CommandLine;
using Hortus.Cli;
using Hortus.Cli.Development;
using Hortus.Cli.ManagedResources;
using Hortus.Cli.Observe;
using Hortus.Cli.Oci;
using Hortus.Cli.Store;
using Hortus.Commands;
using Hortus.Runtime;

namespace Hortus;

/// <summary>The command line: one subcommand a component, and the verbs that people type. Only the subcommand that was asked
/// for is built, so that each of the many processes of a garden starts quickly.</summary>
internal static class HortusCommandLine
{
    private static readonly Dictionary<string, Func<Command>> Components = new()
    {
        ["apiserver"] = ApiServerCommand.Create,
        ["gardener-apiserver"] = GardenServerCommand.Create,
        ["kubelet"] = KubeletCommand.Create,
        ["operator"] = OperatorCommand.Create,
        ["controller-manager"] = GardenControllerManagerCommand.Create,
        ["kube-controller-manager"] = ControllerCommands.KubeControllerManager,
        ["scheduler"] = ControllerCommands.Scheduler,
        ["gardenlet"] = ControllerCommands.Gardenlet,
        ["resource-manager"] = ControllerCommands.ResourceManager,
        ["extension"] = MachineCommands.Extension,
        ["backup"] = BackupCommand.Create,
        ["machine-controller-manager"] = MachineCommands.MachineControllerManager,
        ["local-node"] = LocalNodeCommand.Create,
    };

    private static readonly TimeSpan CancellationTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Parses and runs.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var result = Build(args).Parse(args);
        if (result.Errors.Count == 0)
        {
            // Components handle signals themselves; for people's commands Ctrl+C cancels, and what was begun is taken back.
            var isComponent = args.Length > 0 && Components.ContainsKey(args[0]);
            return await result.InvokeAsync(new InvocationConfiguration
            {
                ProcessTerminationTimeout = isComponent ? null : CancellationTimeout,
            });
        }

        foreach (var error in result.Errors)
        {
            await Console.Error.WriteLineAsync("hortus: " + error.Message);
        }

        return ExitCode.BadConfiguration;
    }

    private static RootCommand Build(string[] args)
    {
        var root = new RootCommand("Kubernetes clusters as a service: gardens, seeds and shoots.");
        if (args.Length > 0 && Components.TryGetValue(args[0], out var create))
        {
            root.Subcommands.Add(create());
            return root;
        }

        foreach (var command in new GardenCommands(Console.Out, Console.Error, TimeProvider.System).All)
        {
            root.Subcommands.Add(command);
        }

        foreach (var command in new ObserveCommands(Console.Out, Console.Error, TimeProvider.System).All)
        {
            root.Subcommands.Add(command);
        }

        root.Subcommands.Add(new DevelopmentCommand(Console.Out, Console.Error, TimeProvider.System).Create());
        root.Subcommands.Add(new StoreCommands(Console.Out, Console.Error, TimeProvider.System).Create());
        root.Subcommands.Add(new ManagedResourceCommands(Console.Out, Console.Error, TimeProvider.System).Create());
        root.Subcommands.Add(new OciCommands(Console.Out, Console.Error, TimeProvider.System).Create());
        root.Subcommands.Add(VersionCommand.Create());
        foreach (var component in Components.Values)
        {
            root.Subcommands.Add(component());
        }

        return root;
    }
}
