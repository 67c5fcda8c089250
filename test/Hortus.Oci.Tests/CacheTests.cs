using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Oci.Tests;

public sealed class CacheTests : IDisposable
{
    private readonly string folder = Pulls.TemporaryFolder();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 5, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Memory_forgets_what_was_not_used_for_the_longest_time()
    {
        var cache = new MemoryCache(30);
        cache.Add("a", new byte[10]);
        cache.Add("b", new byte[10]);
        cache.Add("c", new byte[10]);
        cache.TryGet("a", out _).ShouldBeTrue();
        cache.Add("d", new byte[10]);

        cache.TryGet("b", out _).ShouldBeFalse();
        cache.TryGet("a", out _).ShouldBeTrue();
        cache.TryGet("d", out _).ShouldBeTrue();
        cache.Bytes.ShouldBe(30);

        cache.Add("larger than all", new byte[31]);
        cache.TryGet("larger than all", out _).ShouldBeFalse();
        cache.Bytes.ShouldBe(30);
    }

    [Fact]
    public async Task Disk_makes_room_by_last_use_also_across_restarts()
    {
        var contents = Enumerable.Range(1, 4).Select(i => Enumerable.Repeat((byte)i, 10).ToArray()).ToList();
        var digests = contents.Select(c => ContentDigest.Of(c)).ToList();
        var cache = Disk(30);
        for (var i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await cache.StoreAsync(digests[i], contents[i], default);
        }

        clock.Advance(TimeSpan.FromMinutes(1));
        (await cache.FindAsync(digests[0], default)).ShouldBe(contents[0]);

        // File times of those that were only written are of the machine's clock.
        File.SetLastWriteTimeUtc(FileOf(digests[1]), clock.GetUtcNow().UtcDateTime.AddMinutes(-2));
        File.SetLastWriteTimeUtc(FileOf(digests[2]), clock.GetUtcNow().UtcDateTime.AddMinutes(-1));
        cache = Disk(30);
        cache.Bytes.ShouldBe(30);
        clock.Advance(TimeSpan.FromMinutes(1));
        await cache.StoreAsync(digests[3], contents[3], default);

        (await cache.FindAsync(digests[1], default)).ShouldBeNull();
        (await cache.FindAsync(digests[0], default)).ShouldBe(contents[0]);
        (await cache.FindAsync(digests[3], default)).ShouldBe(contents[3]);
        File.Exists(FileOf(digests[1])).ShouldBeFalse();
        cache.Bytes.ShouldBe(30);

        // A smaller limit holds from the next start on.
        Disk(10).Bytes.ShouldBe(10);
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_file_that_somebody_removed_is_not_there()
    {
        var cache = Disk(100);
        var content = new byte[10];
        await cache.StoreAsync(ContentDigest.Of(content), content, default);
        File.Delete(FileOf(ContentDigest.Of(content)));

        (await cache.FindAsync(ContentDigest.Of(content), default)).ShouldBeNull();
        cache.Bytes.ShouldBe(0);
        File.GetUnixFileMode(Path.Combine(folder, "blobs", "sha256"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void What_an_ended_process_was_writing_is_removed_and_what_is_not_ours_is_left()
    {
        Disk(100);
        var (old, young, other) = (FileOf("sha256:a.tmp"), FileOf("sha256:b.tmp"), FileOf("sha256:README"));
        foreach (var file in new[] { old, young, other })
        {
            File.WriteAllText(file, "");
            File.SetLastWriteTimeUtc(file, clock.GetUtcNow().UtcDateTime);
        }

        File.SetLastWriteTimeUtc(old, clock.GetUtcNow().UtcDateTime.AddHours(-2));
        Disk(100).Bytes.ShouldBe(0);

        File.Exists(old).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
        File.Exists(other).ShouldBeTrue();
    }

    [Fact]
    public async Task Work_is_done_once_for_all_and_ends_when_nobody_waits_any_longer()
    {
        var flights = new SingleFlight<string, int>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        using var one = new CancellationTokenSource();
        using var two = new CancellationTokenSource();
        async Task<int> WorkAsync(CancellationToken token)
        {
            Interlocked.Increment(ref begun);
            try
            {
                await Task.Delay(Timeout.Infinite, token);
                return 1;
            }
            finally
            {
                ended.SetResult();
            }
        }

        var first = flights.RunAsync("a", WorkAsync, one.Token);
        var second = flights.RunAsync("a", WorkAsync, two.Token);
        await one.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        ended.Task.IsCompleted.ShouldBeFalse();
        begun.ShouldBeLessThanOrEqualTo(1);

        await two.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => second);
        await ended.Task.WaitAsync(Pulls.Limit);
        begun.ShouldBe(1);

        // A new caller does not get the cancelled work, nor what came of earlier work.
        (await flights.RunAsync("a", _ => Task.FromResult(2), default)).ShouldBe(2);
        (await flights.RunAsync("a", _ => Task.FromResult(3), default)).ShouldBe(3);
        await Should.ThrowAsync<InvalidOperationException>(
            () => flights.RunAsync("a", _ => throw new InvalidOperationException(), default));
    }

    private DiskCache Disk(long bytesMax) => new(folder, bytesMax, clock, NullLogger.Instance);

    private string FileOf(string digest) => Path.Combine(folder, "blobs", "sha256", digest["sha256:".Length..]);
}
