using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions;

/// <summary>The machines of one pool in one zone.</summary>
/// <param name="Name">Name of the machine deployment: namespace, pool and number of the zone.</param>
/// <param name="ClassName">Name of the machine class and its Secret; a new name means new machines.</param>
/// <param name="Zone">The zone; null when the pool names none.</param>
/// <param name="Minimum">Least machines.</param>
/// <param name="Maximum">Most machines.</param>
public sealed record PlannedMachines(WorkerPool Pool, string Name, string ClassName, string? Zone, int Minimum, int Maximum)
{
    public IntOrString MaxSurge { get; init; }

    public IntOrString MaxUnavailable { get; init; }

    /// <summary>How many machines there are to be, from how many the machine deployment asks for now (null: it does not exist
    /// yet). Between the bounds the number is left to who scales.</summary>
    public int Replicas(int? current, bool hibernated) => (current, hibernated) switch
    {
        (_, true) => 0,
        (null or 0, false) => Minimum,
        ({ } now, false) => Math.Clamp(now, Minimum, Math.Max(Minimum, Maximum)),
    };
}

/// <summary>Spreads worker pools over zones; pure.</summary>
public static class WorkerPlan
{
    private const int HashLength = 5;

    /// <summary>What a Worker asks for, one entry for each zone of each pool.</summary>
    public static IReadOnlyList<PlannedMachines> Of(Worker worker, IWorkerProvider provider)
    {
        ArgumentNullException.ThrowIfNull(worker);
        ArgumentNullException.ThrowIfNull(provider);
        return [.. worker.Spec.Pools.SelectMany(pool => Of(worker.Metadata.Namespace ?? "", pool, provider))];
    }

    /// <summary>The share of the zone with this number (from 0): what does not divide goes to the first zones.</summary>
    public static int Share(int zone, int total, int zones) => (total / zones) + (zone < total % zones ? 1 : 0);

    /// <summary>First five digits of a hash over hashes of the values.</summary>
    public static string Hash(IEnumerable<string> values)
    {
        var text = string.Concat(values.Select(value => Sha256(value)));
        return Sha256(text)[..HashLength];
    }

    private static IEnumerable<PlannedMachines> Of(string @namespace, WorkerPool pool, IWorkerProvider provider)
    {
        var hash = Hash([AgentSecret(pool), .. provider.HashValues(pool)]);
        string?[] zones = pool.Zones is { Count: > 0 } named ? [.. named] : [null];
        for (var i = 0; i < zones.Length; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{@namespace}-{pool.Name}-z{i + 1}");
            yield return new PlannedMachines(
                pool, name, $"{name}-{hash}", zones[i], Share(i, pool.Minimum, zones.Length), Share(i, pool.Maximum, zones.Length))
            {
                MaxSurge = ShareOf(pool.MaxSurge, i, zones.Length),
                MaxUnavailable = ShareOf(pool.MaxUnavailable, i, zones.Length),
            };
        }
    }

    // The secret's name stands for versions, image, runtime and rotations. Without one, what is known of them is taken.
    private static string AgentSecret(WorkerPool pool) => pool.NodeAgentSecretName
        ?? string.Join('|', pool.KubernetesVersion, pool.MachineType, pool.MachineImage.Name, pool.MachineImage.Version, pool.Volume?.Size);

    // A percentage is one of the zone's own machines. A number that is not 0 must not become 0 in any zone: with neither
    // surge nor unavailability an update could not start there.
    private static IntOrString ShareOf(IntOrString value, int zone, int zones) =>
        value.Number is { } number && number > 0 ? Math.Max(1, Share(zone, number, zones)) : value;

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
