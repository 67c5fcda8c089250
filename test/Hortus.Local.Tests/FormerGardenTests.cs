using System.Net;
using System.Text;
using Hortus.Client;
using Hortus.Local.Bootstrap;

namespace Hortus.Local.Tests;

/// <summary>Gardens whose gardenlet an earlier version deployed in another way.</summary>
public sealed class FormerGardenTests
{
    private const string FormerGardenlet =
        """{"metadata":{"name":"gardenlet","namespace":"garden"},"spec":{"secretRefs":[{"name":"managedresource-gardenlet"}]}}""";

    private readonly StateDirectory state = new("/srv/garden");

    [Fact]
    public async Task One_is_refused_with_what_can_be_done()
    {
        using var runtime = Connect(FormerGardenlet);

        var error = await Should.ThrowAsync<LocalGardenException>(
            LocalGardenlet.RefuseFormerAsync(runtime, state, CancellationToken.None));

        error.Message.ShouldBe(
            "the garden in /srv/garden is of an older hortus, whose gardenlet cannot be taken over; "
            + "run `hortus down --delete-state` and start anew, or take another --state-dir");
    }

    [Fact]
    public async Task Another_is_not()
    {
        using var runtime = Connect(null);

        await LocalGardenlet.RefuseFormerAsync(runtime, state, CancellationToken.None);
    }

    private static KubernetesClient Connect(string? gardenlet) => new(
        new Runtime(gardenlet), new ClientConnection { Server = new Uri("https://cluster.local") }, new ClientOptions { UserAgent = "test" });

    private sealed class Runtime(string? gardenlet) : HttpMessageHandler
    {
        private const string Path = "/apis/resources.gardener.cloud/v1alpha1/namespaces/garden/managedresources/gardenlet";
        private const string NotFound = """{"kind":"Status","status":"Failure","reason":"NotFound","code":404,"message":"not found"}""";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri!.AbsolutePath.ShouldBe(Path);
            return Task.FromResult(new HttpResponseMessage(gardenlet is null ? HttpStatusCode.NotFound : HttpStatusCode.OK)
            {
                Content = new StringContent(gardenlet ?? NotFound, Encoding.UTF8, "application/json"),
            });
        }
    }
}
