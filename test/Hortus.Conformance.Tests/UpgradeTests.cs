using Hortus.Conformance.Tests.Running;
using Hortus.Pki;

namespace Hortus.Conformance.Tests;

/// <summary>Requests for streams that are refused before anything is upgraded.</summary>
[Trait("Category", "RealParts")]
[Collection(NodeCollection.Name)]
public sealed class UpgradeTests(NodeServer server)
{
    private const string Exec = "exec?command=ls&stdout=true";

    [SkippableTheory]
    [InlineData("websocket", "v9.channel.k8s.io", Exec, 403, "client supports [v9.channel.k8s.io], server accepts [v5.channel.k8s.io")]
    [InlineData("SPDY/3.1", "v9.channel.k8s.io", Exec, 403, "unable to negotiate protocol")]
    [InlineData("websocket", "v9.channel.k8s.io", "portforward?ports=80", 403, "SPDY/3.1+portforward.k8s.io")]
    [InlineData("SPDY/3.1", "v4.channel.k8s.io", "portforward?ports=80", 403, "server accepts [portforward.k8s.io]")]
    [InlineData("h2c", "", Exec, 400, "want websocket or SPDY/3.1")]
    [InlineData("", "", Exec, 400, "needs an upgraded connection")]
    [InlineData("websocket", "v4.channel.k8s.io", "exec?stdout=true", 400, "at least one command word")]
    [InlineData("websocket", "v4.channel.k8s.io", "exec?command=ls", 400, "at least 1 of stdin, stdout, stderr")]
    [InlineData("websocket", "v4.channel.k8s.io", "portforward", 400, "want 1 to 100 ports")]
    [InlineData("websocket", "v4.channel.k8s.io", "exec?command=ls&stdout=true&container=other", 400, "container other is not valid for pod idle")]
    public async Task What_cannot_become_streams_is_refused_with_a_Status(
        string upgrade, string protocol, string what, int code, string message)
    {
        NodeServer.RequireRoot();
        using var http = server.Http();

        var (answered, text) = await AskAsync(http, upgrade, protocol, what);

        answered.ShouldBe(code, text);
        text.ShouldContain("\"kind\":\"Status\"");
        text.ShouldContain(message);
    }

    [SkippableFact]
    public async Task Reading_is_not_enough_to_run_a_command()
    {
        NodeServer.RequireRoot();
        var space = await server.IdlePodAsync();
        await server.ApplyAsync(space, $$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: reader}
            rules: [{apiGroups: [""], resources: [pods/exec, pods/portforward, pods/attach], verbs: [get] }]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: reader}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: rita}]
            """);
        var rita = server.Credentials.ClientAuthority.Issue(CertificateSpec.Client("rita"));
        using var http = Server.Http(server.Address, server.Credentials, rita);

        foreach (var what in new[] { Exec, "attach?stdout=true", "portforward?ports=80" })
        {
            var (code, text) = await AskAsync(http, "websocket", "v4.channel.k8s.io", what);
            code.ShouldBe(403, text);
            text.ShouldContain("cannot create resource");
        }
    }

    private async Task<(int Code, string Text)> AskAsync(HttpClient http, string upgrade, string protocol, string what)
    {
        using var request = new HttpRequestMessage(
            upgrade == "websocket" ? HttpMethod.Get : HttpMethod.Post,
            $"/api/v1/namespaces/{await server.IdlePodAsync()}/pods/idle/{what}");
        if (upgrade.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", upgrade);
        }

        if (protocol.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", protocol);
            request.Headers.TryAddWithoutValidation("X-Stream-Protocol-Version", protocol);
        }

        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
