namespace Hortus.Conformance.Tests.Running;

/// <summary>What a run of a program answered.</summary>
/// <param name="Command">The command, for messages.</param>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record KubectlResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>The output of a run that must have succeeded.</summary>
    public string Succeeds()
    {
        ExitCode.ShouldBe(0, ToString());
        return Output;
    }

    /// <summary>The error of a run that must have failed.</summary>
    public string Fails()
    {
        ExitCode.ShouldNotBe(0, ToString());
        return Error;
    }

    /// <summary>The lines of the output of a run that must have succeeded; words are separated by one space.</summary>
    public IReadOnlyList<string> Lines() =>
        [.. Succeeds().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

    public override string ToString() => $"{Command}: exit code {ExitCode}\n{Output}\n{Error}";
}
