using System.Text.Json.Nodes;
using Hortus.Pki;
using Hortus.Storage;
using Hortus.Testing.Etcd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Backup.Tests;

[Trait("Category", "RealParts")]
public sealed class EtcdSnapshotTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 18, 0, 0, TimeSpan.Zero));
    private readonly StoreFolder folder = new();
    private readonly Places places;
    private EtcdCluster? started;

    public EtcdSnapshotTests() => places = new Places(folder.Target);

    private CancellationToken Token => deadline.Token;

    private EtcdCluster Etcd => started!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (started is not null)
        {
            await started.DisposeAsync();
        }

        await places.DisposeAsync();
        await folder.DisposeAsync();
        deadline.Dispose();
    }

    [Theory]
    [InlineData("folder", 1, false)]
    [InlineData("s3", 3, true)]
    public async Task The_tool_of_etcd_makes_an_etcd_with_the_same_keys_of_a_snapshot(string place, int members, bool isSecure)
    {
        started = await EtcdCluster.StartAsync(members, isSecure, Token);
        using var target = await places.OpenAsync(place, Token);
        using var source = new EtcdSource(Options(), clock);
        var snapshots = new Snapshots(target, clock);
        for (var i = 0; i < 20; i++)
        {
            await Etcd.PutAsync($"/registry/secrets/{i}", new string((char)('a' + i), 50_000), Token);
        }

        if (members > 1)
        {
            // The first to be asked; the others have all that it had.
            await Etcd.Members[0].KillAsync();
        }

        var taken = (await snapshots.TakeAsync(source, Token)).ShouldNotBeNull();
        taken.ToString().ShouldBe("snapshot-20261123T180000Z-0000000000000000021.etcd");
        (await snapshots.TakeAsync(source, Token)).ShouldBeNull();
        var kept = await KeysAsync();

        var file = folder.Restored + ".db";
        (await snapshots.CopyOutAsync(null, file, Token)).ShouldBe(taken);
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (members == 1)
        {
            await Etcd.PutAsync("/registry/secrets/later", "lost", Token);
        }

        await Etcd.RestoreAsync(file, Token);

        (await KeysAsync()).ShouldBe(kept);
        kept.ShouldContain("L3JlZ2lzdHJ5L3NlY3JldHMvMTk=");
        (await Should.ThrowAsync<BackupException>(() => snapshots.CopyOutAsync(null, file, Token))).Message.ShouldContain("exists");
    }

    [Fact]
    public async Task Snapshots_of_an_etcd_and_of_a_folder_in_one_place_are_counted_apart()
    {
        started = await EtcdCluster.StartAsync(Token);
        using var target = await places.OpenAsync("folder", Token);
        using var etcd = new EtcdSource(Options(), clock);
        using var store = new FolderSource(folder.Data, clock);
        var snapshots = new Snapshots(target, clock);
        await folder.PutAsync("/a", "1", Token);
        var ofStore = await snapshots.TakeAsync(store, Token);
        var ofEtcd = new List<SnapshotName>();
        for (var i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Etcd.PutAsync("/a", $"{i}", Token);
            ofEtcd.Add((await snapshots.TakeAsync(etcd, Token)).ShouldNotBeNull());
        }

        (await snapshots.ListAsync(Token)).ShouldBe([ofStore!, .. ofEtcd]);
        (await snapshots.PruneAsync(SnapshotKind.Etcd, 2, Token)).ShouldBe([ofEtcd[0]]);
        (await snapshots.PruneAsync(SnapshotKind.Store, 1, Token)).ShouldBeEmpty();
        (await snapshots.ListAsync(Token)).ShouldBe([ofStore!, ofEtcd[1], ofEtcd[2]]);

        (await snapshots.RestoreAsync(null, folder.Restored, 1, Token)).Snapshot.ShouldBe(ofStore);
        (await snapshots.CopyOutAsync(ofEtcd[1].ToString(), folder.Restored + ".db", Token)).ShouldBe(ofEtcd[1]);
        (await Should.ThrowAsync<BackupException>(() => snapshots.RestoreAsync(ofEtcd[1].ToString(), folder.Restored + "-2", 1, Token)))
            .Message.ShouldEndWith("is a snapshot of an etcd, not of an embedded store");
        (await Should.ThrowAsync<BackupException>(() => snapshots.CopyOutAsync(ofStore!.ToString(), folder.Restored + "-2", Token)))
            .Message.ShouldEndWith("is a snapshot of an embedded store, not of an etcd");
    }

    [Theory]
    [InlineData(-1, "damaged")]
    [InlineData(-600, "cut off")]
    [InlineData(-1024, "damaged or cut off")]
    public async Task A_damaged_snapshot_of_an_etcd_is_not_copied_out(int change, string says)
    {
        started = await EtcdCluster.StartAsync(Token);
        using var target = await places.OpenAsync("folder", Token);
        using var source = new EtcdSource(Options(), clock);
        var snapshots = new Snapshots(target, clock);
        var stored = Path.Combine(folder.Target, (await snapshots.TakeAsync(source, Token)).ShouldNotBeNull().ToString());
        var bytes = await File.ReadAllBytesAsync(stored, Token);
        bytes[bytes.Length / 2] ^= change == -1 ? (byte)1 : (byte)0;
        await File.WriteAllBytesAsync(stored, change == -1 ? bytes : bytes[..^-change], Token);

        var file = folder.Restored + ".db";
        var fault = await Should.ThrowAsync<StoreException>(() => snapshots.CopyOutAsync(null, file, Token));

        fault.Failure.ShouldBe(StoreFailure.Corrupt);
        fault.Message.ShouldContain(says);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(file)!, "restored*").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_etcd_that_is_not_trusted_or_away_is_told_in_one_line_and_tried_again()
    {
        started = await EtcdCluster.StartAsync(1, isSecure: true, Token);
        var authority = Path.Combine(Etcd.Folder, "used.crt");
        var stranger = CertificateAuthority.Create("stranger", CertificateAuthority.ValidityDefault, TimeProvider.System);
        await File.WriteAllTextAsync(authority, stranger.CertificatePem, Token);
        var log = new Lines();
        var component = new BackupComponent(
            new BackupOptions
            {
                EtcdServers = [Etcd.Endpoints[0].ToString()],
                EtcdCafile = authority,
                EtcdCertfile = Etcd.CertFile,
                EtcdKeyfile = Etcd.KeyFile,
                To = folder.Target,
                Period = TimeSpan.FromSeconds(1),
            },
            TimeProvider.System,
            log);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = component.RunAsync(stop.Token);

        (await log.UntilAsync("not trusted", Token)).ShouldContain($"is not trusted by {authority}");
        await Etcd.Members[0].KillAsync();
        (await log.UntilAsync("refused", Token)).ShouldStartWith($"no snapshot of {Etcd.Endpoints[0]} in {folder.Target}: etcd gave no snapshot: ");
        await Etcd.Members[0].StartAsync(Token);
        File.Copy(Etcd.CaFile!, authority, overwrite: true);
        (await log.UntilAsync("took ", Token)).ShouldEndWith($".etcd into {folder.Target}");

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        log.All.ShouldAllBe(line => !line.Contains('\n'));
    }

    private EtcdStoreOptions Options() => new()
    {
        Endpoints = Etcd.Endpoints,
        CaFile = Etcd.CaFile,
        CertFile = Etcd.CertFile,
        KeyFile = Etcd.KeyFile,
    };

    private async Task<string> KeysAsync()
    {
        var everything = new JsonObject { ["key"] = "AA==", ["range_end"] = "AA==" };
        return (await Etcd.CallAsync(Etcd.Members[^1], "v3/kv/range", everything, Token))["kvs"]!.ToJsonString();
    }

    private sealed class Lines : ILogger
    {
        private readonly List<string> lines = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (lines)
                {
                    return [.. lines];
                }
            }
        }

        public async Task<string> UntilAsync(string part, CancellationToken cancellationToken)
        {
            while (true)
            {
                if (All.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is { } found)
                {
                    return found;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add(formatter(state, exception));
            }
        }
    }
}
