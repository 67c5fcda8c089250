using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Local.Tests;

public sealed class ShootKubeconfigTests
{
    private static readonly ObjectKey Shoot = new("garden-local", "local");

    [Fact]
    public async Task The_kubeconfig_leads_through_the_front_door_and_keeps_the_name_that_is_checked()
    {
        using var garden = new Garden("""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://api.local.local.external.local.gardener.cloud"}}]
            users: [{name: u, user: {token: t}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """);

        var config = KubeConfig.Parse(await RequestAsync(garden), null);

        config.Clusters[0].Server.ShouldBe("https://127.0.0.1:7443");
        config.Clusters[0].TlsServerName.ShouldBe("api.local.local.external.local.gardener.cloud");
        garden.Path.ShouldBe("/apis/core.gardener.cloud/v1beta1/namespaces/garden-local/shoots/local/adminkubeconfig");
        ((long)JsonNode.Parse(garden.Body)!["spec"]!["expirationSeconds"]!).ShouldBe(3600);
    }

    [Fact]
    public async Task An_answer_without_kubeconfig_is_told_with_the_shoot()
    {
        using var garden = new Garden(null);

        (await Should.ThrowAsync<LocalGardenException>(RequestAsync(garden))).Message.ShouldContain("garden-local/local");
    }

    private static async Task<string> RequestAsync(Garden garden)
    {
        using var client = new KubernetesClient(
            garden, new ClientConnection { Server = new Uri("https://garden.local") }, new ClientOptions { UserAgent = "test" });
        return await ShootKubeconfig.RequestAsync(client, Shoot, 7443, TimeSpan.FromHours(1), CancellationToken.None);
    }

    private sealed class Garden(string? kubeconfig) : HttpMessageHandler
    {
        public string Path { get; private set; } = "";

        public string Body { get; private set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Path = request.RequestUri!.AbsolutePath;
            Body = await request.Content!.ReadAsStringAsync(cancellationToken);
            var status = new JsonObject();
            if (kubeconfig is not null)
            {
                status["kubeconfig"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(kubeconfig));
            }

            return new HttpResponseMessage(HttpStatusCode.Created)
            {
                Content = new StringContent(new JsonObject { ["status"] = status }.ToJsonString(), Encoding.UTF8, "application/json"),
            };
        }
    }
}
