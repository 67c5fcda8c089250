using System.Text.Json.Nodes;
using Hortus.Storage.Etcd;
using Hortus.Testing;
using Hortus.Testing.Etcd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Storage.Tests;

[Trait("Category", "RealParts")]
public sealed class EtcdCompactionTests : IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));
    private EtcdCluster _etcd = null!;

    public async Task InitializeAsync() => _etcd = await EtcdCluster.StartAsync(_deadline.Token);

    public async Task DisposeAsync()
    {
        await _etcd.DisposeAsync();
        _deadline.Dispose();
    }

    [Fact]
    public async Task Servers_share_the_work_and_keep_one_interval_of_history()
    {
        using var members = Members(_etcd.Endpoints[0], TimeSpan.FromSeconds(10));
        var (one, other) = (Compactor(members), Compactor(members));
        await PutAsync(10);
        await one.StepAsync(_deadline.Token);
        await other.StepAsync(_deadline.Token);
        (await OldestAsync()).ShouldBe(1);

        // Revisions: ten writes gave 2 to 11, the first claim 12.
        await PutAsync(10);
        await one.StepAsync(_deadline.Token);
        await other.StepAsync(_deadline.Token);
        (await OldestAsync()).ShouldBe(12);

        // The other one is quicker this time; the one has nothing left to do.
        await PutAsync(10);
        await other.StepAsync(_deadline.Token);
        await one.StepAsync(_deadline.Token);
        (await OldestAsync()).ShouldBe(23);
    }

    [Fact]
    public async Task A_compaction_that_failed_is_done_at_the_next_turn()
    {
        await using var relay = new TcpRelay(_etcd.Endpoints[0]);
        using var members = Members(relay.Address, TimeSpan.FromSeconds(2));
        var compactor = Compactor(members);
        await PutAsync(5);
        await compactor.StepAsync(_deadline.Token);
        await PutAsync(5);
        relay.Cut();
        for (var i = 0; i < 2; i++)
        {
            // Which of the two depends on whether the request had left when the connection broke.
            (await Should.ThrowAsync<StoreException>(() => compactor.StepAsync(_deadline.Token))).Failure
                .ShouldBeOneOf(StoreFailure.Unavailable, StoreFailure.OutcomeUnknown);
        }

        (await OldestAsync()).ShouldBe(1);
        relay.Mend();
        await compactor.StepAsync(_deadline.Token);
        (await OldestAsync()).ShouldBe(7);
    }

    private EtcdMembers Members(Uri endpoint, TimeSpan timeout) => new(
        StoreEngine.Etcd.OptionsOf(_etcd) with { Endpoints = [endpoint], ReadTimeout = timeout, WriteTimeout = timeout },
        TimeProvider.System,
        NullLogger.Instance);

    private static EtcdCompactor Compactor(EtcdMembers members) =>
        new(members, Interval, TimeProvider.System, NullLogger.Instance);

    private async Task PutAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _etcd.PutAsync("/a", $"{i}", _deadline.Token);
        }
    }

    /// <summary>The oldest revision that etcd can still be read at.</summary>
    private async Task<long> OldestAsync()
    {
        for (var revision = 1L; ; revision++)
        {
            try
            {
                await _etcd.CallAsync(
                    _etcd.Members[0],
                    "v3/kv/range",
                    new JsonObject { ["key"] = "YQ==", ["revision"] = revision },
                    _deadline.Token);
                return revision;
            }
            catch (InvalidOperationException e) when (e.Message.Contains("compacted", StringComparison.Ordinal))
            {
                // Older than that.
            }
        }
    }
}
