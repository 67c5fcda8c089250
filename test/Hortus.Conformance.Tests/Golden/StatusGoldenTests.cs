using Hortus.Conformance.Tests.Running;
using Hortus.Conformance.Tests.Wire;

namespace Hortus.Conformance.Tests.Golden;

/// <summary>The Status of every kind of error, kept in files.</summary>
[Trait("Category", "RealParts")]
public sealed class StatusGoldenTests(Server server) : WireTests(server)
{
    [OwnServerFact]
    public async Task Status_of_each_error()
    {
        await CreateAsync("a");
        var read = await Api.GetAsync($"{Path}/a");
        await Api.PatchAsync($"{Path}/a", """{"data":{"key":"2"}}""");
        using var nobody = new Running.Wire(Server.Http(null, "made-up"));
        using var tina = new Running.Wire(Server.Http(null, ServerCredentials.TinasToken));
        const string Deployment = """
            {"metadata":{"name":"d"},"spec":{"replicas":-1,"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"c"}},"spec":{"restartPolicy":"Sometimes","containers":[{"name":"m"}]}}}}
            """;
        var deployments = $"/apis/apps/v1/namespaces/{Namespace}/deployments";
        (string Name, WireAnswer Answer)[] answers =
        [
            ("400-field-label", await Api.GetAsync(Path + "?fieldSelector=spec.colour%3Dred")),
            ("400-api-version", await Api.PostAsync(Path, """{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"x"}}""")),
            ("400-name", await Api.PutAsync($"{Path}/a", """{"metadata":{"name":"b"}}""")),
            ("400-strict", await Api.PostAsync(Path + "?fieldValidation=Strict", """{"metadata":{"name":"x"},"colour":"red","data":{},"data":{}}""")),
            ("401", await nobody.GetAsync(Path)),
            ("403-namespaced", await tina.GetAsync($"{Path}/a")),
            ("403-cluster", await tina.GetAsync("/api/v1/nodes")),
            ("403-group", await tina.PostAsync(deployments, Deployment)),
            ("403-path", await tina.GetAsync("/metrics")),
            ("403-protected-namespace", await Api.DeleteAsync("/api/v1/namespaces/kube-system")),
            ("404-object", await Api.GetAsync($"{deployments}/absent")),
            ("404-resource", await Api.GetAsync("/apis/apps/v1/colours")),
            ("404-group", await Api.GetAsync("/apis/example.org/v1/colours")),
            ("404-namespace", await Api.PostAsync("/api/v1/namespaces/absent/configmaps", """{"metadata":{"name":"x"}}""")),
            ("405", await Api.PostAsync($"{Path}/a", """{"metadata":{"name":"a"}}""")),
            ("406", await Api.GetAsync(Path, "text/html")),
            ("409-exists", await Api.PostAsync(Path, """{"metadata":{"name":"a"}}""")),
            ("409-conflict", await Api.PutAsync($"{Path}/a", read.Body.ToJsonString())),
            ("409-uid", await Api.DeleteAsync($"{Path}/a", """{"preconditions":{"uid":"another"}}""")),
            ("413", await Api.PostAsync(Path, $$$"""{"metadata":{"name":"x"},"data":{"a":"{{{new string('x', 3 * 1024 * 1024)}}}"} }""")),
            ("415", await Api.SendAsync(HttpMethod.Post, Path, "<x/>", "text/xml")),
            ("415-patch", await Api.PatchAsync($"{Path}/a", "{}", "text/plain")),
            ("422-one", await Api.PostAsync(Path, """{"metadata":{"name":"Bad_Name"}}""")),
            ("422-several", await Api.PostAsync(deployments, Deployment)),
            ("422-dry-run", await Api.PostAsync(Path + "?dryRun=Some", """{"metadata":{"name":"x"}}""")),
            ("422-json-patch", await Api.PatchAsync(
                $"{Path}/a", """[{"op":"test","path":"/data/key","value":"9"}]""", "application/json-patch+json")),
            ("422-delete-options", await Api.DeleteAsync($"{Path}/a", """{"propagationPolicy":"Background","orphanDependents":true}""")),
            ("200-deleted", await Api.DeleteAsync($"{Path}/a")),
        ];
        foreach (var (name, answer) in answers)
        {
            answer.Body["kind"]!.ToString().ShouldBe("Status", name);
            GoldenFile.Check($"status/{name}.txt", answer, (Namespace, "NAMESPACE"));
        }
    }
}
