using System.Diagnostics;
using System.Globalization;
using Hortus.Fuzz;

var options = new FuzzOptions();
for (var i = 0; i + 1 < args.Length; i += 2)
{
    var value = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
    options = args[i] switch
    {
        "--requests" => options with { Requests = value },
        "--seed" => options with { Seed = value },
        "--round" => options with { Round = value, Workers = 1, Requests = FuzzRound.Size },
        "--workers" => options with { Workers = value },
        "--failures" => options with { FailuresMax = value },
        var other => throw new ArgumentException($"unknown flag {other}: want --requests, --seed, --round, --workers, --failures"),
    };
}

var began = Stopwatch.GetTimestamp();
var shown = 0L;
var result = await Fuzzer.RunAsync(
    options,
    sent =>
    {
        if (sent / 50_000 > Interlocked.Read(ref shown))
        {
            Interlocked.Exchange(ref shown, sent / 50_000);
            Console.WriteLine($"{sent} requests in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        }
    },
    CancellationToken.None);
foreach (var failure in result.Failures)
{
    await Console.Error.WriteLineAsync(failure.Describe(options.Seed));
}

Console.WriteLine(
    $"{result.Sent} requests, seed {options.Seed}, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, "
    + $"{result.MemoryBytes >> 20} MiB, answers {string.Join(", ", result.Answers.Select(a => $"{a.Key}: {a.Value}"))}, "
    + $"{result.Failures.Count} failures");
return result.Failures.Count == 0 ? 0 : 1;
