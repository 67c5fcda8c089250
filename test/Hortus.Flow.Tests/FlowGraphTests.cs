using Microsoft.Extensions.Time.Testing;

namespace Hortus.Flow.Tests;

public sealed class FlowGraphTests
{
    private static Func<CancellationToken, Task> Nothing => _ => Task.CompletedTask;

    [Fact]
    public void All_faults_of_a_graph_are_named_at_once()
    {
        var graph = new FlowGraph("broken");
        graph.Add("a", Nothing, "missing");
        graph.Add("a", Nothing);
        graph.Add(" ", Nothing);

        var error = Should.Throw<FlowGraphException>(graph.Build);

        error.Faults.ShouldBe(
        [
            "task \"a\" is there twice", "a task has an empty id", "task \"a\" depends on \"missing\", which does not exist",
        ]);
    }

    [Fact]
    public void A_cycle_is_shown_as_a_path()
    {
        var graph = new FlowGraph("circle");
        graph.Add("start", Nothing);
        graph.Add("a", Nothing, "start", "c");
        graph.Add("b", Nothing, "a");
        graph.Add("c", Nothing, "b");
        graph.Add("end", Nothing, "c");

        Should.Throw<FlowGraphException>(graph.Build).Message
            .ShouldBe("flow \"circle\" cannot be built: tasks wait for each other: \"a\" -> \"c\" -> \"b\" -> \"a\"");
    }

    [Fact]
    public async Task An_empty_graph_succeeds()
    {
        var result = await new FlowGraph("empty").Build()
            .RunAsync(new FlowRunOptions { Clock = new FakeTimeProvider() }, CancellationToken.None);

        (result.IsSuccess, result.Percent).ShouldBe((true, 100));
    }

    [Fact]
    public async Task Random_graphs_keep_the_rules()
    {
        var seeds = new Random(20261123);
        for (var i = 0; i < 1000; i++)
        {
            await CheckAsync(seeds.Next());
        }
    }

    // For any graph: every task is accounted for; a task ran only when all before it were done; it did not run exactly
    // when something before it failed or did not run.
    private static async Task CheckAsync(int seed)
    {
        var random = new Random(seed);
        var count = random.Next(1, 25);
        var dependsOn = new string[count][];
        var fails = new bool[count];
        var skips = new bool[count];
        var done = new bool[count];
        var early = 0;
        var graph = new FlowGraph($"seed {seed}");
        for (var i = 0; i < count; i++)
        {
            var me = i;
            dependsOn[i] = [.. Enumerable.Range(0, i).Where(_ => random.Next(4) == 0).Select(d => $"{d}")];
            fails[i] = random.Next(6) == 0;
            skips[i] = random.Next(6) == 0;
            graph.Add(
                new FlowTask($"{i}", async _ =>
                {
                    early += dependsOn[me].Any(
                        d => !Volatile.Read(ref done[int.Parse(d)]) && !skips[int.Parse(d)]) ? 1 : 0;
                    await Task.Yield();
                    if (fails[me])
                    {
                        throw new IOException($"{me}");
                    }

                    Volatile.Write(ref done[me], true);
                })
                {
                    SkipIf = () => skips[me],
                },
                dependsOn[i]);
        }

        var result = await graph.Build().RunAsync(
            new FlowRunOptions { Clock = TimeProvider.System }, CancellationToken.None);

        early.ShouldBe(0, $"seed {seed}");
        var states = result.Tasks.ToDictionary(t => t.Id, t => t.State);
        for (var i = 0; i < count; i++)
        {
            var blocked = dependsOn[i].Any(d => states[d] is FlowTaskState.Failed or FlowTaskState.NotStarted);
            var expected = blocked ? FlowTaskState.NotStarted
                : skips[i] ? FlowTaskState.Skipped
                : fails[i] ? FlowTaskState.Failed
                : FlowTaskState.Succeeded;
            states[$"{i}"].ShouldBe(expected, $"seed {seed}, task {i}");
        }
    }
}
