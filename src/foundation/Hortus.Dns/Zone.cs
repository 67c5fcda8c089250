namespace Hortus.Dns;

/// <summary>A zone: all records of a domain and what lies below it. Immutable.</summary>
public sealed class Zone
{
    private const uint AbsenceSeconds = 5;
    private readonly Dictionary<string, List<DnsRecord>> names = [];
    private readonly DnsRecord authority;

    /// <summary>Makes a zone.</summary>
    /// <param name="name">Its domain, normalized.</param>
    /// <param name="records">Records of names in it; others are left out.</param>
    /// <param name="serial">Grows with every change.</param>
    public Zone(string name, IEnumerable<DnsRecord> records, uint serial)
    {
        ArgumentNullException.ThrowIfNull(records);
        Name = name;
        authority = DnsRecord.Authority(name, serial, AbsenceSeconds);
        names[name] = [authority];
        foreach (var record in records.Where(record => DnsName.IsIn(record.Name, name)))
        {
            RecordsOf(record.Name).Add(record);

            // A name above another one exists, even without records of its own: RFC 8020.
            for (var above = record.Name; above != name; above = DnsName.ParentOf(above))
            {
                RecordsOf(above);
            }
        }
    }

    public string Name { get; }

    /// <summary>Number of records, without the start of authority.</summary>
    public int Count => names.Values.Sum(records => records.Count) - 1;

    /// <summary>The answer for a name in the zone.</summary>
    public DnsAnswer Find(DnsQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (!names.TryGetValue(question.Name, out var records) && !names.TryGetValue(WildcardOf(question.Name), out records))
        {
            return DnsAnswer.NoSuchName(authority);
        }

        var matching = records
            .Where(r => question.Type == (int)DnsType.Any || (int)r.Type == question.Type || r.Type == DnsType.Cname)
            .Select(r => r.Name == question.Name ? r : r with { Name = question.Name });
        return DnsAnswer.Found([.. matching], authority);
    }

    // RFC 4592: the wildcard below the nearest name that exists, and no other, stands for names that do not exist.
    private string WildcardOf(string name)
    {
        var above = DnsName.ParentOf(name);
        while (!names.ContainsKey(above) && above.Length > 0)
        {
            above = DnsName.ParentOf(above);
        }

        return "*." + above;
    }

    private List<DnsRecord> RecordsOf(string name)
    {
        if (!names.TryGetValue(name, out var records))
        {
            names[name] = records = [];
        }

        return records;
    }
}
