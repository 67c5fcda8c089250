using System.Diagnostics;

namespace Hortus.ApiServer.Tests.Rest;

/// <summary>The installed kubectl against the server: what users do first must work as they know it.</summary>
[Trait("Category", "RealParts")]
public sealed class KubectlTests(ApiFixture api) : IClassFixture<ApiFixture>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-kubectl-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SkippableFact]
    public async Task Objects_are_created_applied_edited_patched_and_deleted()
    {
        (await RunAsync("create configmap made --from-literal=a=1")).ShouldContain("configmap/made created");
        var manifest = Write("cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied}\ndata: {a: \"1\"}\n");
        (await RunAsync($"apply -f {manifest}")).ShouldContain("configmap/applied created");
        (await RunAsync($"apply -f {manifest}")).ShouldContain("configmap/applied unchanged");
        (await RunAsync($"apply --server-side --force-conflicts -f {manifest}")).ShouldContain("serverside-applied");
        (await RunAsync("edit configmap applied")).ShouldContain("configmap/applied edited");
        (await RunAsync("get configmap applied -o jsonpath={.data.a}")).ShouldBe("2");
        (await RunAsync("patch configmap applied -p {\"data\":{\"b\":\"3\"}}")).ShouldContain("patched");
        (await RunAsync("label configmap applied tier=front")).ShouldContain("labeled");
        (await RunAsync("get configmap -l tier=front -o name")).Trim().ShouldBe("configmap/applied");
        (await RunAsync("describe configmap applied")).ShouldContain("tier=front");
        (await RunAsync("delete configmap applied made")).ShouldContain("configmap \"applied\" deleted");
    }

    [SkippableFact]
    public async Task Resources_are_listed_explained_and_waited_for()
    {
        (await RunAsync("api-resources --api-group=apps")).ShouldContain("deployments");
        (await RunAsync("explain deployment.spec.replicas")).ShouldContain("<integer>");
        (await RunAsync("get namespaces")).ShouldContain("kube-system");
        (await RunAsync("wait --for=jsonpath={.status.phase}=Active namespace/default --timeout=10s")).ShouldContain("condition met");
        (await RunAsync("auth whoami -o jsonpath={.status.userInfo.username}")).ShouldBe("admin");
        (await RunAsync("version")).ShouldContain("v1.35");
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private async Task<string> RunAsync(string arguments)
    {
        Skip.IfNot(File.Exists("/usr/bin/kubectl"), "kubectl is not installed");
        var start = new ProcessStartInfo("/usr/bin/kubectl", arguments.Split(' '))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["KUBECONFIG"] = Write("kubeconfig", api.Server.Kubeconfig()),
                ["HOME"] = folder,
                ["KUBE_EDITOR"] = "sh " + Write("edit.sh", "sed -i 's/^  a: .*/  a: \"2\"/' \"$1\"\n"),
            },
        };
        using var deadline = ApiFixture.Deadline();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        process.ExitCode.ShouldBe(0, $"kubectl {arguments}: {await errors}");
        return await output;
    }
}
