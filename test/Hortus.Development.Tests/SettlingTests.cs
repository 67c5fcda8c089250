using System.Threading.Channels;
using Hortus.Development.Sources;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Development.Tests;

public sealed class SettlingTests : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider time = new();
    private readonly Channel<DateTimeOffset> changes = Channel.CreateUnbounded<DateTimeOffset>();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
    private bool isBusy;

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task Nothing_is_over_before_the_sources_were_left_alone_for_a_while()
    {
        Change();
        var over = WaitAsync();

        time.Advance(Quiet - TimeSpan.FromMilliseconds(1));
        await Task.Yield();
        over.IsCompleted.ShouldBeFalse();

        await PassAsync(over);
    }

    [Fact]
    public async Task A_burst_is_one_change_and_its_moment_is_the_last()
    {
        for (var i = 0; i < 1000; i++)
        {
            Change();
            time.Advance(TimeSpan.FromTicks(1));
        }

        var last = time.GetUtcNow() - TimeSpan.FromTicks(1);

        (await PassAsync(WaitAsync())).ShouldBe(last);
        changes.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_change_in_the_quiet_time_begins_it_anew()
    {
        Change();
        var over = WaitAsync();
        time.Advance(Quiet / 2);
        Change();
        var last = time.GetUtcNow();

        (await PassAsync(over)).ShouldBe(last);
    }

    [Fact]
    public async Task A_checkout_is_waited_for_however_quiet_it_is()
    {
        isBusy = true;
        Change();
        var over = WaitAsync();
        for (var i = 0; i < 50; i++)
        {
            time.Advance(Quiet);
            await Task.Yield();
        }

        over.IsCompleted.ShouldBeFalse();
        isBusy = false;
        await PassAsync(over);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        using var stop = new CancellationTokenSource();
        Change();
        var over = new Settling(Quiet, () => isBusy, time).WaitAsync(changes.Reader, stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(over);
    }

    private void Change() => changes.Writer.TryWrite(time.GetUtcNow()).ShouldBeTrue();

    private Task<DateTimeOffset> WaitAsync() => new Settling(Quiet, () => isBusy, time).WaitAsync(changes.Reader, deadline.Token);

    // The clock goes on until it is over: when exactly a wait begins is not the test's affair.
    private async Task<DateTimeOffset> PassAsync(Task<DateTimeOffset> over)
    {
        while (!over.IsCompleted && !deadline.IsCancellationRequested)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return await over.WaitAsync(deadline.Token);
    }
}
