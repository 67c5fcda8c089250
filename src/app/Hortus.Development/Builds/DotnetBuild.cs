using System.Collections;
using System.Security.Cryptography;
using Hortus.Development.Sources;
using Hortus.Host;

namespace Hortus.Development.Builds;

/// <summary>How a build ended.</summary>
/// <param name="Succeeded">Whether there is something new to run.</param>
/// <param name="Messages">What is wrong, or might be.</param>
/// <param name="Output">All that was printed.</param>
public sealed record BuildResult(bool Succeeded, IReadOnlyList<BuildMessage> Messages, string Output)
{
    private const int LinesMax = 20;

    /// <summary>The lines to show for a build that failed: its errors, or the end of the output when none can be told.</summary>
    public IReadOnlyList<string> Faults => Messages.Any(message => message.IsError)
        ? [.. Messages.Where(message => message.IsError).Select(message => message.ToString())]
        : [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LinesMax)];
}

/// <summary>Builds the executable with <c>dotnet build</c>, which compiles only what changed. Compiler and build engine stay in memory
/// between builds, and end by themselves when nobody builds for a while.</summary>
/// <param name="root">Root of the tree.</param>
/// <param name="processes">Runs programs.</param>
public sealed class DotnetBuild(string root, IProcessRunner processes)
{
    private const string Program = "dotnet";
    private const string Configuration = "Release";
    private const string Framework = "net10.0";

    // What keeps servers from staying, and other ways to say it.
    private static readonly string[] Unwanted = ["MSBUILDDISABLENODEREUSE", "MSBUILDUSESERVER", "UseSharedCompilation"];

    private bool isComplete;

    /// <summary>Where a build leaves what it made of a project.</summary>
    public string OutputOf(SourceProject project)
    {
        ArgumentNullException.ThrowIfNull(project);
        return Path.Combine(root, project.Folder, "bin", Configuration, Framework);
    }

    /// <summary>Builds what changed: one project alone when only it did and others see the same of it as before.</summary>
    /// <param name="graph">The projects.</param>
    /// <param name="changed">Those that are made of files that changed since the last build.</param>
    /// <param name="restore">Whether packages may have changed.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <exception cref="HostException">There is no <c>dotnet</c>.</exception>
    public async Task<BuildResult> RunAsync(
        ProjectGraph graph, IReadOnlyCollection<SourceProject> changed, bool restore, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(changed);
        var isAlone = isComplete && !restore && changed.Count == 1;
        isComplete = false;
        if (isAlone && changed.Single() is var project)
        {
            var before = SeenByOthers(project);
            var alone = await RunAsync(project, ["--no-restore", "-p:BuildProjectReferences=false"], cancellationToken);
            if (!alone.Succeeded || SeenByOthers(project) == before)
            {
                isComplete = alone.Succeeded;
                return alone;
            }
        }

        var built = await RunAsync(graph.Executable, restore ? [] : ["--no-restore"], cancellationToken);
        isComplete = built.Succeeded;
        return built;
    }

    private async Task<BuildResult> RunAsync(
        SourceProject project, IReadOnlyList<string> more, CancellationToken cancellationToken)
    {
        // What analyzers say is for CI: they double the time of a compilation.
        string[] arguments =
        [
            "build", Path.Combine(root, project.File), "-c", Configuration, "-nologo", "-v:quiet", "-consoleLoggerParameters:NoSummary",
            "-p:UseSharedCompilation=true", "-p:RunAnalyzers=false", .. more,
        ];
        var run = await processes.RunAsync(
            new ProcessCommand(Program, arguments) { Environment = Surroundings() }, cancellationToken);
        return new BuildResult(run.ExitCode == 0, BuildMessage.ReadAll(run.Output, root), run.Output + run.Error);
    }

    // The compiler writes it anew only when something in it changed.
    private string SeenByOthers(SourceProject project)
    {
        var file = Path.Combine(root, project.Folder, "obj", Configuration, Framework, "ref", project.Assembly + ".dll");
        return File.Exists(file) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))) : "";
    }

    private static Dictionary<string, string> Surroundings()
    {
        var all = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(entry => !Unwanted.Contains((string)entry.Key))
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        all["DOTNET_CLI_USE_MSBUILD_SERVER"] = "1";
        all["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return all;
    }
}
