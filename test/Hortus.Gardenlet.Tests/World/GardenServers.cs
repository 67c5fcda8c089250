using Hortus.ApiServer;
using Hortus.GardenApi;
using Hortus.Testing;

namespace Hortus.Gardenlet.Tests.World;

/// <summary>Virtual gardens in the process of a test.</summary>
internal static class GardenServers
{
    /// <summary>One in which everybody may do everything.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="accountKey">File with the key that signs tokens of service accounts; null for one of its own.</param>
    public static Task<InProcessApiServer> StartAsync(CancellationToken cancellationToken, string? accountKey = null) =>
        InProcessApiServer.StartAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"], ServiceAccountSigningKeyFile = accountKey },
            [new GardenApiPlugin(new GardenApiOptions())],
            TimeProvider.System,
            cancellationToken);
}
