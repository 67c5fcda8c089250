using System.CommandLine;
using Hortus.Development;
using Hortus.Development.Builds;
using Hortus.Development.Sources;
using Hortus.Development.Swaps;
using Hortus.Local;
using Hortus.Objects;

namespace Hortus.Cli.Development;

/// <summary>The command <c>dev</c>: changed sources run in the garden of this machine.</summary>
public sealed class DevelopmentCommand(TextWriter output, TextWriter errors, TimeProvider time)
{
    private readonly StateOption stateDir = new();
    private readonly CommandGuard guard = new(errors);

    private readonly Option<string?> sources = new("--sources")
    {
        Description = "Folder of the sources. Default: this folder or the nearest above it, else that of the program.",
    };

    private readonly Option<string[]> components = new("--component")
    {
        Description = "Swap this component only; repeated for several. Default: all that run changed code.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> once = new("--once") { Description = "Build and swap once, instead of whenever sources change." };

    private readonly Option<bool> reset = new("--reset")
    {
        Description = "Let all components run again what the garden was started with, and delete the builds.",
    };

    private readonly Option<string> timeout = new("--timeout")
    {
        Description = "How long a component may take to get ready before it gets its former image back, such as 90s.",
        DefaultValueFactory = _ => "1m",
    };

    /// <summary>The command.</summary>
    public Command Create()
    {
        var command = new Command("dev", "Builds changed sources and swaps the components that run them in the garden of this machine.")
        {
            stateDir, sources, components, once, reset, timeout,
        };
        command.SetAction((result, cancellationToken) => guard.RunAsync(() => RunAsync(result, cancellationToken)));
        return command;
    }

    private async Task<bool> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var state = stateDir.Of(result);
        var images = new DevelopmentImages(state, GardenProgram.FolderOf(state));
        var connections = new GardenConnections(state);
        using var runtime = connections.Runtime();
        using var garden = connections.Garden();
        var swaps = ComponentSwaps.Of(runtime, garden);
        var swapper = new Swapper(runtime, swaps, Duration.Parse(result.GetValue(timeout)!), time);
        var report = new LoopReport(output, time);
        if (result.GetValue(reset))
        {
            return await new DevelopmentReset(swapper, images, report).RunAsync(cancellationToken);
        }

        var options = new DevelopmentOptions
        {
            Sources = result.GetValue(sources) is { } folder
                ? SourceTree.Find(Path.GetFullPath(folder))
                : SourceTree.Find(Environment.CurrentDirectory, AppContext.BaseDirectory),
            Components = result.GetValue(components)!,
        };
        var loop = new DevelopmentLoop(options, swapper, images, report, time);
        if (result.GetValue(once))
        {
            return await loop.OnceAsync(cancellationToken);
        }

        try
        {
            await loop.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(swaps);
        }

        return true;
    }

    // The garden stays as it is: what that means is said.
    private async Task EndAsync(IReadOnlyList<IComponentSwap> swaps)
    {
        foreach (var swap in swaps)
        {
            if (await swap.TagAsync(CancellationToken.None) is { } tag && DevelopmentImage.NumberOf(tag) > 0)
            {
                await output.WriteLineAsync($"{swap.Component} goes on with {DevelopmentEntries.ImageOf(tag)}: {swap.Place}");
            }
        }

        await output.WriteLineAsync("`hortus dev --reset` or `hortus up` bring back what the garden was started with");
    }
}
