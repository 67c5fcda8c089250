using System.Collections.Concurrent;
using System.Text;
using Hortus.Pki;
using Hortus.Testing.Etcd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Storage.Tests;

/// <summary>Several members, mutual TLS, and the death of the leader.</summary>
[Trait("Category", "RealParts")]
public sealed class EtcdClusterTests : IDisposable
{
    private const int Writers = 8;
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(90));

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task Killing_the_leader_under_writes_loses_and_doubles_nothing()
    {
        await using var etcd = await EtcdCluster.StartAsync(3, isSecure: true, _deadline.Token);
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd));
        var answered = new ConcurrentDictionary<string, long>();
        using var enough = new CancellationTokenSource();
        var watched = new ConcurrentQueue<StoreChange>();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token);
        var watch = WatchAsync(store, watched, watching.Token);
        var writers = Enumerable.Range(0, Writers)
            .Select(w => WriteAsync(store, w, answered, enough.Token))
            .ToList();

        var victim = await KillLeaderAsync(etcd, answered);
        await UntilAsync(() => answered.Count > 400);
        await victim.StartAsync(_deadline.Token);
        await UntilAsync(() => answered.Count > 600);
        await enough.CancelAsync();
        var unknown = (await Task.WhenAll(writers)).Sum();

        // Every write that was answered is there, with the revision it was answered with.
        var stored = await store.RangeAsync(RangeRequest.Prefix("/k/"), _deadline.Token);
        var found = stored.Values.ToDictionary(v => v.Key, v => v.ModRevision);
        answered.Where(a => found.GetValueOrDefault(a.Key) != a.Value).ShouldBeEmpty();
        found.Count.ShouldBeInRange(answered.Count, answered.Count + unknown);

        // The watch has seen exactly what is there, once and in order.
        await UntilAsync(() => !watched.IsEmpty && watched.Last().Revision >= found.Values.Max());
        await watching.CancelAsync();
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        watched.Select(c => c.Revision).ShouldBe(found.Values.Order());
    }

    [Fact]
    public async Task A_member_that_cannot_be_reached_is_left_out()
    {
        await using var etcd = await EtcdCluster.StartAsync(3, isSecure: false, _deadline.Token);
        await etcd.Members[1].KillAsync();
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd));
        for (var i = 0; i < 30; i++)
        {
            await store.PutAsync("/a", $"{i}");
            (await store.TextAsync("/a")).ShouldBe($"{i}");
        }
    }

    [Fact]
    public async Task Certificates_that_do_not_fit_are_told_in_one_line()
    {
        await using var etcd = await EtcdCluster.StartAsync(1, isSecure: true, _deadline.Token);
        var good = StoreEngine.Etcd.OptionsOf(etcd) with { StartTimeout = TimeSpan.FromMilliseconds(800) };
        await using (var store = await OpenAsync(good with { StartTimeout = TimeSpan.FromSeconds(20) }))
        {
            await store.PutAsync("/a", "1");
        }

        var stranger = CertificateAuthority.Create("stranger", TimeSpan.FromDays(1), TimeProvider.System);
        var pair = stranger.Issue(CertificateSpec.Client("stranger"));
        var (ca, crt, key) = (Write(etcd, "ca", stranger.CertificatePem), Write(etcd, "crt", pair.CertificatePem),
            Write(etcd, "key", pair.PrivateKeyPem));
        (await RefusalAsync(good with { CaFile = ca })).ShouldContain("its certificate is not trusted by " + ca);
        (await RefusalAsync(good with { CaFile = null })).ShouldContain("not signed by an authority of this system");
        (await RefusalAsync(good with { CertFile = crt, KeyFile = key })).ShouldContain("may not accept the client certificate");
        (await RefusalAsync(good with { CertFile = null, KeyFile = null })).ShouldContain("may ask for a client certificate");
        (await RefusalAsync(good with { Endpoints = [new Uri($"http://{etcd.Endpoints[0].Authority}")] }))
            .ShouldContain("may expect https");
        var other = await Should.ThrowAsync<IOException>(() => OpenAsync(good with { KeyFile = key }));
        other.Message.ShouldContain(key);
        var missing = await Should.ThrowAsync<IOException>(() => OpenAsync(good with { CaFile = "/no/such/file" }));
        missing.Message.ShouldContain("/no/such/file");
    }

    private async Task<EtcdMember> KillLeaderAsync(EtcdCluster etcd, ConcurrentDictionary<string, long> answered)
    {
        await UntilAsync(() => answered.Count > 200);
        var leader = await etcd.LeaderAsync(_deadline.Token);
        await leader.KillAsync();
        return leader;
    }

    private static async Task<int> WriteAsync(
        EtcdStore store, int writer, ConcurrentDictionary<string, long> answered, CancellationToken stop)
    {
        var unknown = 0;
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var key = $"/k/{writer}/{i}";
            try
            {
                var request = new WriteRequest(key, 0, Encoding.UTF8.GetBytes(key));
                var written = await store.WriteAsync(request, CancellationToken.None);
                written.Succeeded.ShouldBeTrue(key);
                answered[key] = written.Revision;
            }
            catch (StoreException e) when (e.Failure == StoreFailure.OutcomeUnknown)
            {
                unknown++;
            }
            catch (StoreException e) when (e.Failure == StoreFailure.Unavailable)
            {
                // Not written; the next key has its turn.
            }
        }

        return unknown;
    }

    private static async Task WatchAsync(
        EtcdStore store, ConcurrentQueue<StoreChange> seen, CancellationToken cancellationToken)
    {
        var revision = 1L;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var batch in store.WatchAsync("/k/", revision, cancellationToken))
                {
                    foreach (var change in batch.Changes)
                    {
                        seen.Enqueue(change);
                    }

                    revision = batch.Revision;
                }
            }
            catch (StoreException e) when (e.Failure == StoreFailure.WatcherTooSlow)
            {
                // Goes on from where it was.
            }
        }
    }

    private static string Write(EtcdCluster etcd, string name, string pem)
    {
        var path = Path.Combine(etcd.Folder, $"stranger.{name}");
        File.WriteAllText(path, pem);
        return path;
    }

    private async Task<string> RefusalAsync(EtcdStoreOptions options)
    {
        var error = await Should.ThrowAsync<StoreException>(() => OpenAsync(options));
        error.Failure.ShouldBe(StoreFailure.Unavailable);
        error.Message.ShouldNotContain("\n");
        return error.Message;
    }

    private Task<EtcdStore> OpenAsync(EtcdStoreOptions options) =>
        EtcdStore.OpenAsync(options, TimeProvider.System, NullLogger<EtcdStore>.Instance, _deadline.Token);

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, _deadline.Token);
        }
    }
}
