using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Tests.Rest;

namespace Hortus.ApiServer.Tests.Webhooks;

/// <summary>An API server and a webhook server. Every test works in a namespace of its own, and its webhooks hear of that
/// one only.</summary>
public sealed class WebhookFixture : IAsyncLifetime
{
    private const string Registration = "apis/admissionregistration.k8s.io/v1/";
    private const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    internal WebhookServer Hooks { get; private set; } = null!;

    public ApiFixture Api { get; } = new();

    public async Task InitializeAsync()
    {
        await Api.InitializeAsync();
        Hooks = await WebhookServer.StartAsync("hook.services.svc");
    }

    public async Task DisposeAsync()
    {
        await Api.DisposeAsync();
        await Hooks.DisposeAsync();
    }

    /// <summary>Creates a namespace with a service account for pods.</summary>
    public async Task NamespaceAsync(string name)
    {
        var body = """{"metadata":{"name":"N","labels":{"of":"N"}}}""".Replace("N", name, StringComparison.Ordinal);
        (await Api.PostAsync("api/v1/namespaces", body)).Code.ShouldBe(HttpStatusCode.Created);
        await Api.PostAsync($"api/v1/namespaces/{name}/serviceaccounts", """{"metadata":{"name":"default"}}""");
    }

    /// <summary>The body of a configuration with one webhook.</summary>
    internal string Configuration(bool mutating, string name, string url, string rule, string more = "") => $$"""
        {"apiVersion":"admissionregistration.k8s.io/v1",
         "kind":"{{(mutating ? "Mutating" : "Validating")}}WebhookConfiguration","metadata":{"name":"{{name}}"},
         "webhooks":[{"name":"{{name}}.hooks.example.com","clientConfig":{"url":"{{url}}","caBundle":"{{Hooks.CaBundle}}"},
           "rules":[{{rule}}],"sideEffects":"None","admissionReviewVersions":["v1"]{{more}}}]}
        """;

    /// <summary>A rule on some resource.</summary>
    internal static string Rule(string resources, string operations = "CREATE", string group = "", string version = "*") =>
        $$"""{"operations":[{{Quoted(operations)}}],"apiGroups":["{{group}}"],"apiVersions":["{{version}}"],"resources":[{{Quoted(resources)}}]}""";

    /// <summary>Hears of one namespace only.</summary>
    internal static string In(string name) => ",\"namespaceSelector\":{\"matchLabels\":{\"of\":\"" + name + "\"}}";

    internal async Task ConfigureAsync(bool mutating, string body) =>
        (await Api.PostAsync(PathOf(mutating), body)).Code.ShouldBe(HttpStatusCode.Created);

    internal static string PathOf(bool mutating) =>
        Registration + (mutating ? "mutating" : "validating") + "webhookconfigurations";

    /// <summary>Tries a request until its answer is as wanted; configurations take effect a moment later.</summary>
    internal static async Task<Answer> EventuallyAsync(Func<Task<Answer>> request, Func<Answer, bool> wanted)
    {
        using var deadline = ApiFixture.Deadline();
        while (true)
        {
            var answer = await request();
            if (wanted(answer))
            {
                return answer;
            }

            deadline.IsCancellationRequested.ShouldBeFalse($"the last answer was {answer.Code}: {answer.Body}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    /// <summary>Waits until creating a ConfigMap (on dry run) is answered as wanted.</summary>
    internal Task<Answer> WhenConfigMapAsync(string space, Func<Answer, bool> wanted) => EventuallyAsync(
        () => Api.PostAsync($"api/v1/namespaces/{space}/configmaps?dryRun=All", ApiFixture.ConfigMap("probe")), wanted);

    /// <summary>Creates a definition of kind <c>Thing</c> in the group <c>NAME.example.com</c> and waits until it is
    /// served.</summary>
    internal async Task DefineAsync(string group, string versions, string conversion = """{"strategy":"None"}""")
    {
        var body = $$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.{{{group}}}"},
             "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
               "versions":[{{{versions}}}],"conversion":{{{conversion}}}}}
            """;
        (await Api.PostAsync(Definitions, body)).Code.ShouldBe(HttpStatusCode.Created);
        await EventuallyAsync(
            () => Api.GetAsync($"{Definitions}/things.{group}"),
            a => a.Body["status"]?["conditions"] is JsonArray conditions
                && conditions.Any(c => c!["type"]!.ToString() == "Established" && c["status"]!.ToString() == "True"));
    }

    /// <summary>A version of a definition whose <c>data</c> has these fields.</summary>
    internal static string Version(string name, bool storage, params string[] fields) => """
        {"name":"NAME","served":true,"storage":STORAGE,"schema":{"openAPIV3Schema":
          {"type":"object","properties":{"data":{"type":"object","properties":{FIELDS}}}}}}
        """
        .Replace("NAME", name, StringComparison.Ordinal)
        .Replace("STORAGE", storage ? "true" : "false", StringComparison.Ordinal)
        .Replace("FIELDS", string.Join(',', fields.Select(f => $"\"{f}\":{{\"type\":\"string\"}}")), StringComparison.Ordinal);

    private static string Quoted(string list) => string.Join(',', list.Split(',').Select(e => '"' + e + '"'));
}
