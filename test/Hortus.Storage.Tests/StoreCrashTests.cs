using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Storage.Tests;

public sealed class StoreCrashTests
{
    private const int Rounds = 60;
    private const int Keys = 12;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_write_loses_no_answered_write_and_tears_none(bool powerLost)
    {
        var crashes = 0;
        for (var call = 1; ; call++)
        {
            var files = new FaultyFiles(call) { PowerLossAt = call };
            var model = new StoreModel();
            var (answered, compacted) = await WriteUntilFailure(files, model, call);
            if (!files.IsOff)
            {
                break;
            }

            crashes++;
            await RequirePrefix(files.Restarted(powerLost), model, answered, compacted);
        }

        crashes.ShouldBeGreaterThan(150);
    }

    [Fact]
    public async Task A_crash_while_starting_again_after_a_crash_loses_nothing()
    {
        for (var call = 40; call < 400; call += 9)
        {
            var files = new FaultyFiles(call) { PowerLossAt = call };
            var model = new StoreModel();
            var (answered, compacted) = await WriteUntilFailure(files, model, call);
            for (var again = 1; again < 12; again++)
            {
                files = files.Restarted(powerLost: true, failAt: again);
                try
                {
                    await using var store = Open(files);
                    answered = Math.Max(answered, await store.GetRevisionAsync(CancellationToken.None));
                }
                catch (StoreException error)
                {
                    error.Failure.ShouldBe(StoreFailure.Unavailable);
                }
            }

            await RequirePrefix(files.Restarted(powerLost: true), model, answered, compacted);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_fails_once_loses_no_answered_write_and_revives_no_refused_one(bool powerLost)
    {
        for (var call = 1; call < 180; call++)
        {
            var files = new FaultyFiles(call);
            var time = new SteppedTime();
            var allowed = new Dictionary<string, List<string?>>();
            await using (var store = Open(files, time))
            {
                files.FailAt = files.Calls + call;
                for (var round = 0; round < 60; round++)
                {
                    time.Advance(TimeSpan.FromSeconds(2));
                    var answered = await WriteOne(store, allowed, $"/k/{round % Keys}", round);
                    if (!answered || round == 59)
                    {
                        await RequireAllowed(store, files.Restarted(powerLost), allowed, $"call {call}");
                    }
                }
            }
        }
    }

    // The crash comes while the store is open: nothing is tidied up.
    private static async Task RequireAllowed(
        EmbeddedStore store, FaultyFiles files, Dictionary<string, List<string?>> allowed, string circumstance)
    {
        await using var after = Open(files);
        foreach (var (key, values) in allowed)
        {
            values.ShouldContain(Text(await after.GetAsync(key, CancellationToken.None)), $"{circumstance}, {key}");
        }

        (await after.GetRevisionAsync(CancellationToken.None))
            .ShouldBeGreaterThanOrEqualTo(await store.GetRevisionAsync(CancellationToken.None));
    }

    internal static EmbeddedStore Open(FaultyFiles files, TimeProvider? time = null) => EmbeddedStore.Open(
        files,
        new StoreLogContext(
            new EmbeddedStoreOptions { Directory = files.Location, SnapshotLogBytes = 1500, SnapshotLiveFactor = 1 },
            time ?? TimeProvider.System,
            NullLogger.Instance));

    private static async Task<bool> WriteOne(
        EmbeddedStore store, Dictionary<string, List<string?>> allowed, string key, int round)
    {
        var current = await store.GetAsync(key, CancellationToken.None);
        var text = round % 7 == 6 && current is not null ? null : $"{key} {round} {new string('x', round)}";
        try
        {
            var written = await store.WriteAsync(
                new WriteRequest(
                    key,
                    current?.ModRevision ?? 0,
                    text is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(text)),
                CancellationToken.None);
            written.Succeeded.ShouldBeTrue();
            allowed[key] = [text];
            return true;
        }
        catch (StoreException error) when (error.Failure == StoreFailure.OutcomeUnknown)
        {
            allowed.TryAdd(key, [null]);
            allowed[key].Add(text);
        }
        catch (StoreException error)
        {
            error.Failure.ShouldBe(StoreFailure.Unavailable);
            allowed.TryAdd(key, [null]);
        }

        return false;
    }

    // One thread asks for all writes, so the model knows the order; how they are grouped is left to chance.
    private static async Task<(long Answered, long Compacted)> WriteUntilFailure(FaultyFiles files, StoreModel model, int seed)
    {
        var random = new Random(seed);
        var answered = StoreState.FirstRevision;
        var compacted = 0L;
        try
        {
            await using var store = Open(files);
            for (var round = 0; round < Rounds && !files.IsOff; round++)
            {
                var writes = new List<Task<WriteResult>>();
                for (var i = random.Next(1, 5); i > 0; i--)
                {
                    var request = StoreModelContract.RandomWrite(random, model, Keys);
                    model.Write(request);
                    writes.Add(store.WriteAsync(request, CancellationToken.None).AsTask());
                }

                foreach (var write in writes)
                {
                    answered = Math.Max(answered, (await write).Revision);
                }

                if (round % 5 == 4)
                {
                    await store.CompactAsync(answered - random.Next(3), CancellationToken.None);
                    compacted = answered - 2;
                }
            }
        }
        catch (Exception error) when (error is StoreException or PowerLossException)
        {
            files.IsOff.ShouldBeTrue(error.ToString());
        }

        return (answered, compacted);
    }

    private static async Task RequirePrefix(FaultyFiles files, StoreModel model, long answered, long compacted)
    {
        long revision;
        await using (var store = Open(files))
        {
            // What was forgotten stays forgotten.
            store.Statistics.OldestRevision.ShouldBeGreaterThanOrEqualTo(compacted);
            revision = await RequireStateOf(store, model, answered);
            var written = await store.PutAsync("/after", "x");
            written.Revision.ShouldBe(revision + 1);
        }

        await using var again = Open(files.Restarted(powerLost: true));
        (await again.GetAsync("/after", CancellationToken.None)).ShouldNotBeNull().ModRevision.ShouldBe(revision + 1);
    }

    private static async Task<long> RequireStateOf(EmbeddedStore store, StoreModel model, long answered)
    {
        var all = RangeRequest.Prefix("/k/");
        var found = await store.RangeAsync(all, CancellationToken.None);
        found.Revision.ShouldBeGreaterThanOrEqualTo(answered);
        found.Revision.ShouldBeLessThanOrEqualTo(model.Revision);
        StoreModel.Show(found).ShouldBe(StoreModel.Show(model.Range(all with { Revision = found.Revision })));
        return found.Revision;
    }

    private static string? Text(StoredValue? value) => value is null ? null : Encoding.UTF8.GetString(value.Value.Span);

    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }
}
