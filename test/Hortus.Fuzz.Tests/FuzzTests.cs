using Hortus.ApiServer;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace Hortus.Fuzz.Tests;

[Trait("Category", "Integration")]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly TimeSpan RunDeadline = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Every_recorded_request_is_served()
    {
        await using var round = await FuzzRound.StartAsync(new FuzzOptions(), CancellationToken.None);

        var refused = (await round.SendCorpusAsync()).Where(a => a.Status >= 400).Select(a => $"{a.Status} {a.Request}\n{a.Answer}");

        refused.ShouldBeEmpty();
    }

    [Fact]
    public void Same_seed_and_round_are_the_same_requests()
    {
        for (var i = 0; i < 200; i++)
        {
            var request = FuzzRound.RequestAt(Corpus.All, 7, 3, i).ToString();
            request.ShouldBe(FuzzRound.RequestAt(Corpus.All, 7, 3, i).ToString());
            request.ShouldNotBe(FuzzRound.RequestAt(Corpus.All, 8, 3, i).ToString());
        }
    }

    [Fact]
    public async Task Part_that_throws_is_found_and_shown_with_its_request()
    {
        var options = new FuzzOptions
        {
            Requests = 10_000,
            Plugins = [new Trap()],
            MoreRequests = [new FuzzRequest("POST", "/trap", [KeyValuePair.Create("Content-Type", "text/plain")], "open sesame"u8.ToArray())],
            FailuresMax = 1,
        };

        var result = await Fuzzer.RunAsync(options, _ => { }, CancellationToken.None);

        result.Failures.ShouldNotBeEmpty();
        var text = result.Failures[0].Describe(options.Seed);
        text.ShouldContain("--seed 1 --round ");
        text.ShouldContain(" /trap");
        text.ShouldContain("the trap shut");
    }

    [Fact]
    public async Task Mutated_requests_meet_no_exception_no_internal_error_and_no_hang()
    {
        using var deadline = new CancellationTokenSource(RunDeadline);
        var options = new FuzzOptions { Requests = 200_000, Seed = 20_260 };

        var result = await Fuzzer.RunAsync(options, _ => { }, deadline.Token);

        output.WriteLine($"seed {options.Seed}: {result.Sent} requests, {result.MemoryBytes >> 20} MiB, "
            + string.Join(", ", result.Answers.Select(a => $"{a.Key}: {a.Value}")));
        string.Join("\n\n", result.Failures.Select(f => f.Describe(options.Seed))).ShouldBeEmpty();
        result.Sent.ShouldBe(options.Requests, "some were not sent in time");

        // Mutations that are all refused at the door would test nothing.
        result.Answers.Where(a => a.Key < 300).Sum(a => a.Value).ShouldBeGreaterThan(options.Requests / 10);
    }

    /// <summary>Throws for nearly every body but the recorded one.</summary>
    private sealed class Trap : ApiServerPlugin
    {
        public override IReadOnlyDictionary<string, RequestDelegate> Paths(ApiServerServices services) =>
            new Dictionary<string, RequestDelegate>
            {
                ["/trap"] = async http =>
                {
                    using var reader = new StreamReader(http.Request.Body);
                    if (await reader.ReadToEndAsync() != "open sesame")
                    {
                        throw new InvalidOperationException("the trap shut");
                    }
                },
            };
    }
}
