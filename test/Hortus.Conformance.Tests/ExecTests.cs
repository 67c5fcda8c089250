using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

[Trait("Category", "RealParts")]
[Collection(NodeCollection.Name)]
public sealed class ExecTests(NodeServer server)
{
    [SkippableFact]
    public async Task Exec_gives_the_exit_code()
    {
        NodeServer.RequireRoot();
        var space = await server.CreateNamespaceAsync();
        await server.StartPodAsync(space, "idle", "shell", "-c", "exec sleep 1000000");

        var result = await server.Admin.RunAsync(["-n", space, "exec", "idle", "--", "sh", "-c", "echo hi; exit 7"], "");

        result.Output.ShouldBe("hi\n");
        result.ExitCode.ShouldBe(7, result.ToString());
    }
}
