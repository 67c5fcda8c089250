using Hortus.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Backup.Tests;

[Trait("Category", "Integration")]
public sealed class BackupComponentTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 18, 0, 0, TimeSpan.Zero));
    private readonly StoreFolder folder = new();

    private CancellationToken Token => deadline.Token;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await folder.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task Snapshots_are_taken_at_once_in_time_and_when_it_is_stopped_and_the_oldest_go()
    {
        var first = await folder.PutAsync("/a", "1", Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = Component().RunAsync(stop.Token);
        await UntilAsync(revisions => revisions.SequenceEqual([first]));

        var second = await folder.PutAsync("/a", "2", Token);
        await UntilAsync(revisions => revisions.SequenceEqual([first, second]), advance: true);

        var third = await folder.PutAsync("/a", "3", Token);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        running.IsCanceled.ShouldBeTrue();
        (await RevisionsAsync()).ShouldBe([second, third]);
    }

    [Fact]
    public async Task A_store_that_comes_later_is_waited_for()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = Component().RunAsync(stop.Token);

        var revision = await folder.PutAsync("/a", "1", Token);
        await UntilAsync(revisions => revisions.SequenceEqual([revision]), advance: true);

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Fact]
    public async Task Settings_that_cannot_work_end_it_at_once()
    {
        (await Should.ThrowAsync<SettingException>(() => Component(keep: 0).RunAsync(Token))).Message.ShouldContain("--keep");
        (await Should.ThrowAsync<SettingException>(() => Component(to: "nowhere").RunAsync(Token))).Message.ShouldContain("nowhere");
    }

    [Theory]
    [InlineData(null, "", "either --data-dir or --etcd-servers")]
    [InlineData("/data", "http://127.0.0.1:1", "either --data-dir or --etcd-servers")]
    [InlineData(null, "127.0.0.1:2379", "must be like https://127.0.0.1:2379")]
    [InlineData(null, "http://", "must be like https://127.0.0.1:2379")]
    public void A_store_that_cannot_be_meant_says_why(string? dataDir, string etcd, string says)
    {
        var options = new BackupOptions
        {
            DataDir = dataDir,
            EtcdServers = etcd.Length == 0 ? [] : [etcd],
            To = folder.Target,
        };
        options.Validate().ShouldHaveSingleItem().ShouldContain(says);
    }

    private BackupComponent Component(int keep = 2, string? to = null) => new(
        new BackupOptions { DataDir = folder.Data, To = to ?? folder.Target, Period = TimeSpan.FromMinutes(10), Keep = keep },
        clock,
        NullLogger.Instance);

    private async Task UntilAsync(Func<IReadOnlyList<long>, bool> met, bool advance = false)
    {
        while (!met(await RevisionsAsync()))
        {
            if (advance)
            {
                clock.Advance(TimeSpan.FromSeconds(30));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
        }
    }

    private async Task<IReadOnlyList<long>> RevisionsAsync()
    {
        using var target = BackupTargets.Open(folder.Target, null);
        return [.. (await new Snapshots(target, clock).ListAsync(Token)).Select(snapshot => snapshot.Revision)];
    }
}
