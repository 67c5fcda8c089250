using Hortus.Charts;

namespace Hortus.Components.Charts;

/// <summary>Something that users should know of a chart, as an event on the object that names it.</summary>
/// <param name="Reason">One word for it.</param>
/// <param name="Message">What it is.</param>
public sealed record ChartNotice(string Reason, string Message);

/// <summary>Says what looks wrong in a chart that was installed all the same. Pure.</summary>
public static class ChartNotices
{
    /// <summary>The notices of a rendered chart; none for most.</summary>
    public static IEnumerable<ChartNotice> Of(RenderedChart rendered)
    {
        ArgumentNullException.ThrowIfNull(rendered);
        if (rendered.Hooks.Count > 0)
        {
            var hooks = rendered.Hooks.Select(hook => hook.Delivered
                ? $"{hook.Name} ({string.Join(", ", hook.Events)}; installed as any other object)"
                : $"{hook.Name} ({string.Join(", ", hook.Events)}; left out)");
            yield return new ChartNotice(
                "ChartHooksNotRun",
                $"chart {rendered.Name} {rendered.Version} has hooks, which are not run as such: {string.Join(", ", hooks)}");
        }

        foreach (var warning in rendered.Warnings)
        {
            yield return new ChartNotice("ChartWarning", warning);
        }
    }
}
