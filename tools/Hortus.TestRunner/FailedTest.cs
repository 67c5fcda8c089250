namespace Hortus.TestRunner;

/// <summary>A test that failed.</summary>
/// <param name="Project">Its project.</param>
/// <param name="Name">Its full name.</param>
/// <param name="Message">What it said.</param>
internal sealed record FailedTest(string Project, string Name, string Message);
