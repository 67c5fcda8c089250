using System.Diagnostics;
using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>How the gardenlet of a garden keeps itself, asked as a user would.</summary>
internal sealed class GardenletChecks(LocalGarden garden)
{
    private const string Chart = "hortus-gardenlet";

    /// <summary>Packs a version of the chart and pushes it from outside.</summary>
    /// <param name="version">Version of chart and gardenlet.</param>
    /// <param name="starts">False for a version whose process ends at once.</param>
    /// <returns>Its reference with the digest.</returns>
    public async Task<string> PublishAsync(string version, bool starts = true)
    {
        var folder = starts ? BuiltTools.Chart(Chart) : await BrokenAsync();
        (await Commands.RunAsync(BuiltTools.Helm, TimeSpan.FromMinutes(1), "package", folder, "--version", version,
            "--app-version", version, "--destination", garden.Scratch)).Succeeded();
        var pushed = (await Commands.RunAsync(BuiltTools.Hortus, TimeSpan.FromMinutes(1), "oci", "push", $"localhost:{garden.Port}/charts",
            Path.Combine(garden.Scratch, $"gardenlet-{version}.tgz"), "--ca-file", Path.Combine(garden.State, "pki", "ca.crt"),
            "--docker-config", Path.Combine(garden.State, "registry", "login.json"))).Succeeded().Trim();
        return pushed.Replace($"localhost:{garden.Port}", "registry.registry.svc", StringComparison.Ordinal);
    }

    /// <summary>Points the Gardenlet to a chart, with two replicas.</summary>
    public async Task AskForAsync(string reference)
    {
        var deployment = new JsonObject
        {
            ["replicaCount"] = 2,
            ["helm"] = new JsonObject { ["ociRepository"] = new JsonObject { ["ref"] = reference } },
        };
        var patch = new JsonObject { ["spec"] = new JsonObject { ["deployment"] = deployment } };
        (await garden.KubectlAsync("-n", "garden", "patch", "gardenlet", "local", "--type=merge", "-p", patch.ToJsonString())).Succeeded();
    }

    /// <summary>Points the Gardenlet to a chart; returns when a replica of that version leads, with the time that it took. Meanwhile the
    /// seed is ready at every look.</summary>
    public async Task<TimeSpan> LeadsAsync(string reference, string version)
    {
        var began = Stopwatch.GetTimestamp();
        await AskForAsync(reference);
        await GardenToShootTests.EventuallyAsync($"gardenlet {version} leads", async () =>
        {
            (await garden.KubectlAsync("get", "seed", "local", "-o", "jsonpath={.status.conditions[?(@.type==\"GardenletReady\")].status}"))
                .Succeeded().ShouldBe("True");
            return await LeaderImageAsync() == $"hortus/hortus:{version}";
        });
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Waits until there is one healthy gardenlet of a version: all replicas run it, one leads, and the Gardenlet says so.</summary>
    public async Task IsHealthyAsync(string version)
    {
        await GardenToShootTests.EventuallyAsync($"all replicas run gardenlet {version}", async () =>
            await ConditionAsync("GardenletRolledOut") == $"True All replicas run gardenlet {version}"
            && (await PodsAsync()) is { Count: > 0 } pods
            && pods.All(pod => pod.Image == $"hortus/hortus:{version}" && pod.IsReady)
            && await LeaderImageAsync() == $"hortus/hortus:{version}");
        (await garden.KubectlAsync("wait", "seed/local", "--for=condition=GardenletReady", "--timeout=1m")).Succeeded();
    }

    /// <summary>Upgrades back and forth; each time, a Shoot is changed, and gardenlets or operators are killed with -9 at a random moment.
    /// Returns when there is one healthy gardenlet after each.</summary>
    /// <param name="versions">References by version, in turn.</param>
    /// <param name="times">How often.</param>
    /// <param name="random">Says when, and whom.</param>
    /// <param name="report">Gets a line for each time.</param>
    /// <returns>How long it took each time.</returns>
    public async Task<IReadOnlyList<TimeSpan>> SurvivesAsync(
        IReadOnlyList<(string Version, string Reference)> versions, int times, Random random, Action<string> report)
    {
        var took = new List<TimeSpan>();
        for (var i = 0; i < times; i++)
        {
            var (version, reference) = versions[i % versions.Count];
            var victims = i % 3 == 2 ? "operator" : "gardenlet";
            var moment = TimeSpan.FromMilliseconds(random.Next(6000));
            var began = Stopwatch.GetTimestamp();
            await AskForAsync(reference);
            await ChangeAsync("local", maximum: 2 + (i % 2));
            await Task.Delay(moment);
            var killed = GardenToShootTests.Kill(garden, victims);
            await IsHealthyAsync(version);
            took.Add(Stopwatch.GetElapsedTime(began));
            report($"{killed} x {victims} killed after {moment.TotalSeconds:F1} s: "
                + $"gardenlet {version} is healthy after {took[^1].TotalSeconds:F1} s");
        }

        return took;
    }

    /// <summary>Waits until a Shoot is as it was asked for last.</summary>
    public Task IsUpToDateAsync(string shoot) => GardenToShootTests.EventuallyAsync($"Shoot {shoot} is up to date", async () =>
        (await garden.KubectlAsync("-n", "garden-local", "get", "shoot", shoot, "-o",
            "jsonpath={.metadata.generation} {.status.observedGeneration} {.status.lastOperation.state}"))
            .Succeeded().Split(' ') is [var wanted, var seen, "Succeeded"] && wanted == seen);

    /// <summary>Points the Gardenlet to a chart, and waits for a part of the message of a condition.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> SaysAsync(string condition, string text, string reference)
    {
        var began = Stopwatch.GetTimestamp();
        await AskForAsync(reference);
        await GardenToShootTests.EventuallyAsync(
            $"{condition} says: {text}", async () => (await ConditionAsync(condition)).Contains(text, StringComparison.Ordinal));
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Names of the replicas.</summary>
    public async Task<IReadOnlyList<string>> PodNamesAsync() => [.. (await PodsAsync()).Select(pod => pod.Name).Order()];

    /// <summary>Images of the replicas, each once.</summary>
    public async Task<IReadOnlyList<string>> ImagesAsync() => [.. (await PodsAsync()).Select(pod => pod.Image).Distinct()];

    private async Task ChangeAsync(string shoot, int maximum) => (await garden.KubectlAsync(
        "-n", "garden-local", "patch", "shoot", shoot, "--type=json", "-p",
        $$"""[{"op":"replace","path":"/spec/provider/workers/0/maximum","value":{{maximum}}}]""")).Succeeded();

    private async Task<string> ConditionAsync(string type) => (await garden.KubectlAsync(
        "-n", "garden", "get", "gardenlet", "local", "-o",
        $"jsonpath={{.status.conditions[?(@.type==\"{type}\")].status}} {{.status.conditions[?(@.type==\"{type}\")].message}}")).Output;

    private async Task<string?> LeaderImageAsync()
    {
        var holder = (await garden.RuntimeKubectlAsync(
            "-n", "garden", "get", "lease", "gardenlet-leader-election", "-o", "jsonpath={.spec.holderIdentity}")).Output;
        return (await PodsAsync()).FirstOrDefault(pod => holder == pod.Name)?.Image;
    }

    private async Task<IReadOnlyList<Replica>> PodsAsync()
    {
        var answer = await garden.RuntimeKubectlAsync("-n", "garden", "get", "pods", "-l", "app=gardenlet", "-o", "json");
        return answer.ExitCode != 0 ? [] :
        [
            .. JsonNode.Parse(answer.Output)!["items"]!.AsArray().Select(pod => new Replica(
                (string)pod!["metadata"]!["name"]!,
                (string)pod["spec"]!["containers"]![0]!["image"]!,
                pod["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True") == true)),
        ];
    }

    private async Task<string> BrokenAsync()
    {
        var folder = Path.Combine(garden.Scratch, "broken-gardenlet");
        foreach (var file in Directory.EnumerateFiles(BuiltTools.Chart(Chart), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(BuiltTools.Chart(Chart), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            var text = await File.ReadAllTextAsync(file);
            await File.WriteAllTextAsync(copy, text
                .Replace("        - gardenlet\n", "        - gardenlet\n        - --flag-that-nobody-knows\n", StringComparison.Ordinal)
                .Replace("spec:\n  replicas:", "spec:\n  progressDeadlineSeconds: 10\n  replicas:", StringComparison.Ordinal));
        }

        return folder;
    }

    private sealed record Replica(string Name, string Image, bool IsReady);
}
