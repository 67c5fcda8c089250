using System.Net;
using System.Text;
using Hortus.Client;

namespace Hortus.Cli.Tests;

/// <summary>A cluster that answers each path with one fixed text; any other path does not exist.</summary>
internal sealed class ScriptedCluster(IReadOnlyDictionary<string, string> answers) : HttpMessageHandler
{
    public KubernetesClient Connect() => new(
        this, new ClientConnection { Server = new Uri("https://cluster.local") }, new ClientOptions { UserAgent = "test" });

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var found = answers.TryGetValue(request.RequestUri!.AbsolutePath, out var body);
        return Task.FromResult(new HttpResponseMessage(found ? HttpStatusCode.OK : HttpStatusCode.NotFound)
        {
            Content = new StringContent(body ?? """{"kind":"Status","status":"Failure","reason":"NotFound","code":404,"message":"not found"}""",
                Encoding.UTF8, "application/json"),
        });
    }
}
