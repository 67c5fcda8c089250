using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

[Trait("Category", "RealParts")]
public sealed class GetTests(Server server) : NamespacedTests(server)
{
    [Fact]
    public async Task Objects_are_written_as_yaml_json_paths_and_columns()
    {
        (await KubectlAsync("create configmap one --from-literal=a=1")).Succeeds();
        (await KubectlAsync("create configmap two --from-literal=a=2")).Succeeds();

        (await KubectlAsync("get configmap one -o yaml")).Lines().Take(4)
            .ShouldBe(["apiVersion: v1", "data:", "a: \"1\"", "kind: ConfigMap"]);
        JsonNode.Parse((await KubectlAsync($"get configmap --field-selector {Made} -o json")).Succeeds())!["items"]!.AsArray().Count.ShouldBe(2);
        (await KubectlAsync("get configmap one two -o jsonpath={.items[*].data.a}")).Succeeds().ShouldBe("1 2");
        (await KubectlAsync("get configmap one two -o custom-columns=N:.metadata.name,A:.data.a")).Lines()
            .ShouldBe(["N A", "one 1", "two 2"]);
        (await KubectlAsync($"get configmap --field-selector {Made} -o name")).Lines().ShouldBe(["configmap/one", "configmap/two"]);
        (await KubectlAsync("get configmap")).Lines()[0].ShouldBe("NAME DATA AGE");
    }

    [Fact]
    public async Task Wide_output_has_further_columns_and_all_spans_kinds()
    {
        await CreateDefaultAccountAsync();
        (await KubectlAsync($"run web --image=registry.example.org/web:1 {Nowhere}")).Succeeds();
        (await KubectlAsync("create deployment shop --image=registry.example.org/shop:1")).Succeeds();

        (await KubectlAsync("get pods")).Lines()[0].ShouldBe("NAME READY STATUS RESTARTS AGE");
        (await KubectlAsync("get pods -o wide")).Lines()[0]
            .ShouldBe("NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES");
        (await KubectlAsync("get pod web -o wide")).Lines()[1].ShouldContain("<none> <none> <none> <none>");
        (await KubectlAsync("get deployment -o wide")).Lines()[1].ShouldContain("shop registry.example.org/shop:1 app=shop");
        var all = (await KubectlAsync("get all")).Succeeds();
        all.ShouldContain("pod/web");
        all.ShouldContain("deployment.apps/shop");
    }

    [Fact]
    public async Task Labels_and_fields_select()
    {
        await CreateDefaultAccountAsync();
        (await KubectlAsync("run front --image=x --labels=tier=front,team=a")).Succeeds();
        (await KubectlAsync("run back --image=x --labels=tier=back")).Succeeds();

        (await KubectlAsync("get pods -l tier=front -o name")).Lines().ShouldBe(["pod/front"]);
        (await KubectlAsync("get", "pods", "-l", "tier in (front,back),!team", "-o", "name")).Lines().ShouldBe(["pod/back"]);
        (await KubectlAsync("get pods --field-selector metadata.name=back -o name")).Lines().ShouldBe(["pod/back"]);
        (await KubectlAsync("get pods --field-selector status.phase!=Pending")).Error.ShouldContain("No resources found");
        (await KubectlAsync("get pods --field-selector spec.colour=red")).Fails().ShouldContain("field label not supported");
        (await KubectlAsync("get pods -l tier=front --show-labels")).Lines()[1].ShouldContain("team=a,tier=front");
    }

    [Fact]
    public async Task Long_lists_come_in_chunks()
    {
        var items = Enumerable.Range(0, 25).Select(i => $$"""
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c{{i:00}}" } }
            """);
        (await PipeAsync($$"""{"apiVersion":"v1","kind":"List","items":[{{string.Join(',', items)}}]}""", "create -f -")).Succeeds();

        (await KubectlAsync($"get configmap --field-selector {Made} --chunk-size=10 -o name")).Lines().Count.ShouldBe(25);
        var page = JsonNode.Parse(
            (await KubectlAsync($"get --raw /api/v1/namespaces/{Namespace}/configmaps?limit=10")).Succeeds())!;
        page["items"]!.AsArray().Count.ShouldBe(10);
        page["metadata"]!["continue"]!.GetValue<string>().ShouldNotBeEmpty();
        page["metadata"]!["remainingItemCount"]!.GetValue<int>().ShouldBeInRange(15, 16);
    }

    [Fact]
    public async Task Watch_shows_what_is_there_and_then_every_change()
    {
        (await KubectlAsync("create configmap first --from-literal=a=1")).Succeeds();
        using var watch = Server.Admin.Start($"-n {Namespace} get configmap --field-selector {Made} -w --output-watch-events --no-headers");
        (await watch.ReadLineAsync()).ShouldStartWith("ADDED first 1");

        (await KubectlAsync("create configmap second")).Succeeds();
        (await watch.ReadLineAsync()).ShouldStartWith("ADDED second 0");
        (await KubectlAsync("""patch configmap second -p {"data":{"k":"v"}}""")).Succeeds();
        (await watch.ReadLineAsync()).ShouldStartWith("MODIFIED second 1");
        (await KubectlAsync("delete configmap first")).Succeeds();
        (await watch.ReadLineAsync()).ShouldStartWith("DELETED first 1");
    }

    [Fact]
    public async Task Watch_only_leaves_out_what_is_there_and_a_selector_turns_changes_into_additions()
    {
        (await KubectlAsync("create configmap first")).Succeeds();
        (await KubectlAsync("label configmap first seen=no")).Succeeds();
        using var watch = Server.Admin.Start(
            $"-n {Namespace} get configmap --watch-only --output-watch-events --no-headers -l seen=yes");
        using var marker = Server.Admin.Start($"-n {Namespace} get configmap first -w --no-headers");
        (await marker.ReadLineAsync()).ShouldStartWith("first");

        // The watch may begin after the first change, so changes are repeated until it tells of one.
        var line = watch.ReadLineAsync();
        while (!line.IsCompleted)
        {
            (await KubectlAsync("label --overwrite configmap first seen=yes")).Succeeds();
            (await KubectlAsync("label --overwrite configmap first seen=no")).Succeeds();
        }

        (await line).ShouldStartWith("ADDED first");
        (await watch.ReadLineAsync()).ShouldStartWith("DELETED first");
    }

    [Fact]
    public async Task Missing_object_and_kind_are_named()
    {
        (await KubectlAsync("get configmap nope")).Fails()
            .ShouldContain("Error from server (NotFound): configmaps \"nope\" not found");
        (await KubectlAsync("get absentees")).Fails().ShouldContain("the server doesn't have a resource type \"absentees\"");
    }

    [Fact]
    public async Task Events_are_listed_in_their_columns()
    {
        (await PipeAsync($$"""
            apiVersion: v1
            kind: Event
            metadata: {name: e1, namespace: {{Namespace}}}
            involvedObject: {apiVersion: v1, kind: Pod, name: web, namespace: {{Namespace}}}
            type: Warning
            reason: Failed
            message: it failed
            count: 3
            firstTimestamp: "2026-01-01T00:00:00Z"
            lastTimestamp: "2026-01-01T00:00:00Z"
            """, "create -f -")).Succeeds();

        (await KubectlAsync("get events")).Lines()[0].ShouldBe("LAST SEEN TYPE REASON OBJECT MESSAGE");
        (await KubectlAsync("get events")).Lines()[1].ShouldEndWith("Warning Failed pod/web it failed");
        (await KubectlAsync("events --for=pod/web")).Succeeds().ShouldContain("it failed");
        (await KubectlAsync("get events --field-selector involvedObject.name=web,type=Warning -o name")).Lines().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Raw_requests_answer_what_the_path_says()
    {
        JsonNode.Parse((await KubectlAsync("get --raw /version")).Succeeds())!["minor"]!.GetValue<string>().ShouldMatch(Target.IsForeign ? @"^\d+\+?$" : "^35$");
        (await KubectlAsync("get --raw /readyz")).Succeeds().ShouldBe("ok");
        (await KubectlAsync("get --raw /readyz?verbose")).Succeeds().ShouldContain("[+]");
        (await KubectlAsync("get --raw /nope")).Fails().ShouldContain("NotFound");
    }
}
