using System.Diagnostics;
using System.Xml.Linq;

namespace Hortus.TestRunner;

/// <summary>The outcome of all test projects, added up from the result files that the runner itself wrote.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed.</param>
/// <param name="Skipped">Tests that said they could not run here.</param>
/// <param name="Problems">Runs that crashed or left no result, one line each.</param>
internal sealed record TestRun(int Passed, IReadOnlyList<FailedTest> Failed, int Skipped, IReadOnlyList<string> Problems)
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Runs every test project below <c>test/</c>, one after the other: they share the machine's network.</summary>
    public static async Task<TestRun> RunAsync(string root, string configuration, CancellationToken cancellationToken)
    {
        var results = Path.Combine(root, "artifacts", "test");
        if (Directory.Exists(results))
        {
            Directory.Delete(results, recursive: true);
        }

        Directory.CreateDirectory(results);
        var total = new TestRun(0, [], 0, []);
        foreach (var project in TestProjects(root))
        {
            total = total.Add(await RunProjectAsync(project, configuration, results, cancellationToken));
        }

        return total;
    }

    // These compare with a real kube-apiserver, which not every machine has: see the target conformance-reference.
    private const string ReferenceTests = "Hortus.Reference.Tests";

    private static IEnumerable<string> TestProjects(string root) =>
        Directory.EnumerateFiles(Path.Combine(root, "test"), "*.csproj", SearchOption.AllDirectories)
            .Where(path => Path.GetFileNameWithoutExtension(path) is var name
                && (name.EndsWith(".Tests", StringComparison.Ordinal) || name == "Hortus.E2E") && name != ReferenceTests)
            .Where(path => Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*.cs", SearchOption.AllDirectories)
                .Any(file => !file.Contains("/obj/", StringComparison.Ordinal)))
            .OrderBy(path => path.Contains("E2E", StringComparison.Ordinal))
            .ThenBy(path => path, StringComparer.Ordinal);

    private static async Task<TestRun> RunProjectAsync(
        string project, string configuration, string results, CancellationToken cancellationToken)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        var file = Path.Combine(results, name + ".trx");
        var start = new ProcessStartInfo("dotnet");
        foreach (var argument in new[]
        {
            "test", project, "--no-build", "--nologo", "-c", configuration, "-v", "quiet",
            "--logger", $"trx;LogFileName={file}", "--logger", "console;verbosity=quiet",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        if (!File.Exists(file))
        {
            return new TestRun(0, [], 0, [$"{name}: the runner left no result (exit code {process.ExitCode})"]);
        }

        var run = Read(file, name, process.ExitCode);
        Console.WriteLine($"{name}: {run.Passed} passed, {run.Failed.Count} failed, {run.Skipped} skipped " +
            $"({Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s)");
        return run;
    }

    private static TestRun Read(string file, string project, int exitCode)
    {
        var passed = 0;
        var skipped = 0;
        var failures = new List<FailedTest>();
        foreach (var result in XDocument.Load(file).Descendants(Trx + "UnitTestResult"))
        {
            var test = (string?)result.Attribute("testName") ?? "a test without a name";
            var message = result.Descendants(Trx + "Message").FirstOrDefault()?.Value;
            switch ((string?)result.Attribute("outcome"))
            {
                case "Passed":
                    passed++;
                    break;
                case "NotExecuted":
                    skipped++;
                    Console.WriteLine($"  skipped {test}: {message ?? "no reason given"}");
                    break;
                default:
                    failures.Add(new FailedTest(project, test, message ?? "no message"));
                    break;
            }
        }

        // A host that died after its last result still exits with an error.
        var died = exitCode != 0 && failures.Count == 0;
        return new TestRun(passed, failures, skipped, died ? [$"{project}: the test host failed with exit code {exitCode}"] : []);
    }

    private TestRun Add(TestRun other) => new(
        Passed + other.Passed, [.. Failed, .. other.Failed], Skipped + other.Skipped, [.. Problems, .. other.Problems]);
}
