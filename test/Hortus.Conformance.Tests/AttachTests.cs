using System.Text;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>kubectl attach, run and debug, over WebSocket and over SPDY.</summary>
[Trait("Category", "RealParts")]
[Collection(NodeCollection.Name)]
public sealed class AttachTests(NodeServer server)
{
    public static TheoryData<string> Transports => StreamingKubectl.Transports;

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Program_started_with_input_reads_it_to_the_end(string transport)
    {
        var kubectl = await KubectlAsync(transport);
        var input = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i}\n")));

        var result = await kubectl.RunAsync(
            input, "run", "reader", "--image=shell", "-i", "--restart=Never", "--quiet", "--", "-c", "wc -l; exit 7");

        result.ExitCode.ShouldBe(7, result.ToString());
        result.Text.Trim().ShouldBe("200000");
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Attached_user_sees_what_is_printed_and_may_leave(string transport)
    {
        var kubectl = await KubectlAsync(transport);
        await server.StartPodAsync(
            kubectl.Namespace, "printer", "shell", "-c", "while :; do echo out; echo err >&2; sleep 0.1; done");
        using var run = kubectl.Start("attach", "printer");

        (await run.StandardOutput.ReadLineAsync()).ShouldBe("out");
        string? line;
        while ((line = await run.StandardError.ReadLineAsync()) != "err")
        {
            line.ShouldNotBeNull();
        }

        run.Kill();
        (await kubectl.RunAsync("get", "pod", "printer", "-o", "jsonpath={.status.containerStatuses[0].state.running}"))
            .Succeeds().Text.ShouldNotBeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Debug_container_on_a_terminal_joins_a_running_pod(string transport)
    {
        var kubectl = await KubectlAsync(transport);
        await server.StartPodAsync(kubectl.Namespace, "patient", "shell", "-c", "exec sleep 1000000");

        var result = await kubectl.RunOnTerminalAsync(
            Encoding.ASCII.GetBytes("test -t 0 && echo is-\"\"terminal; " + StreamingKubectl.AwaitSize + "; exit\r"),
            "debug", "-it", "patient", "--image=shell", "-c", "doctor", "--", "sh");

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Text.ShouldContain("is-terminal");
        result.Text.ShouldContain($"\n{StreamingKubectl.TerminalRows} {StreamingKubectl.TerminalColumns}\r");
        (await kubectl.RunAsync("wait", "pod/patient", "--timeout=60s",
            "--for=jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}=0")).Succeeds();
        (await kubectl.RunAsync("logs", "patient", "-c", "doctor")).Succeeds().Text.ShouldContain("is-terminal");
    }

    [SkippableFact]
    public async Task Debug_container_sees_the_processes_of_its_target()
    {
        var kubectl = await KubectlAsync(StreamingKubectl.WebSocket);
        await server.StartPodAsync(kubectl.Namespace, "patient", "shell", "-c", "exec sleep 1234567");

        (await kubectl.RunAsync("debug", "patient", "--image=shell", "-c", "doctor", "--target=main", "--", "sh", "-c",
            "tr '\\0' ' ' </proc/1/cmdline; exec sleep 1000000")).Succeeds();

        (await kubectl.RunAsync("wait", "pod/patient", "--timeout=60s",
            "--for=jsonpath={.status.ephemeralContainerStatuses[0].state.running}")).Succeeds();
        var log = await kubectl.RunAsync("logs", "patient", "-c", "doctor", "-f", "--limit-bytes=13");
        log.Succeeds().Text.ShouldBe("sleep 1234567");
        (await kubectl.RunAsync("exec", "patient", "-c", "doctor", "--", "true")).Succeeds();
    }

    [SkippableFact]
    public async Task Node_is_debugged_by_a_pod_that_sees_it()
    {
        var kubectl = await KubectlAsync(StreamingKubectl.WebSocket);

        var result = await kubectl.RunOnTerminalAsync(
            Encoding.ASCII.GetBytes(
                $"test -d /proc/{server.KubeletProcess} && echo sees-\"\"processes; test -d /host/usr/bin && echo sees-\"\"files; "
                + "sleep 7654321 & exit\r"),
            "debug", $"node/{server.NodeName}", "-it", "--image=shell", "--", "sh");

        result.Text.ShouldContain("sees-processes");
        result.Text.ShouldContain("sees-files");
        (await kubectl.RunAsync("wait", "pod", "--all", "--timeout=60s", "--for=jsonpath={.status.phase}=Succeeded")).Succeeds();
        Directory.EnumerateDirectories("/proc").Count(d => ExecTests.Read(Path.Combine(d, "cmdline")).Contains("7654321", StringComparison.Ordinal))
            .ShouldBe(0);
    }

    [SkippableFact]
    public async Task Debug_containers_are_only_added_and_only_in_their_own_way()
    {
        var kubectl = await KubectlAsync(StreamingKubectl.WebSocket);
        await server.StartPodAsync(kubectl.Namespace, "patient", "shell", "-c", "exec sleep 1000000");
        (await kubectl.RunAsync("debug", "patient", "--image=shell", "-c", "doctor", "--", "true")).Succeeds();

        async Task<string> PatchAsync(string patch, params string[] more)
        {
            var result = await kubectl.RunAsync(
                ["patch", "pod", "patient", "--type=merge", "-p", patch, .. more]);
            result.ExitCode.ShouldNotBe(0, result.ToString());
            return result.Error;
        }

        (await PatchAsync("""{"spec":{"ephemeralContainers":[{"name":"x","image":"shell"}]}}"""))
            .ShouldContain("pod updates may not change fields other than");
        (await PatchAsync("""{"spec":{"ephemeralContainers":[]}}""", "--subresource=ephemeralcontainers"))
            .ShouldContain("may not be removed");
    }

    [SkippableFact]
    public async Task Resize_changes_what_containers_ask_for_and_nothing_else()
    {
        var kubectl = await KubectlAsync(StreamingKubectl.WebSocket);
        await server.ApplyAsync(kubectl.Namespace, """
            apiVersion: v1
            kind: Pod
            metadata: {name: growing}
            spec:
              containers:
              - {name: main, image: shell, args: ["-c", "exec sleep 1000000"], resources: {requests: {cpu: 100m, memory: 10Mi} } }
            """);
        await server.WaitForPodAsync(kubectl.Namespace, "growing");

        static string Patch(string resources) => $$"""{"spec":{"containers":[{"name":"main","resources":{{resources}} } ] } }""";
        (await kubectl.RunAsync("patch", "pod", "growing", "--subresource=resize", "-p",
            Patch("""{"requests":{"cpu":"200m"}}"""))).Succeeds();
        (await kubectl.RunAsync("wait", "pod/growing", "--timeout=60s",
            "--for=jsonpath={.status.containerStatuses[0].resources.requests.cpu}=200m")).Succeeds();

        var guaranteed = await kubectl.RunAsync("patch", "pod", "growing", "--subresource=resize", "-p",
            Patch("""{"requests":{"cpu":"200m","memory":"10Mi"},"limits":{"cpu":"200m","memory":"10Mi"}}"""));
        guaranteed.Error.ShouldContain("Pod QOS Class may not change");
        var direct = await kubectl.RunAsync("patch", "pod", "growing", "-p", Patch("""{"requests":{"cpu":"300m"}}"""));
        direct.Error.ShouldContain("pod updates may not change fields other than");
    }

    private async Task<StreamingKubectl> KubectlAsync(string transport)
    {
        NodeServer.RequireRoot();
        return new StreamingKubectl(server, await server.CreateNamespaceAsync(), transport);
    }
}
