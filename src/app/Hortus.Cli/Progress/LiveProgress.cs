using Hortus.Local;
using Spectre.Console;

namespace Hortus.Cli.Progress;

/// <summary>A line a step with spinner, time and detail, redrawn in place; for terminals.</summary>
public sealed class LiveProgress(IAnsiConsole console, TimeProvider time) : IBringUpProgress
{
    public async Task StepAsync(string title, Func<IStepDetail, Task> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var began = time.GetTimestamp();
        try
        {
            await console.Status().Spinner(Spinner.Known.Dots).StartAsync(
                Markup.Escape(title), context => step(new Detail(context, title)));
        }
        catch
        {
            console.MarkupLine($"[red]✗[/] {Markup.Escape(title)}");
            throw;
        }

        console.MarkupLine($"[green]✓[/] {Markup.Escape(title)} [grey]{time.GetElapsedTime(began).TotalSeconds:0.0} s[/]");
    }

    private sealed class Detail(StatusContext context, string title) : IStepDetail
    {
        public void Report(string detail) => context.Status($"{Markup.Escape(title)} [grey]{Markup.Escape(detail)}[/]");
    }
}
