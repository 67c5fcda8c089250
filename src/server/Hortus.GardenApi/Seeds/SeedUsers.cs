using Hortus.ApiServer.Authentication;
using Hortus.Objects.Gardener;

namespace Hortus.GardenApi.Seeds;

/// <summary>Somebody who works for a seed in the garden.</summary>
/// <param name="Seed">Name of the seed.</param>
/// <param name="IsExtension">Whether it is an extension that runs in the seed, and not the gardenlet.</param>
internal readonly record struct SeedUser(string Seed, bool IsExtension)
{
    /// <summary>For messages.</summary>
    public override string ToString() => $"{(IsExtension ? "extension" : "gardenlet")} of seed \"{Seed}\"";
}

/// <summary>Tells gardenlets, and the extensions of their seeds, from other users.</summary>
internal static class SeedUsers
{
    /// <summary>The seed for which a user works; null when it is for none. An extension has a service account in the namespace of its
    /// seed whose name begins with <c>extension-</c>; other accounts there have no rights of their own.</summary>
    public static SeedUser? Of(UserInfo user) =>
        user.Name.StartsWith(GardenerNames.SeedUserPrefix, StringComparison.Ordinal) ? Gardenlet(user)
        : UserGroups.ParseServiceAccount(user.Name) is var (space, account) ? Extension(user, space, account)
        : null;

    private static SeedUser? Gardenlet(UserInfo user) =>
        user.Name.Length > GardenerNames.SeedUserPrefix.Length && user.Groups.Contains(GardenerNames.SeedsGroup)
            ? new SeedUser(user.Name[GardenerNames.SeedUserPrefix.Length..], false)
            : null;

    private static SeedUser? Extension(UserInfo user, string space, string account) =>
        space.StartsWith(GardenerNames.SeedNamespacePrefix, StringComparison.Ordinal)
        && space.Length > GardenerNames.SeedNamespacePrefix.Length
        && account.StartsWith(GardenerNames.ExtensionPrefix, StringComparison.Ordinal)
        && user.Groups.Contains($"{UserGroups.ServiceAccounts}:{space}")
            ? new SeedUser(space[GardenerNames.SeedNamespacePrefix.Length..], true)
            : null;

    /// <summary>The ManagedSeed for whose gardenlet a service account was made; null when it is none.</summary>
    public static string? BootstrapOf(UserInfo user) =>
        user.Name.StartsWith(GardenerNames.BootstrapAccountUserPrefix, StringComparison.Ordinal)
        && user.Name.Length > GardenerNames.BootstrapAccountUserPrefix.Length
            ? user.Name[GardenerNames.BootstrapAccountUserPrefix.Length..]
            : null;
}
