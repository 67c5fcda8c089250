using Hortus.ApiServer.Authentication;
using Hortus.Objects.Gardener;

namespace Hortus.GardenApi.Seeds;

/// <summary>Tells gardenlets from other users.</summary>
internal static class SeedUsers
{
    /// <summary>The seed whose gardenlet a user is; null when it is none.</summary>
    public static string? SeedOf(UserInfo user) =>
        user.Name.StartsWith(GardenerNames.SeedUserPrefix, StringComparison.Ordinal)
        && user.Name.Length > GardenerNames.SeedUserPrefix.Length
        && user.Groups.Contains(GardenerNames.SeedsGroup)
            ? user.Name[GardenerNames.SeedUserPrefix.Length..]
            : null;
}
