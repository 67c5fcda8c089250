using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Hortus.Oci;

/// <summary>The rules for each part of a reference: those of the distribution specification. A fault is a text that says what
/// is wrong, null is none.</summary>
public static partial class OciGrammar
{
    /// <summary>Most characters of a tag.</summary>
    public const int TagLengthMax = 128;

    /// <summary>Most characters of a repository.</summary>
    public const int RepositoryLengthMax = 255;

    private const int TextLengthMax = 1024;
    private const int QuotedMax = 80;

    /// <summary>Why a text is no digest.</summary>
    public static string? DigestFault(string? digest) =>
        digest is not null && DigestPattern().IsMatch(digest)
            ? null
            : $"the digest {Quote(digest)} is not \"sha256:\" with 64 hexadecimal digits in lower case";

    /// <summary>Why a text is no tag.</summary>
    public static string? TagFault(string? tag)
    {
        if (tag is not null && TagPattern().IsMatch(tag))
        {
            return null;
        }

        return tag switch
        {
            null or "" => "the tag after \":\" is empty",
            { Length: > TagLengthMax } => $"the tag {Quote(tag)} has {tag.Length} characters, of which {TagLengthMax} are allowed",
            _ when tag.Contains('+', StringComparison.Ordinal) =>
                $"the tag {Quote(tag)} has a \"+\", which tags cannot have; helm pushes such a version with \"_\" instead: "
                + Quote(tag.Replace('+', '_')),
            _ => $"the tag {Quote(tag)} may only have letters, digits, \"_\", \".\" and \"-\", and starts with none of the last two",
        };
    }

    /// <summary>Why a text is no repository path.</summary>
    public static string? RepositoryFault(string? repository)
    {
        if (string.IsNullOrEmpty(repository))
        {
            return "no repository is named; want registry/repository";
        }

        if (repository.Length > RepositoryLengthMax)
        {
            return $"the repository {Quote(repository)} has {repository.Length} characters, of which {RepositoryLengthMax} are allowed";
        }

        return RepositoryPattern().IsMatch(repository)
            ? null
            : $"the repository {Quote(repository)} may only have lower case letters and digits, with \".\", \"_\", \"__\" or \"-\""
              + " between them, in parts separated by one \"/\"";
    }

    /// <summary>Why a text is no registry.</summary>
    public static string? RegistryFault(string? registry)
    {
        if (string.IsNullOrEmpty(registry))
        {
            return "no registry is named; want registry/repository";
        }

        var match = RegistryPattern().Match(registry);
        if (!match.Success)
        {
            return $"the registry {Quote(registry)} is no host name or address with an optional port";
        }

        if (match.Groups["ip6"] is { Success: true } ip6
            && !(IPAddress.TryParse(ip6.Value, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6))
        {
            return $"the registry {Quote(registry)} has no IPv6 address between its brackets";
        }

        if (match.Groups["port"] is { Success: true } port && !(int.TryParse(port.Value, out var number) && number is > 0 and <= 65535))
        {
            return $"the port of the registry {Quote(registry)} is not between 1 and 65535";
        }

        // Without a sign that the first part is a host, a shortened name of some other registry is meant.
        return registry == "localhost" || registry.AsSpan().ContainsAny('.', ':')
            ? null
            : $"{Quote(registry)} is no registry: a host with a dot or a port, or localhost, must come first";
    }

    /// <summary>Why the parts make no reference; names the whole text.</summary>
    internal static string? FaultOf(string? text, string registry, string repository, string? tag, string? digest)
    {
        var fault = text switch
        {
            null or "" => "it is empty",
            { Length: > TextLengthMax } => $"it has more than {TextLengthMax} characters",
            _ when SchemePattern().Match(text) is { Success: true } scheme && scheme.Value != OciReference.Scheme =>
                $"the scheme {Quote(scheme.Value)} is not known; want {Quote(OciReference.Scheme)} or none",
            _ => RegistryFault(registry) ?? RepositoryFault(repository)
                ?? (tag is null ? null : TagFault(tag)) ?? (digest is null ? null : DigestFault(digest)),
        };
        return fault is null ? null : $"{Quote(text)} is no reference to an artifact (registry/repository:tag or @sha256:...): {fault}";
    }

    private static string Quote(string? text) =>
        text is { Length: > QuotedMax } ? $"\"{text[..QuotedMax]}...\"" : $"\"{text}\"";

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(
        @"\A(?:\[(?<ip6>[0-9A-Fa-f:.]+)\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)"
        + @"(?::(?<port>[0-9]{1,5}))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex RegistryPattern();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9+.-]*://", RegexOptions.CultureInvariant)]
    private static partial Regex SchemePattern();
}
