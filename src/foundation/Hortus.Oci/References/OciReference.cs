using System.Diagnostics.CodeAnalysis;

namespace Hortus.Oci;

/// <summary>
/// Where an artifact lies: <c>registry/repository[:tag][@digest]</c>. The registry is always named; nothing stands for a
/// missing tag. With tag and digest the digest decides.
/// </summary>
public sealed record OciReference
{
    /// <summary>The scheme that helm writes before references; it is dropped when read.</summary>
    public const string Scheme = "oci://";

    private OciReference(string registry, string repository, string? tag, string? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host, and port when one was given: <c>registry.example.com:5000</c>, <c>[::1]:5000</c>.</summary>
    public string Registry { get; }

    /// <summary>Path inside the registry, <c>charts/provider-local</c>.</summary>
    public string Repository { get; }

    /// <summary>Null when the reference has none.</summary>
    public string? Tag { get; }

    /// <summary><c>sha256:</c> and 64 hexadecimal digits; null when the reference has none.</summary>
    public string? Digest { get; }

    /// <summary>What asks a registry for the manifest: the digest, else the tag; null when the reference names a repository
    /// only.</summary>
    public string? Target => Digest ?? Tag;

    /// <summary>Registry and repository.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>Reads a reference.</summary>
    /// <exception cref="OciReferenceException">The text is none.</exception>
    public static OciReference Parse(string text) =>
        TryParse(text, out var reference, out var fault) ? reference : throw new OciReferenceException(fault);

    /// <summary>Reads a reference; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out OciReference? reference) =>
        TryParse(text, out reference, out _);

    /// <summary>Reads a reference.</summary>
    /// <param name="text">The reference.</param>
    /// <param name="reference">What it names; null when it is none.</param>
    /// <param name="fault">What is wrong with it and what is allowed; null when nothing is.</param>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out OciReference? reference,
        [NotNullWhen(false)] out string? fault)
    {
        reference = null;
        var rest = text ?? "";
        if (rest.StartsWith(Scheme, StringComparison.Ordinal))
        {
            rest = rest[Scheme.Length..];
        }

        string? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            digest = rest[(at + 1)..];
            rest = rest[..at];
        }

        string? tag = null;
        if (rest.LastIndexOf(':') is >= 0 and var colon && colon > rest.LastIndexOf('/') && rest.Contains('/', StringComparison.Ordinal))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (registry, repository) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
        fault = OciGrammar.FaultOf(text, registry, repository, tag, digest);
        if (fault is not null)
        {
            return false;
        }

        reference = new OciReference(registry, repository, tag, digest);
        return true;
    }

    /// <summary>The same repository with another digest; the tag stays, for people to read.</summary>
    /// <exception cref="OciReferenceException">The text is no digest.</exception>
    public OciReference WithDigest(string digest) =>
        OciGrammar.DigestFault(digest) is { } fault
            ? throw new OciReferenceException(fault)
            : new OciReference(Registry, Repository, Tag, digest);

    /// <summary>The same repository with another tag, and without digest.</summary>
    /// <exception cref="OciReferenceException">The text is no tag.</exception>
    public OciReference WithTag(string tag) =>
        OciGrammar.TagFault(tag) is { } fault
            ? throw new OciReferenceException(fault)
            : new OciReference(Registry, Repository, tag, digest: null);

    /// <summary>The reference without <c>oci://</c>.</summary>
    public override string ToString() =>
        Name + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);
}
