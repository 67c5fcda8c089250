using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Hortus.Cli.Flags;
using Hortus.Cli.Progress;
using Hortus.Cli.Status;
using Hortus.Development;
using Hortus.Development.Builds;
using Hortus.Development.Swaps;
using Hortus.Local;
using Hortus.Local.Bootstrap;
using Hortus.Objects;
using Hortus.Telemetry;
using Spectre.Console;

namespace Hortus.Cli;

/// <summary>The commands that people type: <c>up</c>, <c>down</c>, <c>status</c> and <c>kubeconfig</c>.</summary>
public sealed class GardenCommands(TextWriter output, TextWriter errors, TimeProvider time)
{
    private static readonly TimeSpan KubeconfigValidity = TimeSpan.FromHours(12);
    private static readonly TimeSpan RolloutMax = TimeSpan.FromMinutes(1);

    private readonly StateOption stateDir = new();
    private readonly CommandGuard guard = new(errors);

    /// <summary>All commands.</summary>
    public IReadOnlyList<Command> All => [Up(), Down(), Status(), Kubeconfig()];

    private Command Up()
    {
        var port = new Option<int?>("--port")
        {
            Description = "Port on 127.0.0.1 for all API servers. Default 6443, or the one used before.",
            HelpName = "number",
            CustomParser = ParsePort,
        };
        var dnsPort = new Option<int?>("--dns-port")
        {
            Description = "Port on 127.0.0.1, UDP and TCP, for the garden's DNS zones. Default a free one, kept in the file dns-port.",
            HelpName = "number",
            CustomParser = ParsePort,
        };
        var seeds = new Option<int?>("--seeds")
        {
            Description = $"How many seeds, 1 to {LocalCluster.SeedsMax}, each on a cluster of its own; more can be had later. "
                + "Default 1, or as many as there are.",
            HelpName = "number",
            CustomParser = ParseSeeds,
        };
        var garden = new Option<string?>("--garden")
        {
            Description = "Manifests of the Garden to start instead of examples/00-garden.yaml; later starts take them by themselves.",
            HelpName = "file",
        };
        var store = new Option<string?>("--store")
        {
            Description = "Where the virtual garden keeps its objects, embedded or etcd; chosen at the first start. Default embedded.",
        };
        store.AcceptOnlyFromAmong("embedded", GardenManifest.Etcd);
        var available = new Option<bool>("--ha")
        {
            Description = "Two pods of each component that can have several; of API servers only with --store etcd. Cannot be undone.",
        };
        var minimal = new Option<bool>("--minimal")
        {
            Description = "Leaves out what a Shoot can do without: backups, the garden's DNS records, admission. At the first start.",
        };
        var timeout = new Option<string>("--timeout") { Description = "How long to wait, such as 3m.", DefaultValueFactory = _ => "3m" };
        var foreground = new Option<bool>("--foreground") { Description = "Stay attached; Ctrl+C stops the garden." };
        var command = new Command("up", "Starts a garden with seeds on this machine, or resumes it.")
        {
            stateDir, port, dnsPort, seeds, garden, store, available, minimal, timeout, foreground,
        };
        command.SetAction((result, cancellationToken) => guard.RunAsync(async () =>
        {
            var state = stateDir.Of(result);
            var options = new LocalGardenOptions
            {
                StateDirectory = state.Root,
                Port = result.GetValue(port) ?? new GardenConnections(state).Port,
                DnsPort = result.GetValue(dnsPort) ?? 0,
                Seeds = result.GetValue(seeds) ?? state.Clusters.Count,
                GardenFile = result.GetValue(garden) is { } file ? Path.GetFullPath(file) : null,
                Store = result.GetValue(store),
                IsHighlyAvailable = result.GetValue(available),
                IsMinimal = result.GetValue(minimal),
                ReadyTimeout = Duration.Parse(result.GetValue(timeout)!),
            };
            await StartAsync(options, state, cancellationToken);
            await ForgetDevelopmentAsync(state, cancellationToken);
            await new NextSteps(output).PrintAsync(state);
            if (result.GetValue(foreground))
            {
                await StayAsync(state, cancellationToken);
            }
        }));
        return command;
    }

    private async Task StartAsync(LocalGardenOptions options, StateDirectory state, CancellationToken cancellationToken)
    {
        var ran = new Hortus.Local.Node.ProcessFile(state.NodePid).FindRunning() is not null;
        IBringUpProgress progress = Console.IsOutputRedirected
            ? new LineProgress(output, time)
            : new LiveProgress(AnsiConsole.Console, time);
        try
        {
            await new BringUp(options, progress, time).RunAsync(cancellationToken);
        }
        catch (Exception failure) when (
            !ran && failure is LocalGardenException or OperationCanceledException && !Directory.Exists(state.Runtime.Kubelet))
        {
            throw;
        }
        catch when (!ran)
        {
            // A garden that never became ready would only hold ports and processes; its logs stay.
            await TearDownAsync(state, deleteState: false);
            throw;
        }
    }

    // What was swapped by hortus dev runs again what the garden is started with.
    private async Task ForgetDevelopmentAsync(StateDirectory state, CancellationToken cancellationToken)
    {
        var images = new DevelopmentImages(state, Path.GetDirectoryName(Environment.ProcessPath) ?? "/");
        if (images.All.Count == 0)
        {
            return;
        }

        var connections = new GardenConnections(state);
        using var runtime = connections.Runtime();
        using var garden = connections.Garden();
        var swapper = new Swapper(runtime, ComponentSwaps.Of(runtime, garden), RolloutMax, time);
        await new DevelopmentReset(swapper, images, new LoopReport(output, time)).RunAsync(cancellationToken);
    }

    private async Task StayAsync(StateDirectory state, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("running; press Ctrl+C to stop the garden");
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await TearDownAsync(state, deleteState: false);
    }

    private Command Down()
    {
        var purge = new Option<bool>("--delete-state") { Description = "Delete the garden's data as well." };
        var command = new Command("down", "Stops the garden; its data stays for the next `hortus up`.") { stateDir, purge };
        command.SetAction((result, cancellationToken) => guard.RunAsync(async () =>
        {
            var state = stateDir.Of(result);
            await TearDownAsync(state, result.GetValue(purge));
            await output.WriteLineAsync(result.GetValue(purge)
                ? $"stopped; {HomePath.Short(state.Root)} is deleted"
                : $"stopped; the data stays in {HomePath.Short(state.Root)}");
        }));
        return command;
    }

    private Command Status()
    {
        var command = new Command("status", "Shows garden, seeds and shoots and what is being waited for.") { stateDir };
        command.SetAction((result, cancellationToken) => guard.RunAsync(async () =>
        {
            var state = stateDir.Of(result);
            var connections = new GardenConnections(state);
            using var runtime = connections.Runtime();
            using var garden = connections.HasGarden ? connections.Garden() : null;
            var view = new StatusView(output);
            await view.PrintAsync(runtime, garden, cancellationToken);
            foreach (var cluster in state.Clusters.Skip(1))
            {
                using var seed = connections.Open(cluster);
                await view.PrintResourcesAsync(seed, cluster.Cluster.SeedName, cancellationToken);
            }
        }));
        return command;
    }

    private Command Kubeconfig()
    {
        var command = new Command("kubeconfig", "Prints a kubeconfig of a cluster of the garden.");
        command.Subcommands.Add(Print("runtime", "The runtime cluster.", c => c.RuntimeKubeconfig));
        command.Subcommands.Add(Print("garden", "The virtual garden.", c => c.GardenKubeconfig));
        var seedName = new Argument<string>("SEED")
        {
            Description = "Name of the seed.",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => LocalCluster.Runtime.SeedName,
        };
        const string about = "A seed; the first one is the runtime cluster. That of a shoot is valid for 12 hours.";
        var seed = new Command("seed", about) { seedName, stateDir };
        seed.SetAction((result, cancellationToken) => guard.RunAsync(async () =>
        {
            var state = stateDir.Of(result);
            var connections = new GardenConnections(state);
            using var garden = connections.HasGarden ? connections.Garden() : null;
            var seeds = new SeedConnections(state, garden);
            await output.WriteAsync(await seeds.KubeconfigAsync(result.GetValue(seedName)!, cancellationToken));
        }));
        command.Subcommands.Add(seed);
        var name = new Argument<string>("NAME") { Description = "Name of the shoot." };
        var space = new Option<string>("--namespace", "-n") { Description = "Namespace of its project.", Required = true };
        var shoot = new Command("shoot", "A shoot, with a certificate valid for 12 hours.") { name, space, stateDir };
        shoot.SetAction((result, cancellationToken) => guard.RunAsync(async () =>
        {
            var connections = new GardenConnections(stateDir.Of(result));
            using var garden = connections.Garden();
            var key = new ObjectKey(result.GetValue(space), result.GetValue(name)!);
            await output.WriteAsync(
                await ShootKubeconfig.RequestAsync(garden, key, connections.Port, KubeconfigValidity, cancellationToken));
        }));
        command.Subcommands.Add(shoot);
        return command;
    }

    private Command Print(string name, string description, Func<GardenConnections, string> path)
    {
        var command = new Command(name, description) { stateDir };
        command.SetAction((result, cancellationToken) => guard.RunAsync(async () =>
        {
            var connections = new GardenConnections(stateDir.Of(result));
            await output.WriteAsync(await File.ReadAllTextAsync(path(connections), cancellationToken));
        }));
        return command;
    }

    private async Task TearDownAsync(StateDirectory state, bool deleteState)
    {
        using var logs = new LogFactory(new LogOptions(), time);
        await new TearDown(state, time, logs).RunAsync(deleteState, CancellationToken.None);
    }

    private static int? ParsePort(ArgumentResult result) => ParseNumber(result, IPEndPoint.MaxPort);

    private static int? ParseSeeds(ArgumentResult result) => ParseNumber(result, LocalCluster.SeedsMax);

    private static int? ParseNumber(ArgumentResult result, int max)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        var flag = (result.Parent as OptionResult)?.Option.Name;
        result.AddError($"{flag}: want a number between 1 and {max}, found \"{text}\"");
        return null;
    }
}
