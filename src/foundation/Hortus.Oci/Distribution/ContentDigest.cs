using System.Security.Cryptography;

namespace Hortus.Oci;

/// <summary>Digests of bytes: <c>sha256:</c> and 64 hexadecimal digits.</summary>
public static class ContentDigest
{
    internal const string Prefix = "sha256:";

    public static string Of(ReadOnlySpan<byte> bytes) => Prefix + Convert.ToHexStringLower(SHA256.HashData(bytes));

    internal static string Of(IncrementalHash hash) => Prefix + Convert.ToHexStringLower(hash.GetCurrentHash());
}
