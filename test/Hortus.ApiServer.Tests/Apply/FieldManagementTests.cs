using System.Text.Json.Nodes;
using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Apply;

public class FieldManagementTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Create_ByApply_OwnsExactlyTheConfig()
    {
        var created = Apply(null, """{"apiVersion":"v1","kind":"P","metadata":{"name":"x","labels":{"a":"1"}},"spec":{"replicas":1,"containers":[{"name":"c","image":"i"}]}}""", "helm");

        Entries(created).ShouldBe(
            ["""helm/Apply {"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{}}},"f:replicas":{}}}"""]);
    }

    [Fact]
    public void Create_ByUpdate_OwnsContainersToo()
    {
        var created = Update(null, """{"metadata":{"name":"x","labels":{"a":"1"}},"spec":{"replicas":1,"args":["x"],"tags":["t"]}}""", "kubectl");

        Entries(created).ShouldBe(
            ["""kubectl/Update {"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{".":{},"f:args":{},"f:replicas":{},"f:tags":{".":{},"v:\"t\"":{}}}}"""]);
    }

    [Fact]
    public void Apply_OfAFieldThatAnotherSet_Conflicts()
    {
        var live = Update(null, """{"metadata":{"name":"x"},"spec":{"replicas":1}}""", "kubectl");

        var error = Should.Throw<ApiStatusException>(() => Apply(live, """{"spec":{"replicas":2}}""", "helm"));

        error.Code.ShouldBe(409);
        error.Message.ShouldBe("Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas");
        error.Status.Details!.Causes!.ShouldHaveSingleItem().Field.ShouldBe(".spec.replicas");
    }

    [Fact]
    public void Apply_WithConflictsOfSeveralManagers_ListsThemByManager()
    {
        var live = Apply(null, """{"spec":{"containers":[{"name":"c","image":"1"}]}}""", "b");
        live = Apply(live, """{"spec":{"replicas":1}}""", "a");

        var error = Should.Throw<ApiStatusException>(
            () => Apply(live, """{"spec":{"replicas":2,"containers":[{"name":"c","image":"2"}]}}""", "helm"));

        error.Message.ShouldBe(
            "Apply failed with 2 conflicts: conflicts with \"a\":\n- .spec.replicas\nconflicts with \"b\":\n- .spec.containers[name=\"c\"].image");
    }

    [Fact]
    public void Apply_WithForce_TakesTheField()
    {
        var live = Update(null, """{"spec":{"replicas":1}}""", "kubectl");

        var applied = Apply(live, """{"spec":{"replicas":2}}""", "helm", force: true);

        Entries(applied).ShouldBe(["""helm/Apply {"f:spec":{"f:replicas":{}}}""", """kubectl/Update {"f:spec":{}}"""]);
        applied["spec"]!["replicas"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public void Apply_OfTheSameValue_IsSharedWithoutConflict()
    {
        var live = Apply(null, """{"spec":{"replicas":1}}""", "a");
        live = Apply(live, """{"spec":{"replicas":1}}""", "b");

        var released = Apply(live, """{"metadata":{"name":"x"}}""", "a");

        released["spec"]!["replicas"]!.GetValue<int>().ShouldBe(1);
        Entries(released).ShouldBe(["""b/Apply {"f:spec":{"f:replicas":{}}}"""]);
    }

    [Fact]
    public void Apply_WithoutAFieldItOwnedAlone_RemovesIt()
    {
        var live = Apply(null, """{"spec":{"replicas":1,"nodeSelector":{"a":"1","b":"2"},"containers":[{"name":"c","image":"1"},{"name":"d"}]}}""", "a");

        var applied = Apply(live, """{"spec":{"nodeSelector":{"a":"1"},"containers":[{"name":"c"}]}}""", "a");

        applied["spec"]!.ToJsonString().ShouldBe("""{"nodeSelector":{"a":"1"},"containers":[{"name":"c"}]}""");
    }

    [Fact]
    public void Apply_KeepsWhatOthersAddedToTheSameParts()
    {
        var live = Apply(null, """{"spec":{"containers":[{"name":"c","image":"1"}]}}""", "a");
        live = Update(live, """{"spec":{"containers":[{"name":"injected"},{"name":"c","image":"1","env":[{"name":"E","value":"v"}]}]}}""", "webhook");

        var applied = Apply(live, """{"spec":{"containers":[{"name":"c","image":"2"}]}}""", "a");

        applied["spec"]!.ToJsonString().ShouldBe(
            """{"containers":[{"name":"injected"},{"name":"c","image":"2","env":[{"name":"E","value":"v"}]}]}""");
    }

    [Fact]
    public void Apply_Twice_ChangesNothingNotEvenTimes()
    {
        const string Config = """{"metadata":{"name":"x"},"spec":{"replicas":1,"tags":["b","a"],"selector":{"matchLabels":{"a":"b"}},"containers":[{"name":"c","ports":[{"containerPort":80}]}]}}""";
        var once = Apply(null, Config, "a");

        var twice = Apply(once, Config, "a", minutes: 5);

        twice.ToJsonString().ShouldBe(once.ToJsonString());
    }

    [Fact]
    public void Apply_OfAKeyWithDefault_MatchesTheDefaultedItem()
    {
        var live = Update(null, """{"spec":{"containers":[{"name":"c","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}""", "k");

        var applied = Apply(live, """{"spec":{"containers":[{"name":"c","ports":[{"containerPort":80,"name":"http"}]}]}}""", "a");

        applied["spec"]!["containers"]![0]!["ports"]!.ToJsonString().ShouldBe("""[{"containerPort":80,"protocol":"TCP","name":"http"}]""");
        Entries(applied)[0].ShouldContain("""k:{\"containerPort\":80,\"protocol\":\"TCP\"}""");
    }

    [Fact]
    public void Apply_OrdersKeyedListsByTheConfig()
    {
        var live = Update(null, """{"spec":{"containers":[{"name":"a"},{"name":"x"},{"name":"b"}]}}""", "k");

        var applied = Apply(live, """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""", "h");

        applied["spec"]!["containers"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()).ShouldBe(["x", "b", "a"]);
    }

    [Theory]
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}""")]
    [InlineData("""{"spec":{"tags":["a","a"]}}""")]
    [InlineData("""{"spec":{"containers":[{"image":"a"}]}}""")]
    [InlineData("""{"metadata":{"managedFields":[]}}""")]
    public void Apply_OfAConfigThatMakesNoSense_Is400(string config) =>
        Should.Throw<ApiStatusException>(() => Apply(null, config, "a")).Code.ShouldBe(400);

    [Fact]
    public void Apply_OnUntrackedObject_GivesTheRestToBeforeFirstApply()
    {
        var applied = Apply(JsonText.Obj("""{"metadata":{"name":"x"},"spec":{"replicas":1}}"""), """{"spec":{"args":["a"]}}""", "a");

        Entries(applied).ShouldBe(
            ["""a/Apply {"f:spec":{"f:args":{}}}""", """before-first-apply/Update {"f:spec":{".":{},"f:replicas":{}}}"""]);
    }

    [Fact]
    public void Update_TakesChangedFieldsAndDropsRemovedOnes()
    {
        var live = Apply(null, """{"spec":{"replicas":1,"args":["a"],"nodeSelector":{"a":"1"}}}""", "a");

        var updated = Update(live, """{"spec":{"replicas":2,"nodeSelector":{"a":"1"}}}""", "hpa");

        Entries(updated).ShouldBe(
            ["""a/Apply {"f:spec":{"f:nodeSelector":{"f:a":{}}}}""", """hpa/Update {"f:spec":{"f:replicas":{}}}"""]);
    }

    [Fact]
    public void Update_WithoutChange_KeepsManagersAsTheyAre()
    {
        var live = Update(null, """{"spec":{"replicas":1}}""", "a");

        var updated = Update(live, """{"spec":{"replicas":1}}""", "b", minutes: 3);

        updated["metadata"]!["managedFields"]!.ToJsonString().ShouldBe(live["metadata"]!["managedFields"]!.ToJsonString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    public void Update_WithEmptyManagedFields_EndsTrackingUntilTheNextApply(string managedFields)
    {
        var live = Update(null, """{"metadata":{"name":"x"},"spec":{"replicas":1}}""", "a");

        var cleared = Update(live, $$$"""{"metadata":{"name":"x","managedFields":{{{managedFields}}}},"spec":{"replicas":2}}""", "b");
        var later = Update(cleared, """{"metadata":{"name":"x"},"spec":{"replicas":3}}""", "b");

        cleared["metadata"]!.ToJsonString().ShouldBe("""{"name":"x"}""");
        later["metadata"]!.ToJsonString().ShouldBe("""{"name":"x"}""");
        Owners(Apply(later, """{"spec":{"paused":true}}""", "c")).ShouldContain("before-first-apply");
    }

    [Theory]
    [InlineData("""{"":{}}""")]
    [InlineData("""{"f:spec":{"x":{}}}""")]
    [InlineData("""{"f:spec":{"f:replicas":1}}""")]
    public void Update_WithManagedFieldsThatCannotBeRead_KeepsTheStoredOnes(string fields)
    {
        var live = Update(null, """{"metadata":{"name":"x"},"spec":{"replicas":1}}""", "a");

        var updated = Update(live, $$$"""
            {"metadata":{"name":"x","managedFields":[
              {"manager":"m","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{{{fields}}}}]},
             "spec":{"replicas":1}}
            """, "b");

        updated["metadata"]!["managedFields"]!.ToJsonString().ShouldBe(live["metadata"]!["managedFields"]!.ToJsonString());
    }

    [Fact]
    public void Apply_OnManagedFieldsThatCannotBeReadWhole_LeavesOutWhatIsNoStep()
    {
        var live = Update(null, """{"metadata":{"name":"x"},"spec":{"replicas":1}}""", "a");
        live["metadata"]!["managedFields"]![0]!["fieldsV1"] = JsonNode.Parse("""{"":{},"f:spec":{"f:replicas":{}}}""");

        var applied = Apply(live, """{"metadata":{"name":"x"},"spec":{"replicas":2}}""", "b", force: true);

        Owners(applied).ShouldBe(["b"]);
    }

    [Fact]
    public void Create_DoesNotOwnStructuresThatEveryObjectHas()
    {
        var writer = Writer("a", 0, "") with { Blank = JsonText.Obj("""{"spec":{"strategy":{},"containers":null}}""") };

        var created = FieldManagement.Update(
            null,
            JsonText.Obj("""{"spec":{"strategy":{"type":"Recreate"},"containers":[{"name":"c"}]}}"""),
            PodLike.Schema,
            writer);

        var owned = created["metadata"]!["managedFields"]![0]!["fieldsV1"];
        JsonTree.Same(owned, JsonText.Obj(
            """{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:name":{}}},"f:strategy":{"f:type":{}}}}"""))
            .ShouldBeTrue(owned!.ToJsonString());
    }

    [Fact]
    public void Update_OfStatus_HasAnEntryOfItsOwn()
    {
        var live = Update(null, """{"spec":{"replicas":1}}""", "a");

        var updated = Update(live, """{"spec":{"replicas":1},"status":{"phase":"Ready"}}""", "a", subresource: "status");

        updated["metadata"]!["managedFields"]!.AsArray().Count.ShouldBe(2);
        updated["metadata"]!["managedFields"]![1]!["subresource"]!.GetValue<string>().ShouldBe("status");
    }

    [Fact]
    public void Apply_OfStatusThroughTheMainResource_IsIgnored()
    {
        var writer = Writer("a", 0, "") with { ResetFields = ["status"] };

        var applied = FieldManagement.Apply(
            null, JsonText.Obj("""{"spec":{"replicas":1},"status":{"phase":"x"}}"""), PodLike.Schema, writer, force: false);

        applied.ContainsKey("status").ShouldBeFalse();
        Entries(applied).ShouldBe(["""a/Apply {"f:spec":{"f:replicas":{}}}"""]);
    }

    [Fact]
    public void ManyUpdaters_AreMergedIntoAncientChanges()
    {
        var live = Update(null, """{"spec":{"nodeSelector":{}}}""", "first");
        for (var i = 0; i < 15; i++)
        {
            var next = (JsonObject)live.DeepClone();
            next["spec"]!["nodeSelector"]!["k" + i] = "v";
            live = FieldManagement.Update(live, next, PodLike.Schema, Writer("m" + i, i, ""));
        }

        var managers = live["metadata"]!["managedFields"]!.AsArray();

        managers.Count.ShouldBeLessThanOrEqualTo(10);
        managers.ShouldContain(m => m!["manager"]!.GetValue<string>() == "ancient-changes");
    }

    [Fact]
    public void KubectlApply_AfterClientSideApply_DoesNotConflictWithItself()
    {
        const string Config = """{"metadata":{"name":"x","annotations":{}},"spec":{"replicas":1}}""";
        var live = Update(
            null,
            $$$"""{"metadata":{"name":"x","annotations":{"kubectl.kubernetes.io/last-applied-configuration":{{{JsonValue.Create(Config).ToJsonString()}}}}},"spec":{"replicas":1}}""",
            "kubectl-client-side-apply");

        var applied = Apply(live, """{"metadata":{"name":"x"},"spec":{"replicas":3}}""", "kubectl");

        applied["spec"]!["replicas"]!.GetValue<int>().ShouldBe(3);
        applied["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"]!.GetValue<string>().ShouldContain("3");
    }

    [Fact]
    public void UnknownFields_HaveGranularMapsAndAtomicLists()
    {
        var live = Apply(null, """{"extra":{"a":1,"list":[1]}}""", "a");

        var applied = Apply(live, """{"extra":{"b":2}}""", "b");

        applied["extra"]!.ToJsonString().ShouldBe("""{"a":1,"list":[1],"b":2}""");
    }

    [Fact]
    public void OwnershipOfParts_BecomesThatOfTheWhole_WhenTheSchemaTurnsAtomic()
    {
        var live = Apply(null, """{"spec":{"replicas":1}}""", "a");
        live["spec"]!["selector"] = JsonText.Obj("""{"matchLabels":{"x":"y"}}""");
        live["metadata"]!["managedFields"]![0]!["fieldsV1"]!["f:spec"]!["f:selector"] =
            JsonText.Obj("""{"f:matchLabels":{"f:x":{}}}""");

        Should.Throw<ApiStatusException>(() => Apply(live, """{"spec":{"selector":{"matchLabels":{"x":"z"}}}}""", "b"))
            .Message.ShouldBe("Apply failed with 1 conflict: conflict with \"a\": .spec.selector");
    }

    [Fact]
    public void Arguments_AreNotChangedByApply()
    {
        var live = Apply(null, """{"spec":{"tags":["a"],"containers":[{"name":"c","image":"1"}]}}""", "a");
        var before = live.ToJsonString();
        var config = JsonText.Obj("""{"spec":{"tags":["b"],"containers":[{"name":"d"},{"name":"c","image":"2"}]}}""");
        var configBefore = config.ToJsonString();

        FieldManagement.Apply(live, config, PodLike.Schema, Writer("a", 0, ""), force: true);

        live.ToJsonString().ShouldBe(before);
        config.ToJsonString().ShouldBe(configBefore);
    }

    [Fact]
    public void WriteThatOnlyMovesTimes_IsBroughtBackToTheOldTimes()
    {
        var old = Update(null, """{"metadata":{"name":"x"},"spec":{"replicas":1}}""", "a");
        var updated = (JsonObject)old.DeepClone();
        updated["metadata"]!["managedFields"]![0]!["time"] = "2031-01-01T00:00:00Z";

        FieldManagement.KeepTimesIfUnchanged(old, updated);

        JsonTree.Same(old, updated).ShouldBeTrue();
    }

    [Theory]
    [InlineData("helm", "x/1", "helm")]
    [InlineData(null, "kubectl/v1.35 (linux)", "kubectl")]
    [InlineData("", "", "unknown")]
    public void Manager_ComesFromParameterOrUserAgent(string? parameter, string? agent, string expected) =>
        FieldManagement.ManagerOf(parameter, agent).ShouldBe(expected);

    private static IReadOnlyList<string> Owners(JsonObject value) =>
        [.. value["metadata"]!["managedFields"]!.AsArray().Select(entry => entry!["manager"]!.ToString())];

    private static JsonObject Apply(JsonObject? live, string config, string manager, bool force = false, int minutes = 0) =>
        FieldManagement.Apply(live, JsonText.Obj(config), PodLike.Schema, Writer(manager, minutes, ""), force);

    private static JsonObject Update(JsonObject? old, string updated, string manager, string subresource = "", int minutes = 0) =>
        FieldManagement.Update(old, JsonText.Obj(updated), PodLike.Schema, Writer(manager, minutes, subresource));

    private static FieldWriter Writer(string manager, int minutes, string subresource) =>
        new(manager, "apps/v1", subresource, Start.AddMinutes(minutes));

    private static List<string> Entries(JsonObject value) =>
        [.. value["metadata"]!["managedFields"]!.AsArray().Select(e =>
            $"{e!["manager"]!.GetValue<string>()}/{e["operation"]!.GetValue<string>()} {e["fieldsV1"]!.ToJsonString(KubernetesJson.Options)}")];
}
