using Hortus.Local;

namespace Hortus.Cli.Progress;

/// <summary>Plain lines, for logs and pipes: one when a step ends, with its time.</summary>
public sealed class LineProgress(TextWriter output, TimeProvider time) : IBringUpProgress
{
    public async Task StepAsync(string title, Func<IStepDetail, Task> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var began = time.GetTimestamp();
        var detail = new LastDetail();
        try
        {
            await step(detail);
        }
        catch
        {
            var about = detail.Text.Length == 0 ? "" : $": {detail.Text}";
            await output.WriteLineAsync($"failed  {title}{about}");
            throw;
        }

        await output.WriteLineAsync($"ready   {title} ({time.GetElapsedTime(began).TotalSeconds:0.0} s)");
    }

    private sealed class LastDetail : IStepDetail
    {
        public string Text { get; private set; } = "";

        public void Report(string detail) => Text = detail;
    }
}
