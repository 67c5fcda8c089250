using System.Security.Cryptography;

namespace Hortus.ApiServer.Objects;

/// <summary>Names for objects that ask for one with generateName.</summary>
internal static class GeneratedNames
{
    private const int PrefixMax = 58;
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>The prefix, cut to leave room, and five random letters that spell no words.</summary>
    public static string Next(string prefix) =>
        string.Concat(prefix.AsSpan(0, Math.Min(prefix.Length, PrefixMax)), RandomNumberGenerator.GetString(Letters, 5));
}
