using System.Text.RegularExpressions;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>kubectl logs.</summary>
[Trait("Category", "RealParts")]
[Collection(NodeCollection.Name)]
public sealed partial class LogTests(NodeServer server)
{
    // Both outputs are collected a few times in a second: what comes sooner one after the other may change places.
    private const string Talk =
        "for i in 1 2 3; do echo line-$i; done; sleep 1; echo oops >&2; sleep 1; "
        + "head -c 40000 /dev/zero | tr '\\0' x; echo; echo last; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo more; exec sleep 1000000";

    [SkippableFact]
    public async Task Log_is_given_as_asked()
    {
        var space = await StartAsync("talker", Talk);
        await UntilAsync(space, "logs talker", "last");

        var all = (await LogsAsync(space, "talker")).Split('\n');
        all.ShouldContain("oops");
        all.Single(l => l.StartsWith('x')).Length.ShouldBe(40000);
        all.Length.ShouldBe(7);
        (await LogsAsync(space, "talker --tail=2")).Replace(new string('x', 40000), "x", StringComparison.Ordinal).ShouldBe("x\nlast\n");
        (await LogsAsync(space, "talker --tail=0")).ShouldBeEmpty();
        (await LogsAsync(space, "talker --limit-bytes=9")).ShouldBe("line-1\nli");
        (await LogsAsync(space, "talker --since=1h --tail=1")).ShouldBe("last\n");
        (await LogsAsync(space, "talker --since-time=2999-01-01T00:00:00Z")).ShouldBeEmpty();
        var stamped = (await LogsAsync(space, "talker --timestamps")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        stamped.ShouldAllBe(l => Stamp().IsMatch(l));
        stamped.Length.ShouldBe(6);
        using var http = server.Http();
        (await http.GetStringAsync($"/api/v1/namespaces/{space}/pods/talker/log?stream=Stderr")).ShouldBe("oops\n");
    }

    [SkippableFact]
    public async Task Follower_gets_lines_as_they_come_and_ends_with_the_container()
    {
        var space = await StartAsync("followed", Talk);
        await UntilAsync(space, "logs followed", "last");
        using var follower = server.Admin.Start($"-n {space} logs -f followed --tail=1");
        (await follower.ReadLineAsync()).ShouldBe("last");

        (await server.Admin.RunAsync($"-n {space} exec followed -- touch /tmp/go")).Succeeds();

        (await follower.ReadLineAsync()).ShouldBe("more");
        (await server.Admin.RunAsync($"-n {space} delete pod followed --wait=false")).Succeeds();
        await Should.ThrowAsync<InvalidOperationException>(follower.ReadLineAsync);
    }

    [SkippableFact]
    public async Task Previous_run_keeps_its_log()
    {
        var space = await StartAsync("crasher", "echo run; exit 3", wait: false);
        (await server.Admin.RunAsync(
            $"-n {space} wait pod/crasher --for=jsonpath={{.status.containerStatuses[0].restartCount}}=1 --timeout=60s")).Succeeds();

        (await LogsAsync(space, "crasher --previous")).ShouldBe("run\n");
        var none = await server.Admin.RunAsync($"-n {await server.IdlePodAsync()} logs idle --previous");
        none.Fails().ShouldContain("previous terminated container \"main\" in pod \"idle\" not found");
    }

    [SkippableTheory]
    [InlineData("tailLines=-1", 422, "must be greater than or equal to 0")]
    [InlineData("limitBytes=0", 422, "must be greater than 0")]
    [InlineData("sinceSeconds=0", 422, "must be greater than 0")]
    [InlineData("sinceSeconds=5&sinceTime=2020-01-01T00:00:00Z", 422, "at most one of")]
    [InlineData("stream=Stdmid", 422, "supported values")]
    [InlineData("tailLines=many", 400, "want a whole number")]
    [InlineData("sinceTime=yesterday", 400, "RFC 3339")]
    [InlineData("container=other", 400, "container other is not valid for pod idle")]
    public async Task Wrong_questions_are_refused(string query, int code, string message)
    {
        NodeServer.RequireRoot();
        using var http = server.Http();
        using var response = await http.GetAsync($"/api/v1/namespaces/{await server.IdlePodAsync()}/pods/idle/log?{query}");

        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(code, text);
        text.ShouldContain(message);
    }

    private async Task<string> StartAsync(string pod, string script, bool wait = true)
    {
        NodeServer.RequireRoot();
        var space = await server.CreateNamespaceAsync();
        await server.StartPodAsync(space, pod, "shell", wait, "-c", script);
        return space;
    }

    private async Task<string> LogsAsync(string space, string arguments) =>
        (await server.Admin.RunAsync($"-n {space} logs {arguments}")).Succeeds();

    private async Task UntilAsync(string space, string arguments, string text)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await server.Admin.RunAsync($"-n {space} {arguments}")).Output.Contains(text, StringComparison.Ordinal))
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \S")]
    private static partial Regex Stamp();
}
