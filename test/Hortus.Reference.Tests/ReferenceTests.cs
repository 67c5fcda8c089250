using System.Globalization;

namespace Hortus.Reference.Tests;

/// <summary>The same requests to kube-apiserver and to ours: the answers must be equal but for what is accepted.</summary>
[Trait("Category", "Reference")]
public sealed class ReferenceTests(ReferenceServers servers) : IClassFixture<ReferenceServers>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly IReadOnlyList<Case> All = Case.ReadAll();
    private static readonly Differences Differences = new(
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cases", "accepted.txt"))
            .Where(line => line.Length > 0 && line[0] is '.' or '*'),
    ]);

    public static TheoryData<string, string> Names()
    {
        var names = new TheoryData<string, string>();
        foreach (var played in All)
        {
            names.Add(played.File, played.Name);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Answers_equal_those_of_the_reference(string file, string name)
    {
        var index = All.Select((played, i) => (played, i)).Single(p => p.played.File == file && p.played.Name == name);
        using var deadline = new CancellationTokenSource(Deadline);
        var space = string.Create(CultureInfo.InvariantCulture, $"case-{index.i}");
        var reference = await new Exchange(servers.Reference, index.played, space).PlayAsync(deadline.Token);
        var ours = await new Exchange(servers.Ours, index.played, space).PlayAsync(deadline.Token);

        var differences = index.played.Steps.Zip(reference, ours)
            .SelectMany((step, i) => Differences.Of(index.played, step.First, step.Second, step.Third)
                .Select(difference => $"step {i} {step.First.Method} {step.First.Path} {difference}"));

        string.Join('\n', differences).ShouldBe("");
    }
}
