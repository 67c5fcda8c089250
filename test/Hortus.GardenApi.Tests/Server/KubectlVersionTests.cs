using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Hortus.GardenApi.Tests.Server;

/// <summary>The installed kubectl between the versions of ControllerDeployments.</summary>
[Trait("Category", "RealParts")]
public sealed class KubectlVersionTests(GardenServer garden) : IClassFixture<GardenServer>, IDisposable
{
    private const string Custom = """
        apiVersion: core.gardener.cloud/v1beta1
        kind: ControllerDeployment
        metadata: {name: custom}
        type: terraform
        providerConfig: {module: "registry/x", inputs: [1.50, null, {a: "ü"}]}
        """;

    private const string Chart = """
        apiVersion: core.gardener.cloud/v1beta1
        kind: ControllerDeployment
        metadata: {name: chart}
        type: helm
        providerConfig: {chart: Zm9v, values: {replicas: 3}}
        injectGardenKubeconfig: true
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-kubectl-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SkippableTheory]
    [InlineData("custom", Custom)]
    [InlineData("chart", Chart)]
    public async Task What_is_applied_in_one_version_comes_back_from_the_other(string name, string manifest)
    {
        (await RunAsync($"apply -f {Write(name + ".yaml", manifest)}")).ShouldContain("created");
        var before = await GetAsync("v1beta1", name);
        var stored = await GetAsync("v1", name);

        // Managed fields and the last applied configuration say how the object came about, and differ by nature.
        (await RunAsync($"replace -f {Write(name + ".json", Plain(stored).ToJsonString())}")).ShouldContain("replaced");
        var after = await GetAsync("v1beta1", name);
        (await RunAsync($"apply -f {Path.Combine(folder, name + ".yaml")}")).ShouldContain("configured");
        var again = await GetAsync("v1", name);

        JsonNode.DeepEquals(Plain(after), Plain(before)).ShouldBeTrue($"{Plain(before)}\n{Plain(after)}");
        JsonNode.DeepEquals(Plain(again), Plain(stored)).ShouldBeTrue($"{Plain(stored)}\n{Plain(again)}");
        if (name == "custom")
        {
            stored["metadata"]!["annotations"]!["migration.controllerdeployment.gardener.cloud/type"]!.ToString().ShouldBe("terraform");
        }
        else
        {
            stored["helm"]!["rawChart"]!.ToString().ShouldBe("Zm9v");
        }
    }

    [SkippableFact]
    public async Task The_newest_version_is_what_users_get_without_asking()
    {
        await RunAsync($"apply --server-side -f {Write("ssa.yaml", Chart.Replace("name: chart", "name: ssa", StringComparison.Ordinal))}");

        (await RunAsync("get controllerdeployments ssa -o jsonpath={.apiVersion}")).ShouldBe("core.gardener.cloud/v1");
        (await RunAsync("get ctrldeploy ssa")).Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["NAME", "AGE"]);
    }

    private static JsonObject Plain(JsonObject value)
    {
        var plain = (JsonObject)value.DeepClone();
        var metadata = plain["metadata"]!.AsObject();
        foreach (var field in new[] { "managedFields", "resourceVersion" })
        {
            metadata.Remove(field);
        }

        (metadata["annotations"] as JsonObject)?.Remove("kubectl.kubernetes.io/last-applied-configuration");
        if (metadata["annotations"] is JsonObject { Count: 0 })
        {
            metadata.Remove("annotations");
        }

        return plain;
    }

    private async Task<JsonObject> GetAsync(string version, string name) =>
        (JsonObject)JsonNode.Parse(await RunAsync($"get controllerdeployments.{version}.core.gardener.cloud {name} -o json"))!;

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private async Task<string> RunAsync(string arguments)
    {
        Skip.IfNot(File.Exists("/usr/bin/kubectl"), "kubectl is not installed");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var start = new ProcessStartInfo("/usr/bin/kubectl", arguments.Split(' '))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KUBECONFIG"] = Write("kubeconfig", garden.Kubeconfig()), ["HOME"] = folder },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        process.ExitCode.ShouldBe(0, $"kubectl {arguments}: {await errors}");
        return output;
    }
}
