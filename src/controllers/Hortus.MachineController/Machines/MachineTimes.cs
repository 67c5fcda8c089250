using System.Globalization;
using System.Text.RegularExpressions;
using Hortus.Extensions;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Machines;

/// <summary>Time limits of machines: their own, else those of the options.</summary>
internal sealed partial class MachineTimes(MachineControllerManagerOptions options)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Medium = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    public TimeSpan Creation(Machine machine) => Parse(machine.Spec.CreationTimeout) ?? options.MachineCreationTimeout;

    public TimeSpan Health(Machine machine) => Parse(machine.Spec.HealthTimeout) ?? options.MachineHealthTimeout;

    public TimeSpan Drain(Machine machine) => Parse(machine.Spec.DrainTimeout) ?? options.MachineDrainTimeout;

    /// <summary>How long to wait after a driver's fault: what passes by itself soon, what needs a while, what needs a
    /// person.</summary>
    public static TimeSpan RetryAfter(string? errorCode) => errorCode switch
    {
        nameof(MachineErrorCode.Unavailable) or nameof(MachineErrorCode.Aborted) or nameof(MachineErrorCode.Uninitialized) => Short,
        nameof(MachineErrorCode.Unknown) or nameof(MachineErrorCode.DeadlineExceeded) or nameof(MachineErrorCode.Internal) => Medium,
        null => Short,
        _ => Long,
    };

    /// <summary>Reads a duration such as <c>1h30m</c> or <c>45s</c>; null when absent or malformed.</summary>
    public static TimeSpan? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text) || !Whole().IsMatch(text))
        {
            return null;
        }

        var seconds = 0.0;
        foreach (Match part in Parts().Matches(text))
        {
            var amount = double.Parse(part.Groups["amount"].ValueSpan, CultureInfo.InvariantCulture);
            seconds += amount * part.Groups["unit"].Value switch { "h" => 3600, "m" => 60, "s" => 1, _ => 0.001 };
        }

        return TimeSpan.FromSeconds(seconds);
    }

    [GeneratedRegex(@"^(\d+(\.\d+)?(h|ms|m|s))+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(?<amount>\d+(\.\d+)?)(?<unit>h|ms|m|s)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Parts();
}
