using Hortus.Client;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.Gardenlet.Tests.World;

/// <summary>For tests that build things without running them: there is nothing behind it.</summary>
internal sealed class NoCluster : IControllerManager
{
    private static readonly KubernetesClient Nowhere = new(Connection, new ClientOptions { UserAgent = "test" });

    /// <summary>Nobody listens there.</summary>
    public static ClientConnection Connection => new() { Server = new Uri("http://127.0.0.1:1") };

    public IKubernetesClient Client => Nowhere;

    public IEventRecorder Events => throw new InvalidOperationException("this test has no cluster");

    public IObjectCache<T> CacheOf<T>(CacheScope? scope = null) where T : KubernetesObject =>
        throw new InvalidOperationException("this test has no cluster");

    public void AddController(string name, IReconciler reconciler, Action<IControllerBuilder> configure) =>
        throw new InvalidOperationException("this test has no cluster");

    public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
