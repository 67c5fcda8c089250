using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.GardenControllers;

/// <summary>Which certificate requests have the form of a gardenlet's, and whose they may be. Pure.</summary>
internal static partial class SeedRequestRules
{
    private static readonly string[] Usages = ["key encipherment", "digital signature", "client auth"];

    /// <summary>Reads the request inside; null when it is none.</summary>
    public static SigningRequest? Parse(CertificateSigningRequest request)
    {
        try
        {
            return SigningRequest.Parse(Encoding.UTF8.GetString(request.Spec.Request));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether somebody wants to be a gardenlet, or in the group of gardenlets; all others are judged elsewhere.</summary>
    public static bool Concerns(SigningRequest asked) =>
        asked.CommonName.StartsWith(GardenerNames.SeedUserPrefix, StringComparison.Ordinal)
        || asked.Organizations.Contains(GardenerNames.SeedsGroup);

    /// <summary>Name of the seed whose gardenlet the requester wants to be.</summary>
    public static string SeedOf(SigningRequest asked) => asked.CommonName[GardenerNames.SeedUserPrefix.Length..];

    /// <summary>Why this is no request of a gardenlet; null when it is one.</summary>
    public static string? Fault(CertificateSigningRequest request, SigningRequest asked)
    {
        if (!asked.CommonName.StartsWith(GardenerNames.SeedUserPrefix, StringComparison.Ordinal) || SeedOf(asked).Length == 0)
        {
            return $"common name \"{asked.CommonName}\" is not {GardenerNames.SeedUserPrefix}<seed>";
        }

        if (asked.Organizations is not [GardenerNames.SeedsGroup])
        {
            return $"organizations \"{string.Join(", ", asked.Organizations)}\": want {GardenerNames.SeedsGroup} and nothing else";
        }

        if (asked.DnsNames.Count + asked.IPAddresses.Count > 0 || asked.HasOtherNames)
        {
            return "subject alternative names are not allowed";
        }

        var usages = request.Spec.Usages ?? [];
        return usages.Count == Usages.Length && Usages.All(usages.Contains)
            ? null
            : $"usages \"{string.Join(", ", usages)}\": want {string.Join(", ", Usages)}";
    }

    /// <summary>Why a gardenlet, or the account that one was given to become one, must not ask for this name; null when it may or when
    /// another sort of user asks.</summary>
    public static string? AgainstUser(string user, string seed) =>
        Against(user, GardenerNames.SeedUserPrefix, seed, "the gardenlet of")
        ?? Against(user, GardenerNames.BootstrapAccountUserPrefix, seed, "the account for the gardenlet of");

    /// <summary>Why a bootstrap token must not be used for this name; null when it may, or when the token does not say for whom
    /// it was made.</summary>
    public static string? AgainstToken(Secret? token, string seed)
    {
        if (token?.Data?.GetValueOrDefault("description") is not { } bytes
            || MadeFor.Match(Encoding.UTF8.GetString(bytes)) is not { Success: true } found)
        {
            return null;
        }

        var name = found.Groups[1].Value;
        return name == seed ? null : $"the bootstrap token was made for \"{name}\", not for seed \"{seed}\"";
    }

    private static string? Against(string user, string prefix, string seed, string what) =>
        user.StartsWith(prefix, StringComparison.Ordinal) && user[prefix.Length..] != seed
            ? $"\"{user}\" is {what} another seed than \"{seed}\""
            : null;

    [GeneratedRegex(@"\.(?:Gardenlet|ManagedSeed) resource [^/\s]+/([^/\s]+?)\.?\z")]
    private static partial Regex MadeFor { get; }
}
