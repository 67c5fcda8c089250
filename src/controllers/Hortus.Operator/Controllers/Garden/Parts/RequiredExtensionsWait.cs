using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.Operator;

/// <summary>The extensions that a garden itself needs in its runtime cluster.</summary>
internal sealed class RequiredExtensionsWait(IKubernetesClient runtime, TimeProvider clock)
{
    /// <summary>How long they may take.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>What the spec of a garden asks for.</summary>
    /// <param name="garden">The garden.</param>
    /// <param name="extensions">All there are: those that gardens get without asking count too.</param>
    public static IReadOnlyList<ExtensionPair> Of(Garden garden, IEnumerable<Extension> extensions)
    {
        ArgumentNullException.ThrowIfNull(garden);
        ArgumentNullException.ThrowIfNull(extensions);
        var offered = extensions.SelectMany(extension => GardenNeeds.EnabledIn(extension));
        return [.. GardenNeeds.Of(garden).Keys.Concat(offered).Distinct().OrderBy(pair => pair.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Completes when all are deployed and healthy.</summary>
    /// <exception cref="TimeoutException">They are not after <see cref="WaitMax"/>; the message names each and its reason.</exception>
    public async Task WaitAsync(Garden garden, CancellationToken cancellationToken)
    {
        var startedAt = clock.GetTimestamp();
        while (await MissingAsync(garden, cancellationToken) is { Count: > 0 } missing)
        {
            if (clock.GetElapsedTime(startedAt) > WaitMax)
            {
                throw new TimeoutException($"extension controllers missing or unready: {string.Join("; ", missing)}");
            }

            await Task.Delay(Interval, clock, cancellationToken);
        }
    }

    private async Task<List<string>> MissingAsync(Garden garden, CancellationToken cancellationToken)
    {
        var extensions = (await runtime.ListAsync<Extension>(ListOptions.All, cancellationToken)).Items;
        var missing = new List<string>();
        foreach (var pair in Of(garden, extensions))
        {
            if (await WhyNotReadyAsync(pair, extensions, cancellationToken) is { } why)
            {
                missing.Add($"{pair} ({why})");
            }
        }

        return missing;
    }

    private async Task<string?> WhyNotReadyAsync(
        ExtensionPair pair, IReadOnlyList<Extension> extensions, CancellationToken cancellationToken)
    {
        var why = "no Extension of operator.gardener.cloud offers it";
        foreach (var extension in extensions.Where(extension => Offers(extension, pair)))
        {
            var key = ExtensionNames.Runtime(extension.Metadata.Name!);
            var deployed = await runtime.FindAsync<ManagedResource>(key, cancellationToken);
            if (ManagedResourceHealth.WaitsFor(deployed) is not { } objection)
            {
                return null;
            }

            why = $"Extension {extension.Metadata.Name}: {WhyNotDeployed(extension, deployed) ?? $"ManagedResource {key} {objection}"}";
        }

        return why;
    }

    // A chart that cannot be had or rendered says more than a ManagedResource that is not there.
    private static string? WhyNotDeployed(Extension extension, ManagedResource? deployed)
    {
        var installed = Conditions.Find(extension.Status?.Conditions, ExtensionConditions.Installed);
        return deployed is null && installed?.Reason == ExtensionReasons.ReconcileFailed ? installed.Message : null;
    }

    private static bool Offers(Extension extension, ExtensionPair pair) =>
        extension.Spec.Resources?.Any(resource => ExtensionPair.Of(resource) == pair) == true;
}
