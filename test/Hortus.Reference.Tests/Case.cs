namespace Hortus.Reference.Tests;

/// <summary>A request of a case.</summary>
/// <param name="Method">An HTTP method, or a way to patch: APPLY, MERGE, JSON, STRATEGIC.</param>
/// <param name="Path">A path from the root, or one from the resource's own part on, such as <c>configmaps/a</c>.</param>
public sealed record Step(string Method, string Path)
{
    /// <summary>Field manager; with <c>!</c> at its end the apply is forced.</summary>
    public string Manager { get; set; } = "";

    public string Body { get; set; } = "";

    /// <summary>The body as it is, not read as YAML.</summary>
    public string? Text { get; set; }

    public string User { get; set; } = "admin";

    public string Agent { get; set; } = "reference/1";

    public string Accept { get; set; } = "application/json";

    public string? MediaType { get; set; }

    /// <summary>The parts of the answer that are compared; empty compares all.</summary>
    public string Show { get; set; } = "";

    /// <summary>Differences that are right, each with its reason: all of the answer, or one path when it starts with a
    /// dot.</summary>
    public List<string> Accepted { get; } = [];
}

/// <summary>Requests that belong together, in a namespace of their own.</summary>
public sealed record Case(string File, string Name)
{
    public List<Step> Steps { get; } = [];

    /// <summary>Accepted in every step.</summary>
    public List<string> Accepted { get; } = [];

    public string Show { get; set; } = "";

    private static readonly string[] Methods =
        ["GET", "POST", "PUT", "DELETE", "PATCH", "APPLY", "JSON", "MERGE", "STRATEGIC"];

    /// <summary>Reads all cases, in the order of files and lines.</summary>
    public static IReadOnlyList<Case> ReadAll()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Cases");
        return
        [
            .. Directory.EnumerateFiles(folder, "*.txt").Where(file => !file.EndsWith("accepted.txt", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).SelectMany(Read),
        ];
    }

    private static List<Case> Read(string file)
    {
        var cases = new List<Case>();
        Step? step = null;
        foreach (var line in System.IO.File.ReadLines(file))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                cases.Add(new Case(Path.GetFileNameWithoutExtension(file), line[3..]));
                step = null;
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                step = cases[^1].Take(line, step);
            }
        }

        return cases;
    }

    private Step? Take(string line, Step? step)
    {
        var words = line.Split(' ');
        if (Methods.Contains(words[0]))
        {
            Steps.Add(new Step(words[0], words[1]) { Manager = words.ElementAtOrDefault(2) ?? "" });
            return Steps[^1];
        }

        if (line[0] == '~')
        {
            (step?.Accepted ?? Accepted).Add(line[1..].Trim());
            return step;
        }

        var (key, value) = line.Split(": ", 2) is [var k, var v] ? (k, v) : (line, "");
        switch (key)
        {
            case "agent": step!.Agent = value; break;
            case "text": step!.Text = value; break;
            case "as": step!.User = value; break;
            case "accept": step!.Accept = value; break;
            case "type": step!.MediaType = value; break;
            case "show" when step is null: Show = value; break;
            case "show": step.Show = value; break;
            default: step!.Body += line + "\n"; break;
        }

        return step;
    }
}
