using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Operator;

/// <summary>A kind of extension object and its type, as Extensions offer them.</summary>
public readonly record struct ExtensionPair(string Kind, string Type)
{
    public override string ToString() => $"{Kind}/{Type}";
}

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
        var pairs = new List<ExtensionPair>();
        if (garden.Spec.VirtualCluster.Etcd?.Main?.Backup is { } backup)
        {
            pairs.Add(new(nameof(Ext.BackupBucket), backup.Provider));
            pairs.Add(new(nameof(Ext.BackupEntry), backup.Provider));
        }

        pairs.AddRange((garden.Spec.Dns?.Providers ?? []).Select(provider => new ExtensionPair(nameof(Ext.DNSRecord), provider.Type)));
        pairs.AddRange(GardenExtensionObjects.TypesOf(garden, extensions).Select(type => new ExtensionPair(nameof(Ext.Extension), type)));
        return [.. pairs.Distinct().OrderBy(pair => pair.ToString(), StringComparer.Ordinal)];
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
            var key = new ObjectKey(VirtualGardenNames.Namespace, $"extension-{extension.Metadata.Name}-garden");
            var deployed = await runtime.FindAsync<ManagedResource>(key, cancellationToken);
            if (ManagedResourceHealth.WaitsFor(deployed) is not { } objection)
            {
                return null;
            }

            why = $"Extension {extension.Metadata.Name}: ManagedResource {key} {objection}";
        }

        return why;
    }

    private static bool Offers(Extension extension, ExtensionPair pair) =>
        extension.Spec.Resources?.Any(resource => resource.Kind == pair.Kind && resource.Type == pair.Type) == true;
}
