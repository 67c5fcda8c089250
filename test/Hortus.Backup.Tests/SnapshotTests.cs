using System.Text;
using Hortus.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Backup.Tests;

[Trait("Category", "RealParts")]
public sealed class SnapshotTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 18, 0, 0, TimeSpan.Zero));
    private readonly StoreFolder folder = new();
    private readonly Places places;

    public SnapshotTests() => places = new Places(folder.Target);

    private CancellationToken Token => deadline.Token;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await places.DisposeAsync();
        await folder.DisposeAsync();
        deadline.Dispose();
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("s3")]
    public async Task Snapshots_are_taken_when_there_is_something_new_kept_and_restored(string kind)
    {
        using var target = await places.OpenAsync(kind, Token);
        using var source = new FolderSource(folder.Data, clock);
        var snapshots = new Snapshots(target, clock);
        var revision = await folder.PutAsync("/a", "old", Token);
        var first = (await snapshots.TakeAsync(source, Token)).ShouldNotBeNull();
        first.Revision.ShouldBe(revision);
        first.ToString().ShouldBe($"snapshot-20261123T180000Z-{revision:D19}.store");

        clock.Advance(TimeSpan.FromMinutes(1));
        (await snapshots.TakeAsync(source, Token)).ShouldBeNull();
        await folder.PutAsync("/a", "new", Token);
        var second = await snapshots.TakeAsync(source, Token);
        clock.Advance(TimeSpan.FromMinutes(1));
        await folder.PutAsync("/b", "newest", Token);
        var third = await snapshots.TakeAsync(source, Token);
        (await snapshots.ListAsync(Token)).ShouldBe([first, second!, third!]);

        (await snapshots.PruneAsync(SnapshotKind.Store, 2, Token)).ShouldBe([first]);
        (await snapshots.ListAsync(Token)).ShouldBe([second!, third!]);

        var (restored, at) = await snapshots.RestoreAsync(null, folder.Restored, 1000, Token);
        restored.ShouldBe(third);
        at.ShouldBe(third!.Revision + 1000);
        (await ReadAsync(folder.Restored)).ShouldBe("new newest");
        await snapshots.RestoreAsync(second!.ToString(), folder.Restored + "-2", 1000, Token);
        (await ReadAsync(folder.Restored + "-2")).ShouldBe("new ");
    }

    [Fact]
    public async Task Files_that_are_no_snapshots_are_neither_listed_nor_removed()
    {
        Directory.CreateDirectory(folder.Target);
        foreach (var name in new[] { "notes", "snapshot-20261123T180000Z-1.store", "snapshot-20261123T180000Z-0000000000000000007.store.unfinished" })
        {
            await File.WriteAllTextAsync(Path.Combine(folder.Target, name), "kept", Token);
        }

        using var target = BackupTargets.Open(folder.Target, null);
        using var source = new FolderSource(folder.Data, clock);
        var snapshots = new Snapshots(target, clock);
        await folder.PutAsync("/a", "1", Token);
        var taken = await snapshots.TakeAsync(source, Token);

        (await snapshots.ListAsync(Token)).ShouldBe([taken!]);
        (await snapshots.PruneAsync(SnapshotKind.Store, 1, Token)).ShouldBeEmpty();
        Directory.GetFiles(folder.Target).Length.ShouldBe(4);
        File.GetUnixFileMode(Path.Combine(folder.Target, taken!.ToString())).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_told_and_makes_no_store()
    {
        using var target = BackupTargets.Open(folder.Target, null);
        using var source = new FolderSource(folder.Data, clock);
        var snapshots = new Snapshots(target, clock);
        await folder.PutAsync("/a", new string('x', 1000), Token);
        var taken = (await snapshots.TakeAsync(source, Token))!.ToString();
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folder.Target, taken), Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(folder.Target, taken), bytes, Token);

        (await Should.ThrowAsync<StoreException>(() => snapshots.RestoreAsync(null, folder.Restored, 1, Token))).Failure
            .ShouldBe(StoreFailure.Corrupt);

        Directory.Exists(folder.Restored).ShouldBeFalse();
        (await Should.ThrowAsync<BackupException>(() => snapshots.RestoreAsync("snapshot-of-nothing", folder.Restored, 1, Token))).Message
            .ShouldContain("there is no snapshot snapshot-of-nothing");
    }

    [Theory]
    [InlineData("relative/folder", "absolute path")]
    [InlineData("s3://bucket", "s3://BUCKET/PREFIX")]
    [InlineData("s3://bucket/prefix", "accessKeyID")]
    [InlineData("gs://bucket/prefix", "no place for snapshots")]
    public void An_address_that_cannot_be_used_says_why(string address, string says) =>
        Should.Throw<BackupException>(() => BackupTargets.Open(address, null)).Message.ShouldContain(says);

    private async Task<string> ReadAsync(string data)
    {
        await using var store = await StoreFolder.OpenAsync(data, Token);
        var (a, b) = (await store.GetAsync("/a", Token), await store.GetAsync("/b", Token));
        return $"{Encoding.UTF8.GetString(a!.Value.Span)} {(b is null ? "" : Encoding.UTF8.GetString(b.Value.Span))}";
    }
}
