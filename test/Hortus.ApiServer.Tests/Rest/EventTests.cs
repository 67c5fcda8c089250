using System.Net;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Tests.Rest;

/// <summary>Events of the core group and of events.k8s.io are the same objects.</summary>
[Trait("Category", "Integration")]
public sealed class EventTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string New = "apis/events.k8s.io/v1/namespaces/";
    private const string Core = "api/v1/namespaces/";

    [Fact]
    public async Task Event_written_in_the_new_group_is_read_in_the_core_group()
    {
        var space = await NamespaceAsync("from-new");
        var created = await api.PostAsync($"{New}{space}/events", Report("e", space, """
            ,"series":{"count":3,"lastObservedTime":"2026-01-01T00:00:05.000000Z"},"related":{"kind":"Node","name":"n"}
            """));
        created.Code.ShouldBe(HttpStatusCode.Created, created.Message);
        created.Body["apiVersion"]!.ToString().ShouldBe("events.k8s.io/v1");
        created.Body["regarding"]!["name"]!.ToString().ShouldBe("p");
        created.Body["deprecatedSource"]!.AsObject().Count.ShouldBe(0);

        var core = (await api.GetAsync($"{Core}{space}/events/e")).Body;

        core["apiVersion"]!.ToString().ShouldBe("v1");
        core["involvedObject"]!["name"]!.ToString().ShouldBe("p");
        core["message"]!.ToString().ShouldBe("all is well");
        core["reportingComponent"]!.ToString().ShouldBe("example.org/reporter");
        core["reportingInstance"]!.ToString().ShouldBe("reporter-1");
        core["eventTime"]!.ToString().ShouldBe("2026-01-01T00:00:00.000000Z");
        core["series"]!["count"]!.GetValue<int>().ShouldBe(3);
        core["related"]!["kind"]!.ToString().ShouldBe("Node");
        core["action"]!.ToString().ShouldBe("Look");
        core.ContainsKey("regarding").ShouldBeFalse();
        core["metadata"]!["resourceVersion"]!.ToString().ShouldBe(created.Version);
    }

    [Fact]
    public async Task Event_written_in_the_core_group_is_read_in_the_new_group()
    {
        var space = await NamespaceAsync("from-core");
        var created = await api.PostAsync($"{Core}{space}/events", $$$"""
            {"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"{{{space}}}","fieldPath":"spec"},
             "reason":"R","message":"m","type":"Warning","count":4,"source":{"component":"c","host":"h"},
             "firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:01:00Z"}
            """);
        created.Code.ShouldBe(HttpStatusCode.Created, created.Message);

        var shown = (await api.GetAsync($"{New}{space}/events")).Body["items"]!.AsArray().Single()!.AsObject();

        shown["regarding"]!["fieldPath"]!.ToString().ShouldBe("spec");
        shown["note"]!.ToString().ShouldBe("m");
        shown["deprecatedCount"]!.GetValue<int>().ShouldBe(4);
        shown["deprecatedSource"]!["host"]!.ToString().ShouldBe("h");
        shown["deprecatedFirstTimestamp"]!.ToString().ShouldBe("2026-01-01T00:00:00Z");
        shown["deprecatedLastTimestamp"]!.ToString().ShouldBe("2026-01-01T00:01:00Z");
        shown.ContainsKey("reportingController").ShouldBeFalse();
        shown.Select(f => f.Key).Intersect(["involvedObject", "message", "source", "count"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task Event_is_changed_and_deleted_in_either_group()
    {
        var space = await NamespaceAsync("changed");
        await api.PostAsync($"{New}{space}/events", Report("e", space));

        var patched = await api.MergeAsync(
            $"{New}{space}/events/e", """{"series":{"count":2,"lastObservedTime":"2026-01-01T00:00:05.000000Z"}}""");
        patched.Code.ShouldBe(HttpStatusCode.OK, patched.Message);
        (await api.GetAsync($"{Core}{space}/events/e")).Body["series"]!["count"]!.GetValue<int>().ShouldBe(2);
        (await api.MergeAsync($"{Core}{space}/events/e", """{"message":"changed"}""")).Code.ShouldBe(HttpStatusCode.OK);
        var current = (await api.GetAsync($"{New}{space}/events/e")).Body;
        current["note"]!.ToString().ShouldBe("changed");
        current["series"]!["count"] = 5;
        (await api.PutAsync($"{New}{space}/events/e", current.ToJsonString())).Code.ShouldBe(HttpStatusCode.OK);
        var applied = await api.SendAsync(
            HttpMethod.Patch,
            $"{New}{space}/events/applied?fieldManager=m",
            """{"apiVersion":"events.k8s.io/v1","kind":"Event",""" + Report("applied", space)[1..],
            "application/apply-patch+yaml");
        applied.Code.ShouldBe(HttpStatusCode.Created, applied.Message);

        (await api.DeleteAsync($"{New}{space}/events/e")).Code.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync($"{Core}{space}/events/e")).Code.ShouldBe(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"{New}{space}/events")).Code.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync($"{Core}{space}/events")).ItemNames.ShouldBeEmpty();
    }

    [Fact]
    public async Task Events_are_selected_by_the_names_of_their_group()
    {
        var space = await NamespaceAsync("selected-events");
        await api.PostAsync($"{New}{space}/events", Report("new", space));
        await api.PostAsync($"{Core}{space}/events", $$$"""
            {"metadata":{"name":"old"},"involvedObject":{"kind":"Pod","name":"p","namespace":"{{{space}}}"},"type":"Warning"}
            """);

        (await api.GetAsync($"{New}{space}/events?fieldSelector=regarding.name%3Dp")).ItemNames.ShouldBe(["new", "old"]);
        (await api.GetAsync($"{New}{space}/events?fieldSelector=reportingController%3Dexample.org/reporter"))
            .ItemNames.ShouldBe(["new"]);
        (await api.GetAsync($"{Core}{space}/events?fieldSelector=source%3Dexample.org/reporter,reason%3DSeen"))
            .ItemNames.ShouldBe(["new"]);
        (await api.GetAsync($"{New}{space}/events?fieldSelector=involvedObject.name%3Dp")).Message
            .ShouldContain("field label not supported: involvedObject.name");
    }

    [Fact]
    public async Task Tables_of_both_groups_are_the_same()
    {
        const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        var space = await NamespaceAsync("event-tables");
        await api.PostAsync($"{New}{space}/events", Report("e", space, """
            ,"series":{"count":3,"lastObservedTime":"2026-01-01T00:00:05.000000Z"}
            """));

        var core = (await api.GetAsync($"{Core}{space}/events", Table)).Body;
        var other = (await api.GetAsync($"{New}{space}/events", Table)).Body;

        other["columnDefinitions"]!.ToJsonString().ShouldBe(core["columnDefinitions"]!.ToJsonString());
        var cells = other["rows"]![0]!["cells"]!.AsArray().Select(c => c!.ToString()).ToList();
        cells[3].ShouldBe("pod/p");
        cells[5].ShouldBe("example.org/reporter, reporter-1");
        cells[6].ShouldBe("all is well");
        cells[8].ShouldBe("3");
        core["rows"]![0]!["cells"]![8]!.ToString().ShouldBe("3");
    }

    [Fact]
    public async Task Watch_of_the_new_group_shows_what_the_core_group_writes()
    {
        using var deadline = ApiFixture.Deadline();
        var space = await NamespaceAsync("watched-events");
        var version = (await api.GetAsync($"{New}{space}/events")).Version;
        using var stream = await api.Server.Client.GetStreamAsync(
            new Uri($"{New}{space}/events?watch=1&resourceVersion={version}", UriKind.Relative), deadline.Token);
        using var lines = new StreamReader(stream);
        await api.PostAsync($"{Core}{space}/events", $$$"""
            {"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"{{{space}}}"},"message":"hello"}
            """);

        var seen = JsonNode.Parse((await lines.ReadLineAsync(deadline.Token))!)!;

        seen["type"]!.ToString().ShouldBe("ADDED");
        seen["object"]!["apiVersion"]!.ToString().ShouldBe("events.k8s.io/v1");
        seen["object"]!["note"]!.ToString().ShouldBe("hello");
    }

    [Theory]
    [InlineData("eventTime", "eventTime: Required value")]
    [InlineData("reportingController", "reportingController: Required value")]
    [InlineData("reportingInstance", "reportingInstance: Required value")]
    [InlineData("action", "action: Required value")]
    [InlineData("reason", "reason: Required value")]
    [InlineData("type", "type: Invalid value: \"\": has invalid value")]
    public async Task New_event_without_what_it_needs_is_invalid(string missing, string message)
    {
        var body = (JsonObject)JsonNode.Parse(Report("e", "default"))!;
        body.Remove(missing);

        var refused = await api.PostAsync(New + "default/events", body.ToJsonString());

        ((int)refused.Code).ShouldBe(422, refused.Message);
        refused.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData(""","deprecatedCount":1""", "count: Invalid value: \"\": needs to be unset")]
    [InlineData(""","deprecatedSource":{"component":"c"}""", "source: Invalid value: \"\": needs to be unset")]
    [InlineData(""","deprecatedFirstTimestamp":"2026-01-01T00:00:00Z" """, "firstTimestamp: Invalid value: \"\": needs to be unset")]
    [InlineData(""","series":{"count":1,"lastObservedTime":"2026-01-01T00:00:00.000000Z"}""", "series.count: Invalid value: \"\": should be at least 2")]
    public async Task New_event_with_fields_of_the_old_ones_is_invalid(string more, string message)
    {
        var refused = await api.PostAsync(New + "default/events", Report("e", "default", more));

        ((int)refused.Code).ShouldBe(422, refused.Message);
        refused.Message.ShouldContain(message);
    }

    [Fact]
    public async Task What_an_event_reported_stays_when_it_is_changed_in_the_new_group()
    {
        var space = await NamespaceAsync("fixed");
        await api.PostAsync($"{New}{space}/events", Report("e", space));

        var refused = await api.MergeAsync($"{New}{space}/events/e", """{"note":"other","reportingController":"x"}""");

        ((int)refused.Code).ShouldBe(422, refused.Message);
        refused.Message.ShouldContain("message: Invalid value: \"other\": field is immutable");
        refused.Message.ShouldContain("reportingController: Invalid value: \"x\": field is immutable");
    }

    [Fact]
    public async Task Event_without_a_time_may_be_changed_in_the_new_group()
    {
        var space = await NamespaceAsync("without-time");
        await api.PostAsync($"{Core}{space}/events", $$$"""
            {"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"{{{space}}}"},"count":1}
            """);

        var patched = await api.MergeAsync($"{New}{space}/events/e", """{"metadata":{"labels":{"seen":"yes"}}}""");

        patched.Code.ShouldBe(HttpStatusCode.OK, patched.Message);
        (await api.GetAsync($"{Core}{space}/events?labelSelector=seen")).ItemNames.ShouldBe(["e"]);
    }

    [Fact]
    public async Task Event_about_an_object_of_another_namespace_is_invalid()
    {
        var refused = await api.PostAsync(Core + "default/events", """
            {"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"other"} }
            """);

        ((int)refused.Code).ShouldBe(422, refused.Message);
        refused.Message.ShouldContain("involvedObject.namespace: Invalid value: \"other\": does not match event.namespace");
    }

    [Fact]
    public async Task Both_groups_tell_the_same_storage_version()
    {
        static string Hash(Answer answer) => answer.Body["resources"]!.AsArray()
            .Single(r => r!["name"]!.ToString() == "events")!["storageVersionHash"]!.ToString();

        Hash(await api.GetAsync("apis/events.k8s.io/v1")).ShouldBe("r2yiGXH7wu8=");
        Hash(await api.GetAsync("api/v1")).ShouldBe("r2yiGXH7wu8=");
    }

    private static string Report(string name, string space, string more = "") => $$$"""
        {"metadata":{"name":"{{{name}}}"},"eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"example.org/reporter",
         "reportingInstance":"reporter-1","action":"Look","reason":"Seen","type":"Normal","note":"all is well",
         "regarding":{"kind":"Pod","name":"p","namespace":"{{{space}}}"}{{{more}}}}
        """;

    private async Task<string> NamespaceAsync(string name)
    {
        await api.PostAsync("api/v1/namespaces", $$"""{"metadata":{"name":"{{name}}"} }""");
        return name;
    }
}
