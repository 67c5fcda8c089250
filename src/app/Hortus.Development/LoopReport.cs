using System.Globalization;
using Hortus.Development.Builds;
using Hortus.Development.Sources;
using Hortus.Development.Swaps;

namespace Hortus.Development;

/// <summary>Tells what the loop does, a line a stage with its time.</summary>
public sealed class LoopReport(TextWriter output, TimeProvider time)
{
    private const int PathsMax = 3;

    public Task WatchingAsync(string sources, ProjectGraph graph, IEnumerable<string> components) => LineAsync(
        $"watching {graph.Projects.Count} projects in {sources}; swapped are {string.Join(", ", components)}");

    /// <summary>What was saved.</summary>
    public Task ChangedAsync(IReadOnlyList<string> paths, IReadOnlyList<string> components)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var more = paths.Count > PathsMax ? $" and {paths.Count - PathsMax} more" : "";
        var whom = components.Count == 0 ? "no component runs it" : string.Join(", ", components);
        return LineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{time.GetLocalNow():HH:mm:ss} {string.Join(", ", paths.Take(PathsMax))}{more}: {whom}"));
    }

    /// <summary>What is new.</summary>
    /// <param name="took">Time of the build.</param>
    /// <param name="projects">Projects of which components run another build.</param>
    /// <param name="lost">Components that run this build, and do not work.</param>
    public Task BuiltAsync(TimeSpan took, IReadOnlyList<SourceProject> projects, IReadOnlyList<string> lost)
    {
        ArgumentNullException.ThrowIfNull(projects);
        ArgumentNullException.ThrowIfNull(lost);
        var news = projects.Count == 0 ? "nothing differs from what runs" : string.Join(", ", projects.Select(project => project.Name));
        return StageAsync("build", took, lost.Count == 0 ? news : $"{news}; {string.Join(", ", lost)} must be started anew");
    }

    /// <summary>What compilers have to say.</summary>
    public async Task NotBuiltAsync(TimeSpan took, BuildResult build)
    {
        ArgumentNullException.ThrowIfNull(build);
        await StageAsync("build", took, "failed; what runs stays");
        foreach (var fault in build.Faults)
        {
            await LineAsync("  " + fault);
        }
    }

    public Task ImageAsync(TimeSpan took, string image) => StageAsync("image", took, image);

    public async Task SwappedAsync(string component, SwapResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        await StageAsync("rollout", result.Rollout, component);
        if (result.Leading is { } leading)
        {
            await StageAsync("leading", leading, string.Join(", ", result.Leaders));
        }
    }

    public Task NotSwappedAsync(string component, SwapFailedException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return LineAsync($"  failed           {component}: {failure.Message}");
    }

    /// <summary>Components that run changed code and keep their program.</summary>
    public Task LeftAsync(IReadOnlyList<string> components) => components.Count == 0 ? Task.CompletedTask : LineAsync(
        $"  as before        {string.Join(", ", components)}: `make build`, `hortus down` and `hortus up` bring the new ones");

    /// <summary>The whole time.</summary>
    public Task RunningAsync(TimeSpan took, string since) => StageAsync("running", took, since);

    public Task LineAsync(string text) => output.WriteLineAsync(text);

    private Task StageAsync(string stage, TimeSpan took, string about) => LineAsync(
        string.Create(CultureInfo.InvariantCulture, $"  {stage,-8} {took.TotalSeconds,5:0.0} s  {about}"));
}
