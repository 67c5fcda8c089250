using Hortus.Client;

namespace Hortus.Testing.Scripted;

/// <summary>Clients for servers inside the test's process.</summary>
public static class TestClients
{
    /// <summary>A client with all rights; the caller closes it.</summary>
    public static KubernetesClient Connect(this InProcessApiServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new KubernetesClient(new ClientConnection { Server = server.Address }, new ClientOptions { UserAgent = "test" });
    }
}
