using Hortus.Objects;
using Hortus.ResourceManager.Preview;
using Hortus.Runtime;

namespace Hortus.Cli.ManagedResources;

/// <summary>Prints a preview as one unified diff, which other tools can read too.</summary>
internal sealed class DiffView(TextWriter output, TextWriter errors, SecretMask? mask)
{
    /// <summary>Exit code when something would change; as <c>kubectl diff</c> has it.</summary>
    public const int HasChanges = 1;

    /// <summary>Exit code when something would not work, or cannot be known.</summary>
    public const int HasFaults = 2;

    private const string Nothing = "/dev/null";

    /// <summary>Prints.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> PrintAsync(ManagedResourcePreview preview)
    {
        foreach (var change in preview.Changes)
        {
            await output.WriteAsync($"# {Verb(change.Action)} {change.Object}\n{Headed(change)}");
        }

        if (preview.Changes.Count > 0)
        {
            var counts = preview.Changes.CountBy(c => c.Action).OrderBy(c => c.Key).Select(c => $"{c.Value} to {Verb(c.Key)}");
            await output.WriteAsync($"# {string.Join(", ", counts)}\n");
        }

        foreach (var line in preview.Faults.Append(preview.Note).OfType<string>())
        {
            await errors.WriteLineAsync($"hortus: {line}");
        }

        return preview switch
        {
            { Faults.Count: > 0 } => HasFaults,
            { Changes.Count: > 0 } => HasChanges,
            _ => ExitCode.Success,
        };
    }

    private string Headed(PreviewedChange change)
    {
        var (before, after) = (Text(change.Before), Text(change.After));
        var from = change.Before is null ? Nothing : $"live/{change.Object}";
        var to = change.After is null ? Nothing : $"wanted/{change.Object}";
        var hunks = LineDiff.Hunks(before, after);
        return hunks.Length == 0 ? "" : $"--- {from}\n+++ {to}\n{hunks}";
    }

    private string Text(System.Text.Json.Nodes.JsonObject? value) =>
        value is null ? "" : KubernetesYaml.Write(mask is null ? value : mask.Apply(value));

    private static string Verb(PreviewedAction action) => action switch
    {
        PreviewedAction.Create => "create",
        PreviewedAction.Change => "change",
        PreviewedAction.MakeAnew => "delete and create anew",
        PreviewedAction.Release => "release",
        _ => "delete",
    };
}
