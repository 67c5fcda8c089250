using System.Diagnostics;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.Testing;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

/// <summary>The built <c>hortus resource-manager</c> is killed again and again in the middle of its work.</summary>
[Trait("Category", "RealParts")]
public sealed class CrashTests : IDisposable
{
    private const int Rounds = 100;
    private const int Resources = 4;
    private const int ObjectsMax = 6;
    private const int InterruptedMin = 30;
    private const int HalfwayMin = 15;
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-crash-").FullName;
    private readonly Random random = new(4711);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Kill_9_between_apply_and_prune_loses_no_live_object_and_leaves_no_orphan()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false, limit: TimeSpan.FromMinutes(5));
        await world.Source.WriteKubeconfigAsync(Path.Combine(folder, "kubeconfig"), world.Token);
        using var changes = new ChangeCount(world);
        var (wanted, uids) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        var (interrupted, halfway) = (0, 0);
        var process = Start();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                var before = wanted;
                var sets = Enumerable.Range(0, Resources).Select(r => Draw(r, round)).ToArray();
                wanted = sets.SelectMany(s => s).ToDictionary(m => m.Metadata.Name!, m => m.Data!["key"]);
                var enough = changes.MoreAsync(random.Next(Differences(before, wanted)), world.Token);
                var written = Task.WhenAll(sets.Select((set, r) => world.WriteAsync($"test-{r}", [.. set])));
                await await Task.WhenAny(enough, SettledAsync(world, written));
                process.Kill();
                await process.WaitForExitAsync(world.Token);
                process.Dispose();
                await written;
                var left = (await ListAsync(world)).ToDictionary(m => m.Metadata.Name!, m => m.Data!["key"]);
                interrupted += IsSame(left, wanted) ? 0 : 1;
                halfway += IsSame(left, wanted) || IsSame(left, before) ? 0 : 1;

                process = Start();
                await SettledAsync(world, Task.CompletedTask);
                var objects = await ListAsync(world);
                IsSame(objects.ToDictionary(m => m.Metadata.Name!, m => m.Data!["key"]), wanted).ShouldBeTrue(
                    $"round {round}: wanted {Text(wanted)}, found {Text(objects.ToDictionary(m => m.Metadata.Name!, m => m.Data!["key"]))}");

                // What was wanted all the time was never deleted, not even to be made again at once.
                var now = objects.ToDictionary(m => m.Metadata.Name!, m => m.Metadata.Uid!);
                uids.Where(u => now.ContainsKey(u.Key) && now[u.Key] != u.Value).Select(u => u.Key).ShouldBeEmpty($"round {round}");
                uids = now;
            }
        }
        finally
        {
            process.Kill();
            process.Dispose();
        }

        interrupted.ShouldBeGreaterThanOrEqualTo(InterruptedMin, "rounds in which the kill came before the end of the work");
        halfway.ShouldBeGreaterThanOrEqualTo(HalfwayMin, "rounds in which the kill came after some of the changes");
    }

    // Some objects come, some stay, some of these change, and the others go.
    private ConfigMap[] Draw(int resource, int round) =>
    [
        .. Enumerable.Range(0, ObjectsMax).Where(_ => random.Next(2) == 0)
            .Select(i => Map($"map-{resource}-{i}", random.Next(3) == 0 ? "same" : $"{round}")),
        Map($"always-{resource}", $"{round}"),
    ];

    private Process Start()
    {
        string[] arguments =
        [
            "resource-manager", "--source-kubeconfig", Path.Combine(folder, "kubeconfig"), "--namespace", "default",
            "--leader-elect", "false", "--concurrent-syncs", "2",
        ];
        var process = Process.Start(new ProcessStartInfo(BuiltTools.Hortus, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        })!;

        // What nobody reads would stop it some day.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task SettledAsync(ResourceWorld world, Task written)
    {
        await written;
        for (var i = 0; i < Resources; i++)
        {
            await world.UntilAsync(
                $"test-{i}",
                r => Find(r, Names.Applied)?.Status == "True"
                    && r.Metadata.Finalizers is { Count: > 0 });
        }
    }

    private static async Task<IReadOnlyList<ConfigMap>> ListAsync(ResourceWorld world) => (await world.Target.Client.ListAsync<ConfigMap>(
        new ListOptions { Namespace = "default", LabelSelector = ResourceNames.ManagedBy }, world.Token)).Items;

    private static bool IsSame(Dictionary<string, string> one, Dictionary<string, string> other) =>
        one.Count == other.Count && one.All(o => other.GetValueOrDefault(o.Key) == o.Value);

    private static int Differences(Dictionary<string, string> one, Dictionary<string, string> other) =>
        one.Keys.Union(other.Keys).Count(name => one.GetValueOrDefault(name) != other.GetValueOrDefault(name));

    private static string Text(Dictionary<string, string> objects) =>
        string.Join(" ", objects.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key}={o.Value}"));

    /// <summary>Counts what happens to objects.</summary>
    private sealed class ChangeCount : IDisposable
    {
        private readonly CancellationTokenSource stop;
        private readonly Lock gate = new();
        private TaskCompletionSource reached = new();
        private int left = int.MaxValue;

        public ChangeCount(ResourceWorld world)
        {
            stop = CancellationTokenSource.CreateLinkedTokenSource(world.Token);
            _ = CountAsync(world, stop.Token);
        }

        /// <summary>Completes when so many more objects have been created, changed or deleted.</summary>
        public Task MoreAsync(int count, CancellationToken cancellationToken)
        {
            lock (gate)
            {
                left = count;
                reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return reached.Task.WaitAsync(cancellationToken);
            }
        }

        public void Dispose()
        {
            stop.Cancel();
            stop.Dispose();
        }

        private async Task CountAsync(ResourceWorld world, CancellationToken cancellationToken)
        {
            var options = new WatchOptions { Namespace = "default", LabelSelector = ResourceNames.ManagedBy, AllowBookmarks = false };
            await foreach (var _ in world.Target.Client.WatchAsync<ConfigMap>(options, cancellationToken))
            {
                lock (gate)
                {
                    if (--left <= 0)
                    {
                        reached.TrySetResult();
                    }
                }
            }
        }
    }
}
