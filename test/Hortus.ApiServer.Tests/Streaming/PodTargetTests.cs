using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Streaming;
using Hortus.ApiServer.Tests.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Streaming;

public sealed class PodTargetTests
{
    private const string TwoContainers = """
        {"metadata":{"name":"p","namespace":"farm"},"spec":{"nodeName":"n","initContainers":[{"name":"i"}],"containers":[{"name":"a"},{"name":"b"}]},
         "status":{"phase":"Running","containerStatuses":[{"name":"a","state":{"running":{}}},
           {"name":"b","state":{"waiting":{"reason":"ErrImageNeverPull"}}}]}}
        """;

    [Fact]
    public async Task Pod_without_node_cannot_be_streamed()
    {
        var objects = new ObjectTable().Add(Kinds.Pod, """{"metadata":{"name":"p","namespace":"farm"},"spec":{}}""");

        (await Should.ThrowAsync<ApiStatusException>(
            async () => await PodTarget.FindAsync(objects, new ObjectKey("farm", "p"), CancellationToken.None)))
            .Status.Message.ShouldBe("pod p does not have a host assigned");
        (await Should.ThrowAsync<ApiStatusException>(
            async () => await PodTarget.FindAsync(
                objects, new ObjectKey("farm", "q"), CancellationToken.None))).Code.ShouldBe(404);
    }

    [Fact]
    public void Container_is_the_named_the_marked_or_the_only_one()
    {
        var target = Target(TwoContainers);
        target.Container("b").ShouldBe("b");
        target.Container("i").ShouldBe("i");
        Should.Throw<ApiStatusException>(() => target.Container("x"))
            .Status.Message.ShouldBe("container x is not valid for pod p");
        Should.Throw<ApiStatusException>(() => target.Container(null)).Status.Message.ShouldBe(
            "a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [i]");

        target.Pod["metadata"]!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/default-container"] = "b" };
        target.Container(null).ShouldBe("b");
    }

    [Fact]
    public void Container_that_does_not_run_says_why()
    {
        var target = Target(TwoContainers);
        target.RequireRunning("a");
        target.RequireLogs("a", previous: false);

        Should.Throw<ApiStatusException>(() => target.RequireRunning("b"))
            .Status.Message!.ShouldEndWith("is not running: ErrImageNeverPull");
        Should.Throw<ApiStatusException>(() => target.RequireLogs("b", previous: false)).Status.Message
            .ShouldBe("container \"b\" in pod \"p\" is waiting to start: ErrImageNeverPull");
        Should.Throw<ApiStatusException>(() => target.RequireLogs("a", previous: true)).Status.Message
            .ShouldBe("previous terminated container \"a\" in pod \"p\" not found");
    }

    private static PodTarget Target(string pod) => new(JsonNode.Parse(pod)!.AsObject(), "n");
}
