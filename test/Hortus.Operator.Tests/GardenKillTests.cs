using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Testing.Scripted;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

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
            async world => lives = await LiveShortlyAsync(world, () => world.UntilSucceededAsync(deadline.Token)), deadline.Token);

        lives.ShouldBeGreaterThan(LivesMin);
        killed.ShouldBe(straight);
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
        left.ShouldBe(["ManagedResource garden/extension-provider-local-garden {\"class\":\"seed\",\"secretRefs\":[]}", "Secret garden/backup "]);
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
        await world.UntilSucceededAsync(cancellationToken);
    }

    private static async Task<int> LiveShortlyAsync(OperatorWorld world, Func<Task<Garden?>> goal)
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
            foreach (var item in (await world.Runtime.ListAsync<T>(ListOptions.All, cancellationToken)).Items)
            {
                // Contents of Secrets are keys and certificates: only which there are can be compared.
                var spec = item is Secret secret
                    ? string.Join(',', (secret.Data ?? new Dictionary<string, byte[]>()).Keys.Order(StringComparer.Ordinal))
                    : KubernetesJson.ToNode(item)["spec"]?.ToJsonString() ?? "";
                lines.Add(Plain($"{typeof(T).Name} {item.Key} {spec}"));
            }
        }

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
    private static string Plain(string text) => Addresses().Replace(Hashes().Replace(Uids().Replace(text, "<uid>"), "-<hash>"), "<ip>");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uids();

    [GeneratedRegex("-[0-9a-f]{8}(?![0-9a-f])")]
    private static partial Regex Hashes();

    [GeneratedRegex(@"\b\d+\.\d+\.\d+\.\d+\b(?!/)")]
    private static partial Regex Addresses();
}
