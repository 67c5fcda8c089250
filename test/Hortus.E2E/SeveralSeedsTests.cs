using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>A garden with two seeds: both host Shoots, and neither's gardenlet sees what is the other's.</summary>
[Trait("Category", "EndToEnd")]
[Collection("local garden")]
[TestCaseOrderer("Hortus.E2E.ByOrder", "Hortus.E2E")]
public sealed class SeveralSeedsTests(SeveralSeedsTests.Fixture fixture) : IClassFixture<SeveralSeedsTests.Fixture>
{
    private const string First = "local";
    private const string Second = "local2";
    private const string Project = "garden-local";
    private static readonly string[] Shoots = ["one", "two"];

    private readonly LocalGarden garden = fixture.Garden;

    [Fact, Order(1)]
    public async Task Both_seeds_are_ready_and_status_shows_their_gardenlets()
    {
        foreach (var seed in new[] { First, Second })
        {
            (await garden.KubectlAsync("wait", $"seed/{seed}", "--for=condition=GardenletReady", "--timeout=1m")).Succeeded();
        }

        var rows = (await garden.HortusAsync("status")).Succeeded().Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        rows.Where(row => row is ["Gardenlet", ..]).Select(row => string.Join(' ', row))
            .ShouldBe([$"Gardenlet garden/{First} v0.1.0 nothing", $"Gardenlet garden/{Second} v0.1.0 nothing"]);
        (await garden.HortusAsync("kubeconfig", "seed", "other")).Error.ShouldContain($"there are {First}, {Second}");
    }

    [Fact, Order(1)]
    public async Task The_way_into_the_second_cluster_does_not_stay_in_the_garden()
    {
        (await garden.KubectlAsync("-n", "garden", "get", "secrets", "-o", "name")).Succeeded().ShouldNotContain($"seed-{Second}-kubeconfig");
        (await garden.KubectlAsync("-n", "garden", "get", "gardenlet", Second, "-o", "jsonpath={.spec.kubeconfigSecretRef}"))
            .Succeeded().ShouldBeEmpty();
    }

    [Fact, Order(2)]
    public async Task The_scheduler_spreads_shoots_and_each_gets_a_ready_node()
    {
        foreach (var shoot in Shoots)
        {
            (await garden.KubectlAsync("apply", "-f", await ManifestAsync(shoot))).Succeeded();
            (await garden.KubectlAsync(
                "-n", Project, "wait", $"shoot/{shoot}", "--for=jsonpath={.status.lastOperation.type}=Create", "--timeout=1m")).Succeeded();
        }

        var seeds = await ShootsBySeedAsync();
        foreach (var seed in new[] { First, Second })
        {
            var shoot = seeds[seed].ShouldHaveSingleItem();
            (await garden.WaitForShootAsync(shoot)).Succeeded();
            await HasReadyNodeAsync(shoot);
            (await KubectlAsync(fixture.SeedKubeconfig(seed), "get", "namespaces", "-o", "name")).Succeeded().Split('\n')
                .Where(name => name.Contains("/shoot--", StringComparison.Ordinal)).ShouldBe([$"namespace/shoot--local--{shoot}"]);
        }
    }

    [Theory, Order(3)]
    [InlineData(First, Second)]
    [InlineData(Second, First)]
    public async Task The_gardenlet_of_a_seed_gets_what_is_of_its_seed_and_nothing_of_the_other(string own, string other)
    {
        var seeds = await ShootsBySeedAsync();
        var kubeconfig = await GardenletKubeconfigAsync(own);

        foreach (var (seed, isAllowed) in new[] { (own, true), (other, false) })
        {
            var shoot = seeds[seed].ShouldHaveSingleItem();
            string[][] requests =
            [
                ["-n", $"seed-{seed}", "get", "secrets"],
                ["-n", "gardener-system-seed-lease", "get", "lease", seed],
                ["-n", "gardener-system-seed-lease", "annotate", "lease", seed, $"by={own}", "--overwrite"],
                ["patch", "seed", seed, "--subresource=status", "--type=merge", "-p", """{"status":{"allocatable":{"backups":"7"}}}"""],
                ["annotate", "seed", seed, $"by={own}", "--overwrite"],
                ["-n", Project, "get", "shoot", shoot],
                ["-n", Project, "get", "internalsecret", $"{shoot}.ca-client"],
                ["-n", Project, "get", "configmap", $"{shoot}.ca-cluster"],
                ["-n", "garden", "get", "gardenlet", seed],
            ];
            foreach (var request in requests)
            {
                var answer = await KubectlAsync(kubeconfig, request);
                var what = $"gardenlet of {own}: {string.Join(' ', request)}: {answer.Error}";
                (answer.ExitCode == 0).ShouldBe(isAllowed, what);
                answer.Error.Contains("(Forbidden)", StringComparison.Ordinal).ShouldBe(!isAllowed, what);
            }
        }
    }

    [Fact, Order(4)]
    public async Task Logs_of_a_component_are_followed_on_the_seed_that_is_named()
    {
        using var logs = FollowedCommand.Start(
            BuiltTools.Hortus, "logs", "-f", "gardenlet", "--tail", "1", "--seed", Second, "--state-dir", garden.State);
        (await logs.LineAsync(_ => true)).ShouldNotBeEmpty();
        var shoot = (await ShootsBySeedAsync())[Second].ShouldHaveSingleItem();

        (await garden.KubectlAsync(
            "-n", Project, "annotate", "shoot", shoot, "gardener.cloud/operation=reconcile", "--overwrite")).Succeeded();

        (await logs.LineAsync(line => line.Contains($"Reconcile of shoot {Project}/{shoot} succeeded", StringComparison.Ordinal))).ShouldNotBeEmpty();
        logs.IsRunning.ShouldBeTrue();
    }

    [Fact, Order(5)]
    public async Task After_a_crash_both_seeds_come_back_and_not_fewer()
    {
        (await garden.UpAsync("--seeds", "1")).Error.ShouldContain("has 2 seeds and cannot come back with 1");
        GardenToShootTests.Kill(garden, "local-node").ShouldBe(1);
        var kubelet = HostTraces.Processes(garden.State)
            .Where(process => process.Component == "kubelet" && process.Command.Contains($"--hostname-override=hortus-{Second}"))
            .ShouldHaveSingleItem();
        (await Commands.RunAsync("kill", TimeSpan.FromSeconds(5), "-KILL", $"{kubelet.Id}")).Succeeded();

        (await garden.UpAsync()).Succeeded();

        foreach (var shoot in Shoots)
        {
            await HasReadyNodeAsync(shoot);
        }
    }

    [Fact, Order(6)]
    public async Task Down_leaves_nothing_of_any_seed()
    {
        (await garden.DownAsync()).Succeeded();

        HostTraces.Processes(garden.State).ShouldBeEmpty();
        HostTraces.NetworkNamespaces().Except(garden.NetworkNamespacesBefore).ShouldBeEmpty();
        HostTraces.Links().Except(garden.LinksBefore).ShouldBeEmpty();
    }

    private async Task<ILookup<string, string>> ShootsBySeedAsync()
    {
        const string pairs = "jsonpath={range .items[*]}{.spec.seedName} {.metadata.name}{\"\\n\"}{end}";
        return (await garden.KubectlAsync("-n", Project, "get", "shoots", "-o", pairs)).Succeeded()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToLookup(words => words[0], words => words[1]);
    }

    private async Task HasReadyNodeAsync(string shoot)
    {
        var kubeconfig = await garden.ShootKubeconfigAsync(shoot);
        (await KubectlAsync(kubeconfig, "wait", "nodes", "--all", "--for=condition=Ready", "--timeout=1m")).Succeeded();
    }

    private async Task<string> ManifestAsync(string shoot)
    {
        var manifest = KubernetesYaml.Parse(await File.ReadAllTextAsync(BuiltTools.Example("90-shoot.yaml")));
        manifest["metadata"]!["name"] = shoot;
        var path = Path.Combine(garden.Scratch, $"{shoot}.yaml");
        await File.WriteAllTextAsync(path, KubernetesYaml.WriteAll([manifest]));
        return path;
    }

    // Its own, from its cluster; the way through the front door is told by flags.
    private async Task<string> GardenletKubeconfigAsync(string seed)
    {
        var encoded = (await KubectlAsync(
            fixture.SeedKubeconfig(seed), "-n", "garden", "get", "secret", "gardenlet-kubeconfig", "-o", "jsonpath={.data.kubeconfig}")).Succeeded();
        var config = KubernetesYaml.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(encoded)));
        var cluster = config["clusters"]![0]!["cluster"]!.AsObject();
        cluster["tls-server-name"] = new Uri((string)cluster["server"]!).Host;
        cluster["server"] = $"https://127.0.0.1:{garden.Port}";
        var path = Path.Combine(garden.Scratch, $"gardenlet-{seed}.kubeconfig");
        await File.WriteAllTextAsync(path, KubernetesYaml.WriteAll([config]));
        return path;
    }

    private static Task<CommandResult> KubectlAsync(string kubeconfig, params string[] words) =>
        Commands.RunAsync(BuiltTools.Kubectl, TimeSpan.FromMinutes(2), ["--kubeconfig", kubeconfig, .. words]);

    /// <summary>The garden that all tests share.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public LocalGarden Garden { get; } = new();

        public string SeedKubeconfig(string seed) =>
            seed == First ? Garden.RuntimeKubeconfig : Path.Combine(Garden.State, "kubeconfigs", $"seed-{seed}.yaml");

        public async Task InitializeAsync() => (await Garden.UpAsync("--seeds", "2")).Succeeded();

        public async Task DisposeAsync() => await Garden.DisposeAsync();
    }
}
