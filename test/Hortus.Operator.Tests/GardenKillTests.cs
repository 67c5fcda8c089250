using System.Text.RegularExpressions;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Testing.Scripted;

namespace Hortus.Operator.Tests;

/// <summary>The operator is killed again and again: before its first write, after one write, after two, until a life is long enough for
/// the whole garden.</summary>
[Trait("Category", "Integration")]
public sealed partial class GardenKillTests
{
    private const int LivesMin = 15;

    [Fact]
    public async Task An_operator_killed_at_any_write_ends_with_the_same_objects()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var straight = await RunAsync(world => LiveOnAsync(world, deadline.Token), deadline.Token);
        var lives = 0;
        var killed = await RunAsync(async world => lives = await LiveShortlyAsync(world, deadline.Token), deadline.Token);

        lives.ShouldBeGreaterThan(LivesMin);
        killed.ShouldBe(straight);
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

    private static async Task<int> LiveShortlyAsync(OperatorWorld world, CancellationToken cancellationToken)
    {
        for (var life = 0; ; life++)
        {
            // What is written to the Garden itself is no step: progress and health are reported all the time.
            using var handler = new CountingHandler
            {
                CountsForDeath = request => !request.RequestUri!.AbsolutePath.Contains("/gardens/", StringComparison.Ordinal)
                    && !request.RequestUri.AbsolutePath.EndsWith("/events", StringComparison.Ordinal),
                WritesUntilDeath = life,
            };
            using var client = world.Connect(handler);
            world.StartOperator(client);
            var done = world.UntilSucceededAsync(cancellationToken);
            var ended = await Task.WhenAny(handler.Death, done);
            await world.StopOperatorAsync();
            if (ended == done)
            {
                await done;
                return life;
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
