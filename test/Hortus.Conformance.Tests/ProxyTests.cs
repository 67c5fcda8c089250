using System.Net;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>The proxy subresources of pods, services and nodes.</summary>
[Trait("Category", "RealParts")]
[Collection(NodeCollection.Name)]
public sealed class ProxyTests(NodeServer server)
{
    [SkippableTheory]
    [InlineData("pods/web:8080")]
    [InlineData("pods/http:web:8080")]
    [InlineData("pods/web")]
    [InlineData("services/web:http")]
    [InlineData("services/web:80")]
    [InlineData("services/http:web:http")]
    public async Task Request_is_passed_on_and_so_is_the_answer(string target)
    {
        using var http = Http();
        var space = await server.WebPodAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/namespaces/{space}/{target}/proxy/a%2Fb/?x=1&y=%20");
        request.Headers.Add("X-Test", "me");
        request.Headers.Add("Authorization", "Basic secret");
        request.Content = new ByteArrayContent(new byte[5 << 20]);

        using var response = await http.SendAsync(request);

        var text = await response.Content.ReadAsStringAsync();
        text.ShouldBe("POST /a%2Fb/?x=1&y=%20 by me with 5242880 bytes for None");
        response.Headers.GetValues("X-Answer").ShouldBe(["yes"]);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/x-test");
    }

    [SkippableFact]
    public async Task kubectl_reads_a_page_of_a_pod()
    {
        NodeServer.RequireRoot();
        var space = await server.WebPodAsync();

        var page = await server.Admin.RunAsync($"get --raw /api/v1/namespaces/{space}/pods/web:8080/proxy/");

        page.Succeeds().ShouldStartWith("GET / by");
    }

    [SkippableFact]
    public async Task Answer_is_what_the_pod_says_whatever_it_is()
    {
        using var http = Http();
        var proxy = $"/api/v1/namespaces/{await server.WebPodAsync()}/pods/web:8080/proxy";

        (await http.GetAsync(proxy + "/teapot")).StatusCode.ShouldBe((HttpStatusCode)418);
        using var moved = await http.GetAsync(proxy + "/moved");
        (moved.StatusCode, moved.Headers.Location!.OriginalString).ShouldBe((HttpStatusCode.Found, proxy + "/elsewhere"));
        using var bare = await http.GetAsync(proxy + "?x=1");
        bare.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        bare.Headers.Location!.OriginalString.ShouldBe(proxy + "/?x=1");
        (await http.GetStringAsync(proxy + "/x//y/z")).ShouldStartWith("GET /x//y/z by");

        // Python makes one slash of those at the start; what counts is that the request came to the pod.
        (await http.GetStringAsync(proxy + "//other.example/x")).ShouldStartWith("GET /other.example/x by");
    }

    [SkippableTheory]
    [InlineData("pods/web:9999", 503, "error trying to reach service")]
    [InlineData("pods/ftp:web:80", 400, "want [scheme:]name[:port]")]
    [InlineData("pods/web:nonsense", 400, "is no port number")]
    [InlineData("pods/nobody:80", 404, "pods \\\"nobody\\\" not found")]
    [InlineData("services/web:82", 503, "no service port 82 found")]
    [InlineData("services/web:none", 503, "no endpoints available")]
    [InlineData("services/nobody", 404, "services \\\"nobody\\\" not found")]
    public async Task What_cannot_be_reached_is_refused_with_a_Status(string target, int code, string message)
    {
        using var http = Http();
        using var response = await http.GetAsync($"/api/v1/namespaces/{await server.WebPodAsync()}/{target}/proxy/");

        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(code, text);
        text.ShouldContain("\"kind\":\"Status\"");
        text.ShouldContain(message);
    }

    [SkippableFact]
    public async Task Node_gives_its_pods_and_nobody_gets_there_without_the_right_to()
    {
        using var http = Http();
        var path = $"/api/v1/nodes/{server.NodeName}/proxy/";
        await server.WebPodAsync();

        (await http.GetStringAsync(path + "pods")).ShouldContain("\"name\":\"web\"");
        (await http.GetStringAsync(path + "healthz")).ShouldBe("ok");
        using var nobody = Server.Http(server.Address, server.Credentials, null, ServerCredentials.TinasToken);
        (await nobody.GetAsync(path + "pods")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private HttpClient Http()
    {
        NodeServer.RequireRoot();
        return server.Http();
    }
}
