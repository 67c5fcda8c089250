using System.Diagnostics;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>What a garden's admission has to show, asked as a user would.</summary>
internal sealed class AdmissionChecks(LocalGarden garden)
{
    private const string Name = "gardener-extension-admission-local";
    private static readonly TimeSpan RemovalMax = TimeSpan.FromSeconds(30);

    private static readonly string[] Configurations =
        [$"mutatingwebhookconfiguration/{Name}", $"validatingwebhookconfiguration/{Name}"];

    /// <summary>It runs in the runtime cluster and the garden asks it.</summary>
    public async Task IsAskedAsync()
    {
        (await garden.RuntimeKubectlAsync("-n", "garden", "wait", "--for=create", $"deployment/{Name}", "--timeout=1m")).Succeeded();
        (await garden.RuntimeKubectlAsync("-n", "garden", "wait", $"deployment/{Name}", "--for=condition=Available", "--timeout=1m")).Succeeded();
        (await garden.KubectlAsync(["wait", "--for=create", "--timeout=1m", .. Configurations])).Succeeded();
        (await garden.RuntimeKubectlAsync("wait", "extop", ExtensionChecks.Name, "--for=condition=AdmissionHealthy", "--timeout=1m")).Succeeded();
    }

    /// <summary>A Shoot without a network gets that of local machines, and one with another is refused.</summary>
    public async Task FillsInAndJudgesShootsAsync()
    {
        var file = await WriteAsync("nodes: 10.0.0.0/16", "ipFamilies: [IPv4]");
        await GardenToShootTests.EventuallyAsync("the webhook fills in the network", async () =>
            (await RehearseAsync(file)).Output == "calico 10.0.0.0/16 admission-webhook-local-provider");

        var refused = await RehearseAsync(await WriteAsync("nodes: 10.0.0.0/16", "nodes: 10.9.0.0/16"));
        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("spec.networking.nodes: Invalid value: \"10.9.0.0/16\"");
    }

    /// <summary>Takes it out of the Extension: configurations and server go soon, and Shoots can be made as before.</summary>
    public async Task GoesWithItsBlockAsync()
    {
        var began = Stopwatch.GetTimestamp();
        (await garden.RuntimeKubectlAsync("patch", "extop", ExtensionChecks.Name, "--type=json", "-p",
            """[{"op":"remove","path":"/spec/deployment/admission"}]""")).Succeeded();
        (await garden.KubectlAsync(["wait", "--for=delete", "--timeout=1m", .. Configurations])).Succeeded();
        (await garden.RuntimeKubectlAsync("-n", "garden", "wait", "--for=delete", $"deployment/{Name}", $"service/{Name}", "--timeout=1m")).Succeeded();
        (await garden.RuntimeKubectlAsync("-n", "garden", "wait", "--for=delete", "pods", "-l", $"app.kubernetes.io/name={Name}", "--timeout=1m"))
            .Succeeded();
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(RemovalMax);

        var file = await WriteAsync("nodes: 10.0.0.0/16", "nodes: 10.9.0.0/16");
        await GardenToShootTests.EventuallyAsync("the garden asks nobody any more", async () =>
            (await RehearseAsync(file)).Output.Trim() == "calico 10.9.0.0/16");
    }

    private async Task<string> WriteAsync(string found, string replacement)
    {
        var manifest = await File.ReadAllTextAsync(BuiltTools.Example("90-shoot.yaml"));
        manifest.ShouldContain(found);
        var file = Path.Combine(garden.State, "reviewed.yaml");
        await File.WriteAllTextAsync(file, manifest
            .Replace("name: local\n  namespace", "name: reviewed\n  namespace", StringComparison.Ordinal)
            .Replace(found, replacement, StringComparison.Ordinal));
        return file;
    }

    private Task<CommandResult> RehearseAsync(string file) => garden.KubectlAsync(
        "create", "--dry-run=server", "-f", file, "-o",
        "jsonpath={.spec.networking.type} {.spec.networking.nodes} {.metadata.annotations.extensions\\.gardener\\.cloud/processed-by}");
}
