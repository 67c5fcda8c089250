using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Kubernetes' own libraries: quantities, URLs, addresses.</summary>
internal static class CelLibraries
{
    public static IEnumerable<CelOverload> Overloads { get; } = [.. Quantities(), .. Urls(), .. Addresses(), .. Networks()];

    private static IEnumerable<CelOverload> Quantities()
    {
        yield return CelOverload.Of("quantity(string) quantity", a => CelQuantity.Parse((string)a[0]!));
        yield return CelOverload.Of("isQuantity(string) bool", a => Quantity.TryParse((string)a[0]!, out _));
        yield return CelOverload.Of("quantity.sign() int", a => (long)Q(a[0]).Nano.Sign);
        yield return CelOverload.Of("quantity.isInteger() bool", a => Q(a[0]).Whole is not null);
        yield return CelOverload.Of("quantity.asInteger() int",
            a => Q(a[0]).Whole ?? throw new CelException("cannot convert value to integer"));
        yield return CelOverload.Of("quantity.asApproximateFloat() double", a => (double)Q(a[0]).Nano / 1e9);
        yield return CelOverload.Of("quantity.add(quantity) quantity", a => new CelQuantity(Q(a[0]).Nano + Q(a[1]).Nano));
        yield return CelOverload.Of("quantity.add(int) quantity",
            a => new CelQuantity(Q(a[0]).Nano + CelQuantity.Of((long)a[1]!).Nano));
        yield return CelOverload.Of("quantity.sub(quantity) quantity", a => new CelQuantity(Q(a[0]).Nano - Q(a[1]).Nano));
        yield return CelOverload.Of("quantity.sub(int) quantity",
            a => new CelQuantity(Q(a[0]).Nano - CelQuantity.Of((long)a[1]!).Nano));
        yield return CelOverload.Of("quantity.isLessThan(quantity) bool", a => Q(a[0]).Nano < Q(a[1]).Nano);
        yield return CelOverload.Of("quantity.isGreaterThan(quantity) bool", a => Q(a[0]).Nano > Q(a[1]).Nano);
        yield return CelOverload.Of("quantity.compareTo(quantity) int", a => (long)Q(a[0]).Nano.CompareTo(Q(a[1]).Nano));
    }

    private static CelQuantity Q(object? value) => (CelQuantity)value!;

    private static IEnumerable<CelOverload> Urls()
    {
        yield return CelOverload.Of("url(string) url", a => CelUrl.TryParse((string)a[0]!)
            ?? throw new CelException($"URL parse error during conversion from string: \"{a[0]}\""));
        yield return CelOverload.Of("isURL(string) bool", a => CelUrl.TryParse((string)a[0]!) is not null);
        yield return CelOverload.Of("url.getScheme() string", a => ((CelUrl)a[0]!).Scheme);
        yield return CelOverload.Of("url.getHost() string", a => ((CelUrl)a[0]!).Host);
        yield return CelOverload.Of("url.getHostname() string", a => ((CelUrl)a[0]!).Hostname);
        yield return CelOverload.Of("url.getPort() string", a => ((CelUrl)a[0]!).Port);
        yield return CelOverload.Of("url.getEscapedPath() string", a => ((CelUrl)a[0]!).Path);
        yield return CelOverload.Of("url.getQuery() map(string, list(string))", a => ((CelUrl)a[0]!).Query());
    }

    private static IEnumerable<CelOverload> Addresses()
    {
        yield return CelOverload.Of("ip(string) ip", a => CelCidr.Address((string)a[0]!)
            ?? throw new CelException($"IP Address \"{a[0]}\" parse error during conversion from string"));
        yield return CelOverload.Of("isIP(string) bool", a => CelCidr.Address((string)a[0]!) is not null);
        yield return new CelOverload("ip.isCanonical", false, [CelType.String], CelType.Bool,
            a => (CelCidr.Address((string)a[0]!) ?? throw new CelException($"IP Address \"{a[0]}\" parse error"))
                .ToString() == (string)a[0]!);
        yield return CelOverload.Of("ip.family() int",
            a => ((IPAddress)a[0]!).AddressFamily == AddressFamily.InterNetwork ? 4L : 6L);
        yield return CelOverload.Of("ip.isUnspecified() bool",
            a => a[0]!.Equals(IPAddress.Any) || a[0]!.Equals(IPAddress.IPv6Any));
        yield return CelOverload.Of("ip.isLoopback() bool", a => IPAddress.IsLoopback((IPAddress)a[0]!));
        yield return CelOverload.Of("ip.isLinkLocalMulticast() bool", a => IsLinkLocalMulticast((IPAddress)a[0]!));
        yield return CelOverload.Of("ip.isLinkLocalUnicast() bool", a => IsLinkLocal((IPAddress)a[0]!));
        yield return CelOverload.Of("ip.isGlobalUnicast() bool", a => IsGlobal((IPAddress)a[0]!));
    }

    private static IEnumerable<CelOverload> Networks()
    {
        yield return CelOverload.Of("cidr(string) cidr", a => CelCidr.TryParse((string)a[0]!)
            ?? throw new CelException($"network address parse error during conversion from string: \"{a[0]}\""));
        yield return CelOverload.Of("isCIDR(string) bool", a => CelCidr.TryParse((string)a[0]!) is not null);
        yield return CelOverload.Of("cidr.containsIP(ip) bool", a => ((CelCidr)a[0]!).Contains((IPAddress)a[1]!));
        yield return CelOverload.Of("cidr.containsIP(string) bool", a => ((CelCidr)a[0]!).Contains(
            CelCidr.Address((string)a[1]!) ?? throw new CelException($"IP Address \"{a[1]}\" parse error")));
        yield return CelOverload.Of("cidr.containsCIDR(cidr) bool", a => ((CelCidr)a[0]!).Contains((CelCidr)a[1]!));
        yield return CelOverload.Of("cidr.containsCIDR(string) bool", a => ((CelCidr)a[0]!).Contains(
            CelCidr.TryParse((string)a[1]!) ?? throw new CelException($"network address parse error: \"{a[1]}\"")));
        yield return CelOverload.Of("cidr.ip() ip", a => ((CelCidr)a[0]!).Ip);
        yield return CelOverload.Of("cidr.masked() cidr", a => ((CelCidr)a[0]!).Masked());
        yield return CelOverload.Of("cidr.prefixLength() int", a => (long)((CelCidr)a[0]!).Prefix);
    }

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal
        || (address.GetAddressBytes() is [169, 254, _, _]);

    private static bool IsLinkLocalMulticast(IPAddress address) => address.GetAddressBytes() switch
    {
        [224, 0, 0, _] => true,
        [0xff, var scope, ..] and { Length: 16 } => (scope & 0x0f) == 2,
        _ => false,
    };

    private static bool IsGlobal(IPAddress address) =>
        !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && !IPAddress.IsLoopback(address) && !IsLinkLocal(address) && !address.IsIPv6Multicast
        && address.GetAddressBytes() is not [>= 224 and <= 239, _, _, _];
}

/// <summary>An amount, exact to a billionth.</summary>
internal sealed record CelQuantity(BigInteger Nano)
{
    private static readonly BigInteger Billion = 1_000_000_000;

    /// <summary>The amount when it is a whole number that fits, else null.</summary>
    public long? Whole => Nano % Billion == 0 && Nano / Billion is var whole && whole >= long.MinValue && whole <= long.MaxValue
        ? (long)whole : null;

    public static CelQuantity Of(long whole) => new(whole * Billion);

    /// <exception cref="CelException">It is none.</exception>
    public static CelQuantity Parse(string text) => Quantity.TryParse(text, out var quantity)
        ? new CelQuantity(quantity.Nano)
        : throw new CelException($"quantity parse error: \"{text}\"");
}

/// <summary>An absolute URL or path.</summary>
internal sealed record CelUrl(string Scheme, string Host, string Path, string RawQuery)
{
    public string Hostname => Host.StartsWith('[') && Host.IndexOf(']', StringComparison.Ordinal) is > 0 and var end
        ? Host[1..end]
        : Host.Split(':')[0];

    public string Port => Host.LastIndexOf(':') is >= 0 and var colon && colon > Host.LastIndexOf(']')
        ? Host[(colon + 1)..] : "";

    public static CelUrl? TryParse(string text)
    {
        if (text.StartsWith('/'))
        {
            var (path, query) = Split(text, '?');
            return Uri.TryCreate("http://h" + text, UriKind.Absolute, out _) ? new CelUrl("", "", path, query) : null;
        }

        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon <= 0 || text.Any(c => char.IsControl(c) || c == ' ')
            || !char.IsAsciiLetter(text[0])
            || !text.AsSpan(0, colon).ToString().All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
        {
            return null;
        }

        var (rest, raw) = Split(text[(colon + 3)..], '?');
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? rest : rest[..slash];
        host = host[(host.LastIndexOf('@') + 1)..];
        var url = new CelUrl(text[..colon].ToLowerInvariant(), host, slash < 0 ? "" : rest[slash..], raw);
        return url.Port.All(char.IsAsciiDigit) && host.IndexOfAny(['<', '>', '"', '\\', '^', '`', '{', '|', '}']) < 0
            ? url : null;
    }

    public Dictionary<object, object?> Query()
    {
        var query = new Dictionary<object, object?>();
        foreach (var pair in RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(pair, '=');
            var key = Uri.UnescapeDataString(name.Replace('+', ' '));
            if (!query.TryGetValue(key, out var values))
            {
                query[key] = values = new List<object?>();
            }

            ((List<object?>)values!).Add(Uri.UnescapeDataString(value.Replace('+', ' ')));
        }

        return query;
    }

    private static (string Before, string After) Split(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }
}

/// <summary>A network.</summary>
internal sealed record CelCidr(IPAddress Ip, int Prefix)
{
    /// <summary>A plain address: no zone, no leading zeros, no IPv4 inside IPv6.</summary>
    public static IPAddress? Address(string text)
    {
        if (text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal)
            || !IPAddress.TryParse(text, out var address) || address.IsIPv4MappedToIPv6)
        {
            return null;
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text ? address : null;
    }

    public static CelCidr? TryParse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Address(text[..slash]) is { } address
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            && prefix <= address.GetAddressBytes().Length * 8
            && (prefix == 0 ? text[(slash + 1)..] == "0" : text[slash + 1] != '0')
            ? new CelCidr(address, prefix)
            : null;
    }

    public bool Contains(IPAddress address) =>
        address.AddressFamily == Ip.AddressFamily && Mask(address, Prefix).Equals(Mask(Ip, Prefix));

    public bool Contains(CelCidr other) => other.Prefix >= Prefix && Contains(other.Ip);

    public CelCidr Masked() => new(Mask(Ip, Prefix), Prefix);

    public override string ToString() => $"{Ip}/{Prefix.ToString(CultureInfo.InvariantCulture)}";

    private static IPAddress Mask(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var bits = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - bits));
        }

        return new IPAddress(bytes);
    }
}
