using Hortus.Client;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Local.Bootstrap;

/// <summary>Waits for the extensions that a seed needs before it can take shoots.</summary>
public sealed class SeedInstallations(IKubernetesClient garden, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private static readonly (string Type, string Status)[] Wanted =
        [("Valid", "True"), ("Installed", "True"), ("Healthy", "True"), ("Progressing", "False")];

    /// <summary>Completes when there are installations on the seed and all of them are rolled out.</summary>
    public async Task WaitAsync(string seed, IStepDetail detail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(detail);
        while (true)
        {
            var found = (await garden.ListAsync<ControllerInstallation>(ListOptions.All, cancellationToken)).Items;
            if (WaitsFor([.. found.Where(installation => installation.Spec.SeedRef?.Name == seed)]) is not { } missing)
            {
                return;
            }

            detail.Report(missing);
            await Task.Delay(Period, time, cancellationToken);
        }
    }

    /// <summary>What is still missing, in words; null when nothing is.</summary>
    public static string? WaitsFor(IReadOnlyList<ControllerInstallation> installations)
    {
        ArgumentNullException.ThrowIfNull(installations);
        return installations.Count == 0
            ? "waiting for extensions to be asked for"
            : installations.Select(WaitsFor).FirstOrDefault(missing => missing is not null);
    }

    /// <summary>What an installation still waits for, with its own words where it has some; null when it is rolled out.</summary>
    public static string? WaitsFor(ControllerInstallation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        foreach (var (type, status) in Wanted)
        {
            var condition = installation.Status?.Conditions?.FirstOrDefault(c => c.Type == type);
            if (condition?.Status != status)
            {
                var name = installation.Spec.RegistrationRef.Name;
                return condition is { Message: { Length: > 0 } message }
                    ? $"extension {name}: {type} is {condition.Status}: {message}"
                    : $"extension {name}: waiting for {type}";
            }
        }

        return null;
    }
}
