using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;

namespace Hortus.Local.Tests;

public sealed class SeedConnectionsTests : IDisposable
{
    private const string Kubeconfig = """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "https://api.managed.garden.external.local.gardener.cloud"}}]
        users: [{name: u, user: {token: t}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x
        """;

    private readonly TemporaryFolder folder = new();
    private readonly StateDirectory state;
    private readonly Garden server = new();
    private readonly KubernetesClient garden;

    public SeedConnectionsTests()
    {
        state = new StateDirectory(folder.Path);
        Directory.CreateDirectory(state.Kubeconfigs);
        File.WriteAllText(state.PortFile, "7443");
        File.WriteAllText(state.Runtime.Kubeconfig, Kubeconfig);
        garden = new KubernetesClient(
            server, new ClientConnection { Server = new Uri("https://garden.local") }, new ClientOptions { UserAgent = "test" });
    }

    public void Dispose()
    {
        garden.Dispose();
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_seed_that_is_a_shoot_is_reached_as_any_shoot_through_the_front_door()
    {
        server.Has("seedmanagement.gardener.cloud/v1alpha1/namespaces/garden/managedseeds/m", """{"spec":{"shoot":{"name":"managed"}}}""");
        server.Has("core.gardener.cloud/v1beta1/namespaces/garden/shoots/managed", """{"status":{"seedName":"local"}}""");

        using var seed = await new SeedConnections(state, garden).OpenAsync("m", CancellationToken.None);

        seed.Connection.Server.ShouldBe(new Uri("https://127.0.0.1:7443"));
        seed.Connection.TlsServerName.ShouldBe("api.managed.garden.external.local.gardener.cloud");
    }

    [Fact]
    public async Task A_cluster_of_this_machine_is_reached_without_asking_the_garden()
    {
        (await new SeedConnections(state, garden).KubeconfigAsync("local", CancellationToken.None)).ShouldBe(Kubeconfig);
        server.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_seed_on_a_seed_on_a_seed_is_told_with_the_way_there_is()
    {
        server.Has("seedmanagement.gardener.cloud/v1alpha1/namespaces/garden/managedseeds/deep", """{"spec":{"shoot":{"name":"below"}}}""");
        server.Has("core.gardener.cloud/v1beta1/namespaces/garden/shoots/below", """{"status":{"seedName":"m"}}""");

        (await ThrowsAsync("deep")).ShouldContain("the cluster of shoot garden/below, whose API server runs on the seed \"m\"");
    }

    [Fact]
    public async Task A_seed_that_nobody_knows_is_answered_with_those_of_this_machine()
    {
        (await ThrowsAsync("other")).ShouldBe("no cluster of this machine is the seed \"other\"; there are local");
        server.Asked.ShouldHaveSingleItem().ShouldContain("managedseeds/other");
    }

    private async Task<string> ThrowsAsync(string seed) =>
        (await Should.ThrowAsync<LocalGardenException>(new SeedConnections(state, garden).KubeconfigAsync(seed, CancellationToken.None))).Message;

    private sealed class Garden : HttpMessageHandler
    {
        private readonly Dictionary<string, string> objects = [];

        public List<string> Asked { get; } = [];

        public void Has(string path, string value) => objects["/apis/" + path] = value;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            Asked.Add(path);
            return Task.FromResult(path.EndsWith("/adminkubeconfig", StringComparison.Ordinal)
                ? Answer(HttpStatusCode.Created, Credentials())
                : objects.TryGetValue(path, out var value) ? Answer(HttpStatusCode.OK, value) : Answer(HttpStatusCode.NotFound, "{}"));
        }

        private static string Credentials() => new JsonObject
        {
            ["status"] = new JsonObject { ["kubeconfig"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Kubeconfig)) },
        }.ToJsonString();

        private static HttpResponseMessage Answer(HttpStatusCode code, string body) =>
            new(code) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }
}
