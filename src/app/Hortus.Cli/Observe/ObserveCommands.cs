using System.CommandLine;
using Hortus.Client;
using Hortus.Local;
using Hortus.Local.Workloads;
using Hortus.Objects;

namespace Hortus.Cli.Observe;

/// <summary>The commands that look into what runs: <c>logs</c> and <c>debug</c>.</summary>
public sealed class ObserveCommands(TextWriter output, TextWriter errors, TimeProvider time)
{
    private readonly StateOption stateDir = new();
    private readonly CommandGuard guard = new(errors) { EndsByInterrupt = true };

    private readonly Option<string?> seed = new("--seed")
    {
        Description = "Components of the cluster of this seed. Default: the runtime cluster's; for a shoot, those of its seed.",
        HelpName = "name",
    };

    /// <summary>All commands.</summary>
    public IReadOnlyList<Command> All => [Logs(), Debug()];

    private Command Logs()
    {
        var name = new Argument<string>("NAME")
        {
            Description = "A component (gardenlet, operator, kubelet, ...), or a shoot as NAMESPACE/NAME: its control plane, and what "
                + "gardenlets say of it.",
        };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is logged later, also by pods that come later." };
        var tail = new Option<int?>("--tail") { Description = "The last lines of each container only." };
        var since = new Option<string?>("--since") { Description = "Not older than this, such as 5m." };
        var command = new Command("logs", "Prints the logs of a component, or of a shoot's control plane.")
        {
            name, stateDir, seed, follow, tail, since,
        };
        command.SetAction((result, cancellationToken) => guard.RunAsync(async () =>
        {
            var state = stateDir.Of(result);
            var options = new PodLogOptions
            {
                TailLines = result.GetValue(tail),
                Since = result.GetValue(since) is { } age ? Duration.Parse(age) : null,
            };
            var component = result.GetValue(name)!;
            if (HostProcesses.Of(state).FirstOrDefault(process => process.Name == component) is { } host)
            {
                await new FileLog(host.Log, output, time).PrintAsync(options.TailLines, result.GetValue(follow), cancellationToken);
                return;
            }

            await LogsAsync(
                state,
                component,
                result.GetValue(seed) ?? LocalCluster.Runtime.SeedName,
                options,
                result.GetValue(follow),
                cancellationToken);
        }));
        return command;
    }

    private async Task LogsAsync(
        StateDirectory state,
        string name,
        string seedName,
        PodLogOptions options,
        bool follow,
        CancellationToken cancellationToken)
    {
        var connections = new GardenConnections(state);
        using var garden = connections.HasGarden ? connections.Garden() : null;
        var seeds = new SeedConnections(state, garden);
        using var components = await seeds.OpenAsync(seedName, cancellationToken);
        var source = await new LogTargets(components, garden).FindAsync(name, cancellationToken);
        using var pods = source.Seed is { } host ? await seeds.OpenAsync(host, cancellationToken) : null;
        var view = new LogView(pods ?? components, output);
        await (follow ? view.FollowAsync(source, options, cancellationToken) : view.PrintAsync(source, options, cancellationToken));
    }

    private Command Debug()
    {
        var name = new Argument<string>("COMPONENT") { Description = "gardenlet, operator, kubelet, ..." };
        const string about = "Prints how to attach .NET's tools and a debugger to the processes of a component; each is asked whether it "
            + "answers.";
        var command = new Command("debug", about)
        {
            name, stateDir, seed,
        };
        command.SetAction((result, cancellationToken) => guard.RunAsync(async () =>
        {
            var state = stateDir.Of(result);
            var processes = new ComponentProcesses(state, Cluster(result, state));
            await new DebugView(output).PrintAsync(await processes.FindAsync(result.GetValue(name)!, cancellationToken), cancellationToken);
        }));
        return command;
    }

    private ClusterDirectory Cluster(ParseResult result, StateDirectory state) =>
        result.GetValue(seed) is { } name ? new GardenConnections(state).ClusterOf(name) : state.Runtime;
}
