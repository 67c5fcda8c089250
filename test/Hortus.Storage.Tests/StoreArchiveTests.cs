using System.Text;

namespace Hortus.Storage.Tests;

public sealed class StoreArchiveTests : IDisposable
{
    private readonly StoreArchive _archive = new(TimeProvider.System);
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _other = new();

    private string BackupFile => Path.Combine(_other.Path, "backup");

    private string Target => Path.Combine(_other.Path, "restored");

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_backup_of_a_store_that_is_written_to_is_one_revision_whole()
    {
        // Small logs, so that snapshots replace them all the time while backups are made.
        await using var store = await _folder.OpenAsync(new EmbeddedStoreOptions { SnapshotLogBytes = 20_000, SnapshotLiveFactor = 1 });
        using var stop = new CancellationTokenSource();
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            // Two keys that always change one after the other: no revision has the second ahead of the first.
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await store.PutAsync($"/{writer}/first", $"{i:D9} {new string('x', 500)}");
                await store.PutAsync($"/{writer}/second", $"{i:D9}");
            }
        })));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await store.GetRevisionAsync(deadline.Token) < 100)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline.Token);
        }

        for (var round = 0; round < 25; round++)
        {
            var before = await store.GetRevisionAsync(CancellationToken.None);
            var image = await _archive.ReadFolderAsync(_folder.Path, CancellationToken.None);

            image.Revision.ShouldBeGreaterThanOrEqualTo(before);
            var values = image.Values.ToDictionary(v => v.Key, v => v);
            values.Values.Select(v => v.ModRevision).Max().ShouldBe(image.Revision);
            foreach (var (key, second) in values.Where(v => v.Key.EndsWith("/second", StringComparison.Ordinal)))
            {
                Number(values[key.Replace("second", "first", StringComparison.Ordinal)]).ShouldBeInRange(Number(second), Number(second) + 1);
            }
        }

        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task A_restored_store_has_everything_and_goes_on_behind_all_revisions_given_out()
    {
        await using (var store = await _folder.OpenAsync())
        {
            await store.PutAsync("/a", "1");
            await store.PutAsync("/b", "2");
            StoreArchive.WriteBackup(await _archive.ReadFolderAsync(_folder.Path, CancellationToken.None), BackupFile);
            await store.PutAsync("/b", "lost");
        }

        File.GetUnixFileMode(BackupFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _archive.Restore(_archive.ReadBackup(BackupFile), Target, StoreArchive.DefaultRevisionsSkipped).ShouldBe(1_000_000_003);

        await using var restored = await OpenAsync(Target);
        (await restored.TextAsync("/a")).ShouldBe("1");
        (await restored.TextAsync("/b")).ShouldBe("2");
        (await restored.GetAsync("/b", CancellationToken.None)).ShouldNotBeNull().ModRevision.ShouldBe(3);
        (await restored.PutAsync("/c", "3")).Revision.ShouldBe(1_000_000_004);

        // A client that has seen the lost write must list again.
        var resumed = restored.WatchAsync("/", 4, CancellationToken.None).GetAsyncEnumerator();
        (await Should.ThrowAsync<StoreException>(async () => await resumed.MoveNextAsync())).Failure.ShouldBe(StoreFailure.Compacted);
    }

    [Fact]
    public async Task Nothing_is_overwritten()
    {
        await using (var store = await _folder.OpenAsync())
        {
            await store.PutAsync("/a", "1");
        }

        var image = await _archive.ReadFolderAsync(_folder.Path, CancellationToken.None);
        StoreArchive.WriteBackup(image, BackupFile);

        Should.Throw<StoreException>(() => StoreArchive.WriteBackup(image, BackupFile)).Message.ShouldContain("exists");
        Should.Throw<StoreException>(() => _archive.Restore(image, _folder.Path, 0)).Message.ShouldContain("is not empty");
    }

    [Fact]
    public async Task Damage_is_told_with_its_place()
    {
        await using (var store = await _folder.OpenAsync())
        {
            await store.PutAsync("/a", new string('a', 100));
        }

        StoreArchive.WriteBackup(await _archive.ReadFolderAsync(_folder.Path, CancellationToken.None), BackupFile);
        foreach (var file in new[] { BackupFile, _folder.Single("snap-*.bin") })
        {
            var bytes = await File.ReadAllBytesAsync(file);
            bytes[70] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
        }

        var inBackup = Should.Throw<StoreException>(() => _archive.ReadBackup(BackupFile));
        inBackup.Failure.ShouldBe(StoreFailure.Corrupt);
        inBackup.Message.ShouldContain($"{BackupFile} at offset 28");
        var inFolder = await Should.ThrowAsync<StoreException>(() => _archive.ReadFolderAsync(_folder.Path, CancellationToken.None));
        inFolder.Failure.ShouldBe(StoreFailure.Corrupt);
        inFolder.Message.ShouldContain("snap-");
    }

    [Fact]
    public async Task A_folder_without_a_store_is_none()
    {
        (await Should.ThrowAsync<StoreException>(() => _archive.ReadFolderAsync(_other.Path, CancellationToken.None)))
            .Message.ShouldContain("holds no store");
        (await Should.ThrowAsync<StoreException>(() => _archive.ReadFolderAsync(Target, CancellationToken.None)))
            .Failure.ShouldBe(StoreFailure.Unavailable);
        Should.Throw<StoreException>(() => _archive.ReadBackup(BackupFile)).Failure.ShouldBe(StoreFailure.Unavailable);
    }

    private static Task<EmbeddedStore> OpenAsync(string folder) => EmbeddedStore.OpenAsync(
        new EmbeddedStoreOptions { Directory = folder },
        TimeProvider.System,
        Microsoft.Extensions.Logging.Abstractions.NullLogger<EmbeddedStore>.Instance,
        CancellationToken.None);

    private static int Number(StoredValue value) => int.Parse(Encoding.UTF8.GetString(value.Value.Span)[..9]);
}
