using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;
using Hortus.Conformance.Tests.Wire;

namespace Hortus.Conformance.Tests.Golden;

/// <summary>The shapes that clients see, kept in files.</summary>
[Trait("Category", "RealParts")]
public sealed class GoldenTests(Server server) : WireTests(server)
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private const string PartialList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    private const string Discovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [OwnServerFact]
    public async Task Discovery_documents()
    {
        GoldenFile.Check("discovery/api.txt", await Api.GetAsync("/api"));
        var groups = await Api.GetAsync("/apis");
        GoldenFile.Check("discovery/apis-apps.txt", Only(groups, "groups", g => g["name"]!.ToString() == "apps"));
        GoldenFile.Check("discovery/group-apps.txt", await Api.GetAsync("/apis/apps"));
        GoldenFile.Check("discovery/apps-v1.txt", await Api.GetAsync("/apis/apps/v1"));
        var core = await Api.GetAsync("/api/v1");
        GoldenFile.Check("discovery/v1-pods.txt", Only(core, "resources", r => r["name"]!.ToString().StartsWith("pods", StringComparison.Ordinal)));
        var aggregated = await Api.GetAsync("/apis", Discovery);
        GoldenFile.Check(
            "discovery/aggregated-apps.txt", Only(aggregated, "items", g => g["metadata"]!["name"]!.ToString() == "apps"));
        (await Api.SendAsync(HttpMethod.Get, "/apis", null, null, Discovery + ";profile=nopeer")).Headers["Content-Type"]
            .ShouldBe(aggregated.Headers["Content-Type"]);
    }

    [OwnServerFact]
    public async Task Schemas()
    {
        var index = await Api.GetAsync("/openapi/v3");
        var paths = (JsonObject)index.Body["paths"]!;
        foreach (var other in paths.Select(p => p.Key).Where(k => k is not "apis/apps/v1" and not "api/v1").ToList())
        {
            paths.Remove(other);
        }

        GoldenFile.Check("openapi/index.txt", index);
        GoldenFile.Check("openapi/coordination-v1.txt", await Api.GetAsync("/openapi/v3/apis/coordination.k8s.io/v1"));
        var wrong = await Api.GetAsync("/openapi/v3/apis/coordination.k8s.io/v1?hash=00");
        wrong.Code.ShouldBe(301);
        (await Api.GetAsync(wrong.Headers["Location"])).Headers["Cache-Control"].ShouldContain("immutable");
    }

    [OwnServerFact]
    public async Task Lists_tables_and_metadata()
    {
        await CreateAsync("a");
        await CreateAsync("b", ""","annotations":{"note":"x"}""");
        GoldenFile.Check("lists/list.txt", await Api.GetAsync(Path + Mine), Here);
        GoldenFile.Check("lists/page.txt", await Api.GetAsync(Path + "?limit=1"), Here);
        GoldenFile.Check("lists/table.txt", await Api.GetAsync(Path + Mine, Table), Here);
        GoldenFile.Check("lists/table-objects.txt", await Api.GetAsync(Path + Mine + "&includeObject=Object&limit=1", Table), Here);
        GoldenFile.Check("lists/table-none.txt", await Api.GetAsync(Path + Mine + "&includeObject=None", Table), Here);
        GoldenFile.Check("lists/partial.txt", await Api.GetAsync(Path + Mine, PartialList), Here);
    }

    [OwnServerFact]
    public async Task Columns_of_the_kinds_that_people_look_at()
    {
        (string Name, string Path)[] kinds =
        [
            ("pods", "/api/v1/pods"), ("nodes", "/api/v1/nodes"), ("services", "/api/v1/services"), ("secrets", "/api/v1/secrets"),
            ("configmaps", "/api/v1/configmaps"), ("namespaces", "/api/v1/namespaces"), ("events", "/api/v1/events"),
            ("events.events.k8s.io", "/apis/events.k8s.io/v1/events"),
            ("serviceaccounts", "/api/v1/serviceaccounts"), ("endpoints", "/api/v1/endpoints"),
            ("persistentvolumes", "/api/v1/persistentvolumes"), ("persistentvolumeclaims", "/api/v1/persistentvolumeclaims"),
            ("deployments", "/apis/apps/v1/deployments"), ("replicasets", "/apis/apps/v1/replicasets"),
            ("statefulsets", "/apis/apps/v1/statefulsets"), ("daemonsets", "/apis/apps/v1/daemonsets"),
            ("controllerrevisions", "/apis/apps/v1/controllerrevisions"),
            ("jobs", "/apis/batch/v1/jobs"), ("cronjobs", "/apis/batch/v1/cronjobs"),
            ("leases", "/apis/coordination.k8s.io/v1/leases"), ("endpointslices", "/apis/discovery.k8s.io/v1/endpointslices"),
            ("ingresses", "/apis/networking.k8s.io/v1/ingresses"), ("ingressclasses", "/apis/networking.k8s.io/v1/ingressclasses"),
            ("networkpolicies", "/apis/networking.k8s.io/v1/networkpolicies"),
            ("poddisruptionbudgets", "/apis/policy/v1/poddisruptionbudgets"),
            ("horizontalpodautoscalers", "/apis/autoscaling/v2/horizontalpodautoscalers"),
            ("priorityclasses", "/apis/scheduling.k8s.io/v1/priorityclasses"),
            ("storageclasses", "/apis/storage.k8s.io/v1/storageclasses"),
            ("certificatesigningrequests", "/apis/certificates.k8s.io/v1/certificatesigningrequests"),
            ("roles", "/apis/rbac.authorization.k8s.io/v1/roles"), ("rolebindings", "/apis/rbac.authorization.k8s.io/v1/rolebindings"),
            ("customresourcedefinitions", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"),
            ("apiservices", "/apis/apiregistration.k8s.io/v1/apiservices"),
        ];
        var columns = new JsonObject();
        foreach (var (name, path) in kinds)
        {
            var table = await Api.GetAsync(path + "?limit=1", Table);
            table.Code.ShouldBe(200, path);
            columns[name] = new JsonArray([.. table.Body["columnDefinitions"]!.AsArray()
                .Select(c => (JsonNode)$"{c!["name"]} {c["type"]} {c["priority"]}")]);
        }

        GoldenFile.Check("lists/columns.json", columns);
    }

    [OwnServerFact]
    public async Task Watch_events()
    {
        var from = (await CreateAsync("a")).Version;
        using var later = await Api.WatchAsync($"{Path}{Mine}&resourceVersion={from}&allowWatchBookmarks=true&timeoutSeconds=2");
        await Api.PatchAsync($"{Path}/a", """{"data":{"key":"2"}}""");
        await Api.DeleteAsync($"{Path}/a");
        await CreateAsync("b");
        using var streamed = await Api.WatchAsync(
            Path + Mine + "&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan");
        using var table = await Api.WatchAsync(
            Path + Mine + "&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan", Table);
        GoldenFile.Check(
            "watch/events.json",
            new JsonArray(await later.NextAsync(), await later.NextAsync(), await later.NextAsync(), await later.NextAsync()),
            Here);
        GoldenFile.Check("watch/streamed.json", new JsonArray(await streamed.NextAsync(), await streamed.NextAsync()), Here);
        GoldenFile.Check("watch/table.json", new JsonArray(await table.NextAsync(), await table.NextAsync()), Here);
    }

    [OwnServerFact]
    public async Task Ownership_of_fields()
    {
        const string Apply = "application/apply-patch+yaml";
        const string Deployment = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":1,
             "selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
             "spec":{"containers":[{"name":"m","image":"i","ports":[{"containerPort":80}]}]}}}}
            """;
        var path = $"/apis/apps/v1/namespaces/{Namespace}/deployments";
        await Api.PatchAsync($"{path}/d?fieldManager=first", Deployment, Apply);
        await Api.PatchAsync($"{path}/d/scale?fieldManager=second", """{"spec":{"replicas":3}}""");
        await Api.PatchAsync($"{path}/d/status?fieldManager=third", """{"status":{"replicas":3}}""");
        await Api.PatchAsync($"{path}/d?fieldManager=fourth", """{"spec":{"template":{"spec":{"containers":[{"name":"m","env":[{"name":"A","value":"B"}]}]}}}}""", "application/strategic-merge-patch+json");
        var conflict = await Api.PatchAsync($"{path}/d?fieldManager=first", Deployment, Apply);

        GoldenFile.Check("apply/conflict.txt", conflict, Here);
        var managers = (await Api.GetAsync($"{path}/d")).Body["metadata"]!["managedFields"]!;
        GoldenFile.Check("apply/managedFields.json", managers, Here);
    }

    [OwnServerFact]
    public async Task Definitions_of_custom_resources()
    {
        var group = $"{Namespace}.example.org";
        const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        await Api.PostAsync(Definitions, $$$"""
            {"metadata":{"name":"asters.{{{group}}}"},"spec":{"group":"{{{group}}}","scope":"Namespaced",
             "names":{"plural":"asters","kind":"Aster","shortNames":["as"],"categories":["all"]},
             "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
              "schema":{"openAPIV3Schema":{"type":"object","properties":{
               "spec":{"type":"object","properties":{"thorns":{"type":"integer","minimum":0} } },
               "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } } },
              "additionalPrinterColumns":[{"name":"Thorns","type":"integer","jsonPath":".spec.thorns"}] }] } }
            """);
        var established = await Cluster.WaitAsync(
            async () => await Api.GetAsync($"{Definitions}/asters.{group}") is var read
                && read.Body["status"]?["conditions"]?.AsArray()
                    .Any(c => c!["type"]!.ToString() == "Established" && c["status"]!.ToString() == "True") == true ? read : null,
            "the definition is established");
        ((JsonObject)established.Body["metadata"]!).Remove("managedFields"); // In how many writes differs from run to run.
        GoldenFile.Check("custom/definition.txt", established, Here);
        var path = $"/apis/{group}/v1/namespaces/{Namespace}/asters";
        await Cluster.WaitAsync(async () => (await Api.GetAsync(path)).Code == 200 ? "" : null, "the resource is served");
        await Api.PostAsync(path, $$$"""{"apiVersion":"{{{group}}}/v1","kind":"Aster","metadata":{"name":"r"},"spec":{"thorns":7} }""");
        GoldenFile.Check("custom/table.txt", await Api.GetAsync(path, Table), Here);
        GoldenFile.Check("custom/discovery.txt", await Api.GetAsync($"/apis/{group}/v1"), Here);
        GoldenFile.Check("custom/invalid.txt", await Api.PostAsync(
            path, $$$"""{"apiVersion":"{{{group}}}/v1","kind":"Aster","metadata":{"name":"bad"},"spec":{"thorns":-1} }"""), Here);
        (await Api.DeleteAsync($"{Definitions}/asters.{group}")).Code.ShouldBe(200);
    }

    private (string, string) Here => (Namespace, "NAMESPACE");

    private static WireAnswer Only(WireAnswer answer, string list, Func<JsonNode, bool> wanted)
    {
        var body = (JsonObject)answer.Body.DeepClone();
        body[list] = new JsonArray([.. body[list]!.AsArray().Where(i => wanted(i!)).Select(i => i!.DeepClone())]);
        return answer with { Body = body };
    }
}
