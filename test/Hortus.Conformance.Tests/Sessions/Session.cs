using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Sessions;

/// <summary>
/// Commands of one kubectl in one namespace. Each runs with <c>-v=6</c>, and none may warn that it could not discover
/// something or had to fall back to an older way of asking.
/// </summary>
internal sealed class Session(Kubectl kubectl, string inNamespace)
{
    private static readonly string[] Complaints =
        ["couldn't get", "fallback", "falling back", "fall back", "memcache.go", "event bookmark expired", "Unable to"];

    private const string NoTable = "Unable to decode server response into a Table. Falling back to hardcoded types: "
        + "attempt to decode non-Table object";

    /// <summary>A command that must succeed; arguments are separated by spaces.</summary>
    /// <returns>Its output.</returns>
    public Task<string> RunAsync(string arguments) => RunAsync(arguments.Split(' '));

    /// <summary>A command that must succeed.</summary>
    public async Task<string> RunAsync(string[] arguments, string input = "", string? editor = null) =>
        Check(await StartAsync(arguments, input, editor)).Succeeds();

    /// <summary>A command with a manifest as its standard input.</summary>
    public Task<string> PipeAsync(string manifest, string arguments) => RunAsync(arguments.Split(' '), manifest);

    /// <summary>A command that must fail.</summary>
    /// <returns>What it wrote on both outputs.</returns>
    public async Task<string> FailAsync(string arguments, string input = "")
    {
        var result = Check(await StartAsync(arguments.Split(' '), input, null));
        return result.Fails() + result.Output;
    }

    /// <summary>The output as lines whose words are separated by one space.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync(string arguments) =>
        [.. (await RunAsync(arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

    /// <summary>A field of an object.</summary>
    public Task<string> FieldAsync(string target, string path) => RunAsync($"get {target} -o jsonpath={{{path}}}");

    /// <summary>Starts a command that goes on, such as a watch.</summary>
    public KubectlStream Start(string arguments) => kubectl.Start($"-n {inNamespace} {arguments}");

    private Task<KubectlResult> StartAsync(string[] arguments, string input, string? editor)
    {
        return kubectl.RunAsync(["-n", inNamespace, "-v=6", .. arguments], input, editor);
    }

    private static KubectlResult Check(KubectlResult result)
    {
        // kubectl says this about every output that is no table, whoever serves it.
        var error = result.Error.Replace(NoTable, "", StringComparison.Ordinal);
        foreach (var complaint in Complaints)
        {
            error.ShouldNotContain(complaint, Case.Insensitive, result.ToString());
        }

        return result;
    }
}
