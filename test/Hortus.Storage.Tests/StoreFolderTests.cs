using System.Globalization;

namespace Hortus.Storage.Tests;

public sealed class StoreFolderTests
{
    [Fact]
    public async Task A_stopped_store_starts_from_its_snapshot_and_goes_on_with_the_next_revision()
    {
        using var folder = new TemporaryFolder();
        await using (var store = await folder.OpenAsync())
        {
            for (var i = 0; i < 100; i++)
            {
                await store.PutAsync($"/k/{i % 30}", $"value {i}");
            }
        }

        folder.Single("snap-*.bin");
        await using var again = await folder.OpenAsync();
        (await again.GetRevisionAsync(CancellationToken.None)).ShouldBe(101);
        (await again.TextAsync("/k/9")).ShouldBe("value 99");
        (await again.GetAsync("/k/9", CancellationToken.None)).ShouldNotBeNull().CreateRevision.ShouldBe(11);
        (await again.PutAsync("/k/9", "more")).Revision.ShouldBe(102);
    }

    [Fact]
    public async Task A_killed_store_resumes_watches_from_its_log()
    {
        using var folder = new TemporaryFolder();
        await using var store = await folder.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await store.PutAsync($"/k/{i}", "x");
        }

        using var killed = folder.Copy();
        await using var again = await killed.OpenAsync();
        await foreach (var batch in again.WatchAsync("/k/", 15, CancellationToken.None))
        {
            batch.Changes.Select(c => c.Revision).ShouldBe([16, 17, 18, 19, 20, 21]);
            batch.Revision.ShouldBe(21);
            break;
        }
    }

    [Fact]
    public async Task A_long_log_gives_way_to_a_snapshot_while_writes_go_on()
    {
        var files = new FaultyFiles(1);
        await using var store = StoreCrashTests.Open(files);
        for (var i = 0; i < 2000; i++)
        {
            await store.PutAsync($"/k/{i % 10}", $"{i} {new string('x', 300)}");
        }

        store.Statistics.LogBytes.ShouldBeLessThan(600_000);
        files.List().Count(n => StoreFileNames.SnapshotRevision(n) > 1000).ShouldBeGreaterThan(0);
        await using var again = StoreCrashTests.Open(files.Restarted(powerLost: true));
        (await again.GetRevisionAsync(CancellationToken.None)).ShouldBe(2001);
        (await again.TextAsync("/k/9")).ShouldNotBeNull().ShouldStartWith("1999 ");
    }

    [Fact]
    public async Task A_torn_tail_is_cut_off_and_the_rest_stays()
    {
        using var folder = new TemporaryFolder();
        await using var store = await folder.OpenAsync();
        await store.PutAsync("/a", "first");
        await store.PutAsync("/b", "second");
        using var killed = folder.Copy();
        var written = await File.ReadAllBytesAsync(killed.Single("wal-*.log"));
        using (var log = File.Open(killed.Single("wal-*.log"), FileMode.Open))
        {
            // The last byte that is no zero is the last of the last value.
            log.SetLength(written.AsSpan().LastIndexOfAnyExcept((byte)0) - 2);
        }

        await using var again = await killed.OpenAsync();
        (await again.TextAsync("/a")).ShouldBe("first");
        (await again.TextAsync("/b")).ShouldBeNull();
        (await again.PutAsync("/b", "anew")).Revision.ShouldBe(3);
    }

    [Fact]
    public async Task A_flipped_bit_before_the_tail_is_refused_with_file_and_offset()
    {
        using var folder = new TemporaryFolder();
        await using var store = await folder.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await store.PutAsync($"/k/{i}", "some value");
        }

        // The second frame begins behind the header and one frame of 27 + 4 + 10 bytes; the bit is in its value, then
        // its length.
        const int second = LogFormat.HeaderSize + 41;
        foreach (var at in new[] { second + 35, second + 5 })
        {
            using var killed = folder.Copy();
            Flip(killed.Single("wal-*.log"), at);
            var error = await Should.ThrowAsync<StoreException>(() => killed.OpenAsync());
            error.Failure.ShouldBe(StoreFailure.Corrupt);
            error.Message.ShouldContain($"{killed.Single("wal-*.log")} at offset {second}");
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_a_snapshot_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using (var store = await folder.OpenAsync())
        {
            await store.PutAsync("/a", "value");
        }

        var snapshot = folder.Single("snap-*.bin");
        Flip(snapshot, (int)new FileInfo(snapshot).Length - 12);
        var error = await Should.ThrowAsync<StoreException>(() => folder.OpenAsync());
        error.Failure.ShouldBe(StoreFailure.Corrupt);
        error.Message.ShouldContain(snapshot);
    }

    [Fact]
    public async Task A_missing_log_between_snapshot_and_log_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using (var store = await folder.OpenAsync())
        {
            await store.PutAsync("/a", "value");
        }

        await using (var store = await folder.OpenAsync())
        {
            await store.PutAsync("/a", "newer");
            using var killed = folder.Copy();
            File.Delete(killed.Single("snap-*.bin"));
            (await Should.ThrowAsync<StoreException>(() => killed.OpenAsync())).Failure.ShouldBe(StoreFailure.Corrupt);
        }
    }

    [Fact]
    public async Task A_folder_of_another_format_is_refused()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "META.json"), """{"formatVersion":7}""");
        (await Should.ThrowAsync<StoreException>(() => folder.OpenAsync())).Message.ShouldContain("format version 7");
    }

    [Fact]
    public async Task A_second_store_on_the_folder_is_refused_naming_the_process()
    {
        using var folder = new TemporaryFolder();
        await using (await folder.OpenAsync())
        {
            var error = await Should.ThrowAsync<StoreException>(() => folder.OpenAsync());
            error.Failure.ShouldBe(StoreFailure.Locked);
            error.Message.ShouldContain($"process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)};");
        }

        await using var free = await folder.OpenAsync();
    }

    [Fact]
    public async Task Files_are_for_the_owner_only()
    {
        using var folder = new TemporaryFolder();
        await using var store = await folder.OpenAsync();
        await store.PutAsync("/secret", "value");
        foreach (var file in Directory.GetFiles(folder.Path))
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_unavailable()
    {
        var options = new EmbeddedStoreOptions { Directory = "/proc/no-such-place/store" };
        var error = await Should.ThrowAsync<StoreException>(() => EmbeddedStore.OpenAsync(
            options,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<EmbeddedStore>.Instance,
            CancellationToken.None));
        error.Failure.ShouldBe(StoreFailure.Unavailable);
        error.Message.ShouldContain("/proc/no-such-place/store");
    }

    private static void Flip(string file, int offset)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[offset] ^= 4;
        File.WriteAllBytes(file, bytes);
    }
}
