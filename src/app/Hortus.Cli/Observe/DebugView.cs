using System.Text.Json.Nodes;
using Hortus.Local.Debugging;
using Hortus.Local.Workloads;

namespace Hortus.Cli.Observe;

/// <summary>Prints how to attach to processes.</summary>
internal sealed class DebugView(TextWriter output)
{
    /// <summary>One block a process; commands stand in lines of their own, ready to be copied.</summary>
    public async Task PrintAsync(IReadOnlyList<ComponentProcess> processes, CancellationToken cancellationToken)
    {
        foreach (var process in processes)
        {
            var image = process.Image is null ? "" : $", image {process.Image}";
            await output.WriteLineAsync($"{process.Name}: process {process.Id}{image}");
            await PrintDiagnosticsAsync(process, cancellationToken);
            await output.WriteLineAsync(
                $"""
                  look around in its namespaces
                    nsenter --target {process.Id} --all /bin/sh

                """);
        }
    }

    private static string Attachment(int id, long inside) => new JsonObject
    {
        ["type"] = "coreclr",
        ["request"] = "attach",
        ["processId"] = inside,
        ["pipeTransport"] = new JsonObject
        {
            ["pipeProgram"] = "nsenter",
            ["pipeArgs"] = new JsonArray("--target", $"{id}", "--mount", "--pid", "--"),
            ["debuggerPath"] = Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", ".vsdbg", "vsdbg"),
        },
    }.ToJsonString();

    private async Task PrintDiagnosticsAsync(ComponentProcess process, CancellationToken cancellationToken)
    {
        if (DiagnosticSocket.Find(process.Id) is not { } socket)
        {
            await output.WriteLineAsync("  no .NET diagnostics: it is no .NET program, or it still starts");
            return;
        }

        var answer = await socket.AskAsync(cancellationToken);
        await output.WriteLineAsync(
            $"""
              .NET {answer.RuntimeVersion} answers at {socket.Path}
              trace, counters, dump: dotnet tool install --global dotnet-trace (dotnet-counters, dotnet-dump)
                dotnet-trace collect --diagnostic-port {socket.Path},connect --duration 00:00:10
                dotnet-counters monitor --diagnostic-port {socket.Path},connect
                dotnet-dump collect --process-id {process.Id}
              debugger: vsdbg inside of its namespaces, where it is process {answer.ProcessId}; for a launch.json:
                {Attachment(process.Id, answer.ProcessId)}
            """);
    }
}
