using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing.Scripted;
using ExtensionConditions = Hortus.Objects.Gardener.Operator.ExtensionConditions;
using Garden = Hortus.Objects.Gardener.Operator.Garden;
using OperatorExtension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator.Tests;

/// <summary>The operator is killed again and again, each time before a write that it was not killed at before.</summary>
[Trait("Category", "Integration")]
public sealed partial class GardenKillTests
{
    private const int LivesMin = 10;

    [Fact]
    public async Task An_operator_killed_before_each_write_ends_with_the_same_objects()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var straight = await RunAsync(world => LiveOnAsync(world, deadline.Token), deadline.Token);
        var lives = 0;
        var killed = await RunAsync(
            async world => lives = await LiveShortlyAsync(world, () => InstalledAsync(world, deadline.Token)), deadline.Token);

        lives.ShouldBeGreaterThan(LivesMin);
        straight.Except(killed).ShouldBeEmpty("what is missing or different");
        killed.Except(straight).ShouldBeEmpty("what is too much or different");
        killed.Length.ShouldBe(straight.Length);
    }

    [Fact]
    public async Task An_operator_killed_before_each_write_of_a_deletion_leaves_nothing()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var lives = 0;
        var left = await RunAsync(
            async world =>
            {
                await LiveOnAsync(world, deadline.Token);
                await world.StopOperatorAsync();
                await world.AnnotateAsync(GardenerAnnotations.ConfirmationDeletion, "true", deadline.Token);
                await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, deadline.Token);
                lives = await LiveShortlyAsync(world, () => world.UntilAsync(found => found is null, deadline.Token));
            },
            deadline.Token);

        lives.ShouldBeGreaterThan(LivesMin);
        left.ShouldBe(["Secret garden/backup "]);
    }

    private static async Task<string[]> RunAsync(Func<OperatorWorld, Task> live, CancellationToken cancellationToken)
    {
        await using var world = await OperatorWorld.StartAsync(cancellationToken);
        await using var extension = TestExtension.Start(world.Runtime);
        await TestExtension.OfferAsync(world, cancellationToken);
        await world.Runtime.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = "backup" } }, cancellationToken);
        await world.Runtime.CreateAsync(OperatorWorld.WithExtensions(), cancellationToken);
        await live(world);
        return await SnapshotAsync(world, cancellationToken);
    }

    private static async Task LiveOnAsync(OperatorWorld world, CancellationToken cancellationToken)
    {
        world.StartOperator();
        await InstalledAsync(world, cancellationToken);
    }

    private static async Task InstalledAsync(OperatorWorld world, CancellationToken cancellationToken)
    {
        await world.UntilSucceededAsync(cancellationToken);
        await world.Runtime.UntilAsync<OperatorExtension>(
            ObjectKey.Cluster("provider-local"),
            found => Conditions.Find(found?.Status?.Conditions, ExtensionConditions.Installed)?.Status == ConditionStatus.True,
            cancellationToken);
    }

    private static async Task<int> LiveShortlyAsync(OperatorWorld world, Func<Task> goal)
    {
        var deaths = new ConcurrentDictionary<string, bool>();
        for (var life = 0; ; life++)
        {
            var creations = 0;
            using var handler = new CountingHandler { CountsForDeath = IsNew, WritesUntilDeath = 0 };
            using var client = world.Connect(handler);
            world.StartOperator(client);
            var done = goal();
            var ended = await Task.WhenAny(handler.Death, done);
            await world.StopOperatorAsync();
            if (ended == done)
            {
                await done;
                return life;
            }

            // What is written to the Garden itself is no step: progress and health are reported all the time.
            bool IsNew(HttpRequestMessage request)
            {
                var path = request.RequestUri!.AbsolutePath;
                var what = request.Method == HttpMethod.Post ? $"{Interlocked.Increment(ref creations)}. creation" : $"{request.Method} {path}";
                return !path.Contains("/gardens/", StringComparison.Ordinal)
                    && !path.EndsWith("/events", StringComparison.Ordinal)
                    && deaths.TryAdd(what, true);
            }
        }
    }

    private static async Task<string[]> SnapshotAsync(OperatorWorld world, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        async Task AddAsync<T>() where T : KubernetesObject
        {
            foreach (var item in (await world.Runtime.ListAsync<T>(ScopeOf<T>(), cancellationToken)).Items)
            {
                // Contents of Secrets are keys and certificates: only which there are can be compared.
                var spec = item is Secret secret
                    ? string.Join(',', (secret.Data ?? new Dictionary<string, byte[]>()).Keys.Order(StringComparer.Ordinal))
                    : KubernetesJson.ToNode(item)["spec"]?.ToJsonString() ?? "";
                lines.Add(Plain($"{typeof(T).Name} {item.Key} {spec}"));
            }
        }

        static ListOptions ScopeOf<T>() where T : KubernetesObject =>
            ResourceKind.Of<T>().Namespaced ? ListOptions.In(VirtualGardenNames.Namespace) : ListOptions.All;
        await AddAsync<BackupBucket>();
        await AddAsync<BackupEntry>();
        await AddAsync<DNSRecord>();
        await AddAsync<Secret>();
        await AddAsync<Service>();
        await AddAsync<StatefulSet>();
        await AddAsync<Deployment>();
        await AddAsync<ManagedResource>();
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    // What differs between any two gardens.
    private static string Plain(string text) =>
        Addresses().Replace(Hashes().Replace(Uids().Replace(References().Replace(text, ""), "<uid>"), "-<hash>"), "<ip>");

    // They are in the order of hashes, and say again what the volumes say.
    [GeneratedRegex("\"reference.resources.gardener.cloud/[^,}]*,?")]
    private static partial Regex References();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uids();

    [GeneratedRegex("-[0-9a-f]{8}(?![0-9a-f])")]
    private static partial Regex Hashes();

    [GeneratedRegex(@"\b\d+\.\d+\.\d+\.\d+\b(?!/)")]
    private static partial Regex Addresses();
}
