using Microsoft.Extensions.Time.Testing;

namespace Hortus.Flow.Tests;

public sealed class FlowRunTests
{
    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    [Fact]
    public async Task Tasks_run_after_everything_they_depend_on()
    {
        var order = new List<string>();
        var graph = new FlowGraph("order");
        graph.Add("c", Note("c"), "a", "b");
        var a = graph.Add("a", Note("a"));
        graph.Add("b", Note("b"), a);

        var result = await graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, Deadline);

        result.IsSuccess.ShouldBeTrue();
        order.ShouldBe(["a", "b", "c"]);

        Func<CancellationToken, Task> Note(string id) => _ =>
        {
            order.Add(id);
            return Task.CompletedTask;
        };
    }

    [Fact]
    public async Task Independent_tasks_run_side_by_side()
    {
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        var graph = new FlowGraph("parallel");
        graph.Add("a", ct => Meet(first, second, ct));
        graph.Add("b", ct => Meet(second, first, ct));

        (await graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, Deadline)).IsSuccess.ShouldBeTrue();

        static Task Meet(TaskCompletionSource mine, TaskCompletionSource other, CancellationToken ct)
        {
            mine.SetResult();
            return other.Task.WaitAsync(ct);
        }
    }

    [Fact]
    public async Task A_failed_task_stops_only_its_dependants_and_all_errors_come_back()
    {
        var graph = new FlowGraph("branches");
        var a = graph.Add("a", _ => throw new InvalidOperationException("a broke"));
        graph.Add("after a", _ => Task.CompletedTask, a);
        var b = graph.Add("b", _ => Task.CompletedTask);
        graph.Add("after b", _ => Task.FromException(new IOException("b broke")), b);

        var result = await graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, Deadline);

        result.Tasks.Select(t => (t.Id, t.State)).ShouldBe(
        [
            ("a", FlowTaskState.Failed), ("after a", FlowTaskState.NotStarted), ("b", FlowTaskState.Succeeded),
            ("after b", FlowTaskState.Failed),
        ]);
        result.Percent.ShouldBe(25);
        var error = Should.Throw<FlowException>(result.ThrowIfFailed);
        error.Message.ShouldContain("task \"a\": a broke");
        error.Message.ShouldContain("task \"after b\": b broke");
    }

    [Fact]
    public async Task A_skipped_task_counts_as_done_and_lets_its_dependants_run()
    {
        var ran = false;
        var graph = new FlowGraph("skip");
        var a = graph.Add(
            new FlowTask("a", _ => throw new InvalidOperationException("must not run")) { SkipIf = () => true });
        graph.Add("b", _ => Task.FromResult(ran = true), a);

        var result = await graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, Deadline);

        (ran, result.Percent, result.Tasks[0].State).ShouldBe((true, 100, FlowTaskState.Skipped));
    }

    [Fact]
    public async Task A_condition_that_throws_is_the_tasks_error()
    {
        var graph = new FlowGraph("skip");
        graph.Add(new FlowTask("a", _ => Task.CompletedTask) { SkipIf = () => throw new IOException("cannot tell") });

        var result = await graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, Deadline);

        result.Errors.ShouldHaveSingleItem().Error!.Message.ShouldBe("cannot tell");
    }

    [Fact]
    public async Task A_retry_that_succeeds_clears_the_error()
    {
        var tries = 0;
        var cleared = new List<string>();
        var graph = new FlowGraph("retry");
        graph.Add(new FlowTask("a", _ => ++tries < 3 ? throw new IOException("not yet") : Task.CompletedTask)
        {
            Retry = FlowRetry.Default,
        });
        graph.Add("failed before", _ => Task.CompletedTask);
        graph.Add("never failed", _ => Task.CompletedTask);
        var run = graph.Build().RunAsync(
            new FlowRunOptions
            {
                Clock = clock,
                FailedBefore = ["failed before"],
                ErrorCleared = (id, _) =>
                {
                    cleared.Add(id);
                    return Task.CompletedTask;
                },
            },
            Deadline);

        var result = await AdvanceUntilDoneAsync(run);

        result.IsSuccess.ShouldBeTrue();
        result.Tasks[0].Tries.ShouldBe(3);
        result.Tasks[0].Duration.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(10));
        cleared.ShouldBe(["failed before", "a"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_retry_gives_up_after_its_timeout_with_the_last_error()
    {
        var graph = new FlowGraph("retry");
        graph.Add(new FlowTask("a", _ => throw new IOException("still broken")) { Retry = FlowRetry.Default });

        var result = await AdvanceUntilDoneAsync(
            graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, Deadline));

        var error = result.Errors.ShouldHaveSingleItem();
        error.Tries.ShouldBe(6);
        error.Error!.Message.ShouldContain("still broken");
        error.Error.InnerException.ShouldBeOfType<IOException>();
    }

    [Fact]
    public async Task An_error_that_retrying_cannot_help_ends_the_task_at_once()
    {
        var graph = new FlowGraph("retry");
        graph.Add(new FlowTask("a", _ => throw new IOException("wrong input"))
        {
            Retry = new FlowRetry { When = e => e is TimeoutException },
        });

        var result = await graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, Deadline);

        result.Errors[0].Tries.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_hangs_is_ended_by_its_timeout()
    {
        var graph = new FlowGraph("timeout");
        graph.Add(new FlowTask(
            "a", ct => Task.Delay(Timeout.InfiniteTimeSpan, clock, ct))
        { Timeout = TimeSpan.FromSeconds(3) });

        var result = await AdvanceUntilDoneAsync(
            graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, Deadline));

        result.Errors[0].Error.ShouldBeOfType<TimeoutException>().Message.ShouldBe("no result within 3 s");
    }

    [Fact]
    public async Task Cancellation_cancels_what_runs_and_starts_nothing_new()
    {
        using var cancel = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var graph = new FlowGraph("cancel");
        var a = graph.Add("a", ct =>
        {
            started.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, clock, ct);
        });
        graph.Add("b", _ => Task.CompletedTask, a);
        var run = graph.Build().RunAsync(new FlowRunOptions { Clock = clock }, cancel.Token);
        await started.Task.WaitAsync(Deadline);

        await cancel.CancelAsync();
        var result = await run;

        result.Tasks.Select(t => t.State).ShouldBe([FlowTaskState.Cancelled, FlowTaskState.NotStarted]);
        result.Errors.ShouldBeEmpty();
        Should.Throw<OperationCanceledException>(result.ThrowIfFailed);
    }

    [Fact]
    public async Task Progress_starts_names_running_tasks_and_finishes()
    {
        var told = new List<FlowProgress>();
        var seen = new TaskCompletionSource();
        var graph = new FlowGraph("Shoot cluster reconciliation");
        var a = graph.Add("a", ct => seen.Task.WaitAsync(ct));
        graph.Add("b", _ => Task.CompletedTask, a);
        graph.Add("c", _ => Task.CompletedTask);

        await graph.Build().RunAsync(
            new FlowRunOptions
            {
                Clock = clock,
                Report = (progress, _) =>
                {
                    told.Add(progress);
                    if (progress is { Percent: 33, Description: "a" })
                    {
                        seen.TrySetResult();
                    }

                    return Task.CompletedTask;
                },
            },
            Deadline);

        told[0].ShouldSatisfyAllConditions(
            p => p.Percent.ShouldBe(0), p => p.Description.ShouldBe("Starting Shoot cluster reconciliation"));
        told[^1].ShouldSatisfyAllConditions(
            p => p.Percent.ShouldBe(100), p => p.Description.ShouldBe("Shoot cluster reconciliation finished"));
        told.Select(p => p.Percent).ShouldBeInOrder();
    }

    [Fact]
    public async Task Throttled_progress_still_tells_the_end()
    {
        var told = new List<int>();
        var graph = new FlowGraph("throttled");
        var last = graph.Add("0", _ => Task.CompletedTask);
        for (var i = 1; i < 20; i++)
        {
            last = graph.Add($"{i}", _ => Task.CompletedTask, last);
        }

        await graph.Build().RunAsync(
            new FlowRunOptions
            {
                Clock = clock,
                ReportPeriod = TimeSpan.FromSeconds(5),
                Report = (progress, _) =>
                {
                    told.Add(progress.Percent);
                    return Task.CompletedTask;
                },
            },
            Deadline);

        told.Count.ShouldBeLessThanOrEqualTo(3);
        told[^1].ShouldBe(100);
    }

    [Fact]
    public async Task A_reporter_that_throws_does_not_stop_the_flow()
    {
        var graph = new FlowGraph("reporter");
        graph.Add("a", _ => Task.CompletedTask);

        var result = await graph.Build().RunAsync(
            new FlowRunOptions { Clock = clock, Report = (_, _) => throw new IOException("server away") }, Deadline);

        result.IsSuccess.ShouldBeTrue();
    }

    private async Task<FlowResult> AdvanceUntilDoneAsync(Task<FlowResult> run)
    {
        while (!run.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(run, Task.Delay(5));
        }

        return await run;
    }
}
