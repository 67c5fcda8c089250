using Hortus.TestRunner;

var configuration = args is ["--configuration", var given] ? given : "Debug";
var root = RepositoryRoot.Find();
var format = await FormatCheck.RunAsync(root, CancellationToken.None);
var run = await TestRun.RunAsync(root, configuration, CancellationToken.None);

// Named again at the end: the place where they failed is far up by now.
foreach (var test in run.Failed)
{
    await Console.Error.WriteLineAsync($"failed {test.Project}: {test.Name}: {test.Message.Trim()}");
}

foreach (var problem in run.Problems)
{
    await Console.Error.WriteLineAsync(problem);
}

if (!format)
{
    await Console.Error.WriteLineAsync("the sources are not formatted: run `make fmt`");
}

var failed = run.Failed.Count + (format ? 0 : 1) + run.Problems.Count;
await Console.Out.WriteLineAsync($"{run.Passed} passed, {failed} failed, {run.Skipped} skipped");
return failed == 0 && run.Passed > 0 ? 0 : 1;
