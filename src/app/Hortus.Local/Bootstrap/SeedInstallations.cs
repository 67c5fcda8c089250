using Hortus.Client;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.Local.Bootstrap;

/// <summary>Waits for the extensions that a seed needs before it can take shoots.</summary>
public sealed class SeedInstallations(IKubernetesClient garden, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

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
        var name = installation.Spec.RegistrationRef.Name;
        return InstallationReadiness.Of(installation) switch
        {
            null => null,
            { Status: { } status, Message: { Length: > 0 } message } objection =>
                $"extension {name}: {objection.Type} is {status}: {message}",
            var objection => $"extension {name}: waiting for {objection.Type}",
        };
    }
}
