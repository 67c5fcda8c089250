namespace Hortus.Dns;

/// <summary>Zones that are answered from memory. Immutable: a change is another set.</summary>
public sealed class ZoneSet : IDnsSource
{
    private const int AliasesMax = 8;
    private readonly Dictionary<string, Zone> zones = [];

    /// <summary>No zone.</summary>
    public static ZoneSet Empty { get; } = new([], []);

    /// <summary>Makes a set.</summary>
    /// <param name="zones">The zones.</param>
    /// <param name="emptyZones">Zones that are answered also while they have no records.</param>
    public ZoneSet(IEnumerable<Zone> zones, IEnumerable<Zone> emptyZones)
    {
        ArgumentNullException.ThrowIfNull(zones);
        ArgumentNullException.ThrowIfNull(emptyZones);
        foreach (var zone in zones.Concat(emptyZones))
        {
            this.zones.TryAdd(zone.Name, zone);
        }
    }

    /// <summary>The zones by name.</summary>
    public IReadOnlyDictionary<string, Zone> Zones => zones;

    /// <summary>The zone that a name lies in: of several the one with the longest name; null when there is none.</summary>
    public Zone? ZoneOf(string name)
    {
        for (var at = name; ; at = DnsName.ParentOf(at))
        {
            if (zones.TryGetValue(at, out var zone))
            {
                return zone;
            }

            if (at.Length == 0)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public DnsAnswer? Find(DnsQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (ZoneOf(question.Name) is not { } zone)
        {
            return null;
        }

        var answer = zone.Find(question);
        var followed = new List<DnsRecord>(answer.Answers);
        for (var i = 0; i < AliasesMax && Leads(followed, question.Type) is { } target; i++)
        {
            if (followed.Any(record => record.Name == target) || ZoneOf(target) is not { } next)
            {
                break;
            }

            // What an alias leads to decides the code, RFC 6604 section 3; the alias itself is answered in any case.
            var further = next.Find(question with { Name = target });
            followed.AddRange(further.Answers);
            answer = further with { Answers = followed };
        }

        return answer;
    }

    private static string? Leads(List<DnsRecord> found, int type) =>
        type is not ((int)DnsType.Cname or (int)DnsType.Any) && found is [.., { Type: DnsType.Cname } alias] ? alias.Target() : null;
}
