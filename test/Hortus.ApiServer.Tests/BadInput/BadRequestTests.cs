using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Hosting.InProcess;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Testing;

namespace Hortus.ApiServer.Tests.BadInput;

/// <summary>Requests nobody should send: each has a fitting Status, and nothing is stored.</summary>
[Trait("Category", "Integration")]
public sealed class BadRequestTests(BadRequestTests.Fixture fixture) : IClassFixture<BadRequestTests.Fixture>
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Json = "application/json";
    private const string Yaml = "application/yaml";
    private const string Good = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"never"}}""";

    // POST to the ConfigMaps of "default": what is sent, as what, the status, and a piece of the message.
    public static TheoryData<string, string, string, int, string> Bodies => new()
    {
        { "empty", "", Json, 400, "body" },
        { "truncated", Good[..40], Json, 400, "line 1, position" },
        { "trailing garbage", Good + "}", Json, 400, "line 1, position" },
        { "two JSON documents", Good + Good, Json, 400, "line 1, position" },
        { "byte order mark", "\ufeff" + Good, Json, 400, "byte order mark" },
        { "null", "null", Json, 400, "null" },
        { "list", "[]", Json, 400, "must be an object" },
        { "half a character", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\ud800"}}""", Json, 400, "not valid JSON" },
        { "NUL in a name", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a\u0000b"}}""", Json, 422, "metadata.name" },
        { "wrong kind", """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"never"}}""", Json, 400, "Pod" },
        { "wrong version", """{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"never"}}""", Json, 400, "does not match the expected API version" },
        { "other namespace", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"never","namespace":"kube-system"}}""", Json, 400, "namespace" },
        { "wrong type", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"never"},"data":[1]}""", Json, 400, "data" },
        { "name with upper case", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"Foo_bar"}}""", Json, 422, "RFC 1123" },
        { "name of dots", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":".."}}""", Json, 422, "metadata.name" },
        { "name with slash", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a/b"}}""", Json, 422, "metadata.name" },
        { "two YAML documents", $"{Good}\n---\n{Good}\n", Yaml, 400, "not valid YAML" },
        { "YAML with tabs", "apiVersion: v1\n\tkind: ConfigMap\n", Yaml, 400, "not valid YAML" },
        { "YAML anchor that is not there", "apiVersion: *a\n", Yaml, 400, "not valid YAML" },
        { "text", Good, "text/plain", 415, "application/json" },
        { "form", "a=b", "application/x-www-form-urlencoded", 415, "application/json" },
        { "CBOR", Good, "application/cbor", 415, "application/json" },
        { "JSON as protobuf", Good, "application/vnd.kubernetes.protobuf", 400, "protobuf" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_is_refused_and_nothing_is_stored(string name, string body, string mediaType, int code, string message)
    {
        var answer = await fixture.UnchangedAsync("POST", ConfigMaps, Encoding.UTF8.GetBytes(body), mediaType);

        answer.ShouldBeStatus(code, name);
        answer.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Body_that_is_not_UTF8_is_refused_with_the_place()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes(Good[..20]), 0xff, 0xfe, .. Encoding.UTF8.GetBytes(Good[20..])];

        var answer = await fixture.UnchangedAsync("POST", ConfigMaps, body, Json);

        answer.ShouldBeStatus(400, "not UTF-8");
        answer.Message.ShouldContain("line 1, position 21");
    }

    [Theory]
    [InlineData("[", "]", 100_000)]
    [InlineData("{\"a\":", "}", 100_000)]
    public async Task Body_nested_too_deep_is_refused_quickly(string open, string close, int depth)
    {
        var body = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
        foreach (var mediaType in new[] { Json, Yaml })
        {
            (await fixture.UnchangedAsync("POST", ConfigMaps, Encoding.UTF8.GetBytes(body), mediaType)).ShouldBeStatus(400, mediaType);
        }
    }

    [Fact]
    public async Task YAML_bomb_is_refused_and_costs_little_memory()
    {
        var bomb = new StringBuilder("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: never}\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 10; i++)
        {
            bomb.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        var before = GC.GetTotalAllocatedBytes();
        var answer = await fixture.UnchangedAsync("POST", ConfigMaps, Encoding.UTF8.GetBytes(bomb.ToString()), Yaml);

        answer.ShouldBeStatus(400, "bomb");
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(200L << 20);
    }

    [Fact]
    public async Task Keys_given_twice_are_refused_when_strict_and_told_otherwise()
    {
        const string twice = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"never"},"data":{"a":"1","a":"2"}}""";

        var strict = await fixture.UnchangedAsync("POST", ConfigMaps + "?fieldValidation=Strict", Encoding.UTF8.GetBytes(twice), Json);
        var warn = await fixture.UnchangedAsync(
            "POST", ConfigMaps + "?fieldValidation=Warn&dryRun=All", Encoding.UTF8.GetBytes(twice), Json);

        strict.ShouldBeStatus(400, "strict");
        strict.Message.ShouldContain("data.a");
        warn.Code.ShouldBe(201);
        warn.Headers.ShouldContain(h => h.Key == "Warning" && h.Value.Contains("data.a"));
    }

    // Patches of a ConfigMap that is there.
    public static TheoryData<string, string, int> Patches => new()
    {
        { "{}", "text/plain", 415 },
        { "{}", "application/json", 415 },
        { "{}", "application/apply-patch+cbor", 415 },
        { "{}", "application/json-patch+json", 400 },
        { """[{"op":"nonsense","path":"/data/a"}]""", "application/json-patch+json", 400 },
        { """[{"op":"replace","path":"data/a","value":"1"}]""", "application/json-patch+json", 400 },
        { """[{"op":"replace","path":"/data/absent/x","value":"1"}]""", "application/json-patch+json", 422 },
        { """[{"op":"test","path":"/data/key","value":"other"}]""", "application/json-patch+json", 422 },
        { """[{"op":"copy","from":"/absent","path":"/data/a"}]""", "application/json-patch+json", 422 },
        { """[{"op":"add","path":"/data/a"}]""", "application/json-patch+json", 400 },
        { """[{"op":"replace","path":"/metadata/name","value":"other"}]""", "application/json-patch+json", 422 },
        { """{"metadata":{"name":"other"}}""", "application/merge-patch+json", 422 },
        { """{"data":[1]}""", "application/merge-patch+json", 422 },
        { "[]", "application/merge-patch+json", 400 },
        { """{"data":{"$patch":"nonsense"}}""", "application/strategic-merge-patch+json", 400 },
        { """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"there"}}""", "application/apply-patch+yaml", 400 },
        { "a: [", "application/apply-patch+yaml", 400 },
    };

    [Theory]
    [MemberData(nameof(Patches))]
    public async Task Bogus_patch_is_refused(string patch, string mediaType, int code)
    {
        await fixture.EnsureAsync("there");

        var answer = await fixture.UnchangedAsync("PATCH", ConfigMaps + "/there", Encoding.UTF8.GetBytes(patch), mediaType);

        // Which of the two a patch that does not fit gets differs between kinds of patches upstream too.
        answer.ShouldBeStatus(code, patch, or: code == 422 ? 400 : code == 400 ? 422 : code);
    }

    public static TheoryData<string, int, string> Queries => new()
    {
        { "?labelSelector=a+in+(", 400, "unable to parse" },
        { "?labelSelector=%21%21", 400, "unable to parse" },
        { "?labelSelector=a%3D%3D%3Db", 400, "unable to parse" },
        { "?fieldSelector=spec.none%3Da", 400, "field label not supported" },
        { "?fieldSelector=nonsense", 400, "selector" },
        { "?resourceVersion=abc", 422, "resourceVersion" },
        { "?resourceVersion=-1", 422, "resourceVersion" },
        { "?resourceVersion=9223372036854775808", 422, "resourceVersion" },
        { "?resourceVersionMatch=Exact", 422, "resourceVersionMatch" },
        { "?resourceVersion=1&resourceVersionMatch=nonsense", 422, "resourceVersionMatch" },
        { "?resourceVersion=0&resourceVersionMatch=Exact", 422, "resourceVersionMatch" },
        { "?sendInitialEvents=true", 422, "sendInitialEvents" },
        { "?watch=1&sendInitialEvents=true", 422, "resourceVersionMatch" },
        { "?limit=x", 400, "limit" },
        { "?timeoutSeconds=x", 400, "timeoutSeconds" },
        { "?continue=nonsense", 400, "continue" },
        { "?continue=" + "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIuLi8uLi9zZWNyZXRzIn0", 400, "continue" },
        { "?continue=" + "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTk5OTk5OTk5OTk5OTk5OTk5OTksInN0YXJ0IjoiYSJ9", 400, "continue" },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Bogus_query_is_refused(string query, int code, string message)
    {
        var answer = await fixture.UnchangedAsync("GET", ConfigMaps + query);

        answer.ShouldBeStatus(code, query);
        answer.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Version_that_has_not_happened_is_waited_for_and_then_refused()
    {
        var answer = await fixture.UnchangedAsync("GET", ConfigMaps + "?resourceVersion=99999999&resourceVersionMatch=NotOlderThan");

        answer.ShouldBeStatus(504, "future");
        answer.Message.ShouldContain("Too large resource version");
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/configmaps/../../../../secrets/x")]
    [InlineData("/api/v1/namespaces/default/configmaps/..%2f..%2fsecrets%2fkube-system%2fx")]
    [InlineData("/api/v1/namespaces/default/configmaps/%2e%2e/secrets/kube-system")]
    [InlineData("/api/v1/namespaces/default/configmaps/..")]
    [InlineData("/api/v1/namespaces/default/configmaps/%2E%2e?pretty=true")]
    [InlineData("/api/v1/./namespaces/default")]
    [InlineData("/api/v1/namespaces/..%2fkube-system/secrets/x")]
    [InlineData("/api/v1/namespaces/default/configmaps/%00")]
    [InlineData("/api/v1/namespaces/default/configmaps/a%2Fb")]
    [InlineData("/apis/../api/v1/namespaces/absent/secrets/x")]
    public async Task Path_tricks_lead_nowhere(string target)
    {
        foreach (var method in new[] { "GET", "DELETE", "PUT" })
        {
            var answer = await fixture.UnchangedAsync(method, target, method == "PUT" ? Encoding.UTF8.GetBytes(Good) : null, Json);

            answer.Code.ShouldBeOneOf(400, 404, 405, 422);
        }
    }

    [Fact]
    public async Task Very_long_name_in_the_path_is_not_found()
    {
        (await fixture.UnchangedAsync("GET", $"{ConfigMaps}/{new string('a', 20_000)}")).ShouldBeStatus(404, "long");
        (await fixture.UnchangedAsync("GET", $"{ConfigMaps}?labelSelector={new string('a', 20_000)}")).ShouldBeStatus(400, "long", or: 200);
    }

    /// <summary>One server, asked without sockets.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private InProcessApiServer? server;

        public async Task InitializeAsync()
        {
            using var deadline = ApiFixture.Deadline();
            server = await InProcessApiServer.StartWithoutSocketAsync(deadline.Token);
        }

        public async Task DisposeAsync() => await server!.DisposeAsync();

        /// <summary>Sends a request that must not change anything in namespace "default" or of Secrets.</summary>
        internal async Task<RawAnswer> UnchangedAsync(string method, string target, byte[]? body = null, string mediaType = Json)
        {
            var before = await StoredAsync();
            var answer = await RawAnswer.OfAsync(server!.Transport, method, target, body, mediaType);
            (await StoredAsync()).ShouldBe(before);
            return answer;
        }

        /// <summary>Makes a ConfigMap unless it is there.</summary>
        internal async Task EnsureAsync(string name) => (await RawAnswer.OfAsync(
            server!.Transport, "POST", ConfigMaps, Encoding.UTF8.GetBytes(ApiFixture.ConfigMap(name)), Json)).Code.ShouldBeOneOf(201, 409);

        private async Task<string> StoredAsync()
        {
            var all = await server!.Store.RangeAsync(Storage.RangeRequest.Prefix("/registry/"), CancellationToken.None);
            return string.Join('\n', all.Values.Where(v => v.Key.Contains("/configmaps/default/") || v.Key.Contains("/secrets/"))
                .Select(v => $"{v.Key} {v.ModRevision}"));
        }
    }
}
