using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Hortus.Dns;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ProviderLocal.Dns;

/// <summary>All records of one name and one type, as they are kept in the cluster: a ConfigMap each, so that they outlive every
/// process and two instances of the extension can write into the same zone.</summary>
/// <param name="Zone">The zone they belong to, normalized.</param>
/// <param name="Name">Owner, normalized.</param>
/// <param name="Type">A, AAAA, CNAME or TXT.</param>
/// <param name="Ttl">Seconds.</param>
/// <param name="Values">Addresses, one target, or texts.</param>
public sealed record ZoneRecord(string Zone, string Name, DnsType Type, uint Ttl, IReadOnlyList<string> Values)
{
    /// <summary>Label of all ConfigMaps that hold records; its value is "true".</summary>
    public const string Label = "dns.local.provider.extensions.gardener.cloud/record";

    /// <summary>Label with the identity of the DNSRecord that asked for the records.</summary>
    public const string OwnerLabel = "dns.local.provider.extensions.gardener.cloud/owner-uid";

    /// <summary>Label that the records of one name share, whatever their type.</summary>
    public const string NameLabel = "dns.local.provider.extensions.gardener.cloud/name-hash";

    /// <summary>Annotation with namespace and name of the DNSRecord that asked for the records.</summary>
    public const string OwnerAnnotation = "dns.local.provider.extensions.gardener.cloud/owner";

    private const char Separator = '\n';

    /// <summary>Selects all ConfigMaps that hold records.</summary>
    public static string Selector => $"{Label}=true";

    /// <summary>Value of <see cref="NameLabel"/>.</summary>
    public string NameHash => Hash(Name);

    /// <summary>Where the records are kept: the same place whoever asks for them.</summary>
    public ObjectKey KeyIn(string @namespace) => new(@namespace, $"dns-record-{Hash($"{Name} {Type}")}");

    /// <summary>The form in which the records are kept.</summary>
    public ConfigMap Write(string @namespace, KubernetesObject owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return new ConfigMap
        {
            Metadata = new ObjectMeta
            {
                Namespace = @namespace,
                Name = KeyIn(@namespace).Name,
                Labels = new Dictionary<string, string>
                {
                    [Label] = "true",
                    [OwnerLabel] = owner.Metadata.Uid ?? "",
                    [NameLabel] = NameHash,
                },
                Annotations = new Dictionary<string, string> { [OwnerAnnotation] = owner.Key.ToString() },
            },
            Data = new Dictionary<string, string>
            {
                ["zone"] = Zone,
                ["name"] = Name,
                ["type"] = NameOf(Type),
                ["ttl"] = Ttl.ToString(CultureInfo.InvariantCulture),
                ["values"] = string.Join(Separator, Values),
            },
        };
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <param name="map">The ConfigMap.</param>
    /// <param name="fault">What is wrong; null when the result is not.</param>
    public static ZoneRecord? Read(ConfigMap map, out string? fault)
    {
        ArgumentNullException.ThrowIfNull(map);
        string Field(string key) => map.Data?.GetValueOrDefault(key) ?? "";
        if (TypeOf(Field("type")) is not { } type)
        {
            fault = $"data.type: want A, AAAA, CNAME or TXT, found \"{Field("type")}\"";
            return null;
        }

        if (!uint.TryParse(Field("ttl"), CultureInfo.InvariantCulture, out var ttl))
        {
            fault = $"data.ttl: want seconds, found \"{Field("ttl")}\"";
            return null;
        }

        var record = new ZoneRecord(Field("zone"), Field("name"), type, ttl, Field("values").Split(Separator));
        fault = record.Fault();
        return fault is null ? record : null;
    }

    /// <summary>What keeps the records from being answered; null when nothing does.</summary>
    public string? Fault()
    {
        if (DnsName.FaultOf(Name) is { } name)
        {
            return $"the name \"{Name}\" cannot be used: {name}";
        }

        if (DnsName.FaultOf(Zone) is { } zone)
        {
            return $"the zone \"{Zone}\" cannot be used: {zone}";
        }

        if (!DnsName.IsIn(Name, Zone))
        {
            return $"the name \"{Name}\" is not in the zone \"{Zone}\"";
        }

        if (Values.Count == 0)
        {
            return "there are no values";
        }

        return Type == DnsType.Cname && Values.Count > 1
            ? $"a CNAME leads to one name, found {Values.Count} values"
            : Values.Select(FaultOf).FirstOrDefault(fault => fault is not null);
    }

    /// <summary>The records as a name server holds them.</summary>
    public IEnumerable<DnsRecord> Records() => Type switch
    {
        DnsType.Cname => Values.Select(value => DnsRecord.Alias(Name, DnsName.Normalize(value), Ttl)),
        DnsType.Txt => Values.Select(value => DnsRecord.Text(Name, value, Ttl)),
        _ => Values.Select(value => DnsRecord.Address(Name, IPAddress.Parse(value), Ttl)),
    };

    /// <summary>The type with a name as DNSRecords have it; null for a name that is not served.</summary>
    public static DnsType? TypeOf(string name) => name switch
    {
        "A" => DnsType.A,
        "AAAA" => DnsType.Aaaa,
        "CNAME" => DnsType.Cname,
        "TXT" => DnsType.Txt,
        _ => null,
    };

    private static string NameOf(DnsType type) => type.ToString().ToUpperInvariant();

    private string? FaultOf(string value)
    {
        switch (Type)
        {
            case DnsType.Cname when DnsName.FaultOf(DnsName.Normalize(value)) is { } fault:
                return $"the target \"{value}\" cannot be used: {fault}";
            case DnsType.Cname:
                return null;
            case DnsType.Txt:
                return value.Any(char.IsControl) ? "a text has control characters" : null;
            default:
                var family = Type == DnsType.A ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
                return IPAddress.TryParse(value, out var address) && address.AddressFamily == family
                    ? null
                    : $"\"{value}\" is no IPv{(Type == DnsType.A ? 4 : 6)} address";
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
