using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hortus.Objects;

namespace Hortus.Reference.Tests;

/// <summary>An answer in the form that is compared.</summary>
public sealed record Answer(int Code, JsonNode? Body, JsonArray Warnings);

/// <summary>Plays a case to one server.</summary>
public sealed partial class Exchange(Side side, Case played, string space)
{
    private static readonly Dictionary<string, string> PatchTypes = new(StringComparer.Ordinal)
    {
        ["APPLY"] = "application/apply-patch+yaml",
        ["MERGE"] = "application/merge-patch+json",
        ["JSON"] = "application/json-patch+json",
        ["STRATEGIC"] = "application/strategic-merge-patch+json",
    };

    private JsonObject? last;

    /// <summary>The answers, one a step.</summary>
    public async Task<IReadOnlyList<Answer>> PlayAsync(CancellationToken cancellationToken)
    {
        var answers = new List<Answer>();
        await SendAsync(
            new Step("POST", "/api/v1/namespaces") { Text = $$$"""{"metadata":{"name":"{{{space}}}"}}""" }, cancellationToken);
        foreach (var step in played.Steps)
        {
            answers.Add(await SendAsync(step, cancellationToken));
        }

        return answers;
    }

    private async Task<Answer> SendAsync(Step step, CancellationToken cancellationToken)
    {
        var (path, body) = Resolve(step);
        var mediaType = PatchTypes.GetValueOrDefault(step.Method);
        var method = new HttpMethod(mediaType is null ? step.Method : "PATCH");
        using var answer = await side.SendAsync(
            method, Fill(path), body is null ? null : Fill(body), mediaType ?? "application/json", step, cancellationToken);
        var value = await Side.ReadAsync(answer, cancellationToken);
        if (value is JsonObject { } found && found["kind"]?.ToString() != "Status" && found["metadata"] is JsonObject)
        {
            last = found;
        }

        var show = step.Show.Length > 0 ? step.Show : played.Show;
        var warnings = answer.Headers.TryGetValues("Warning", out var all) ? all : [];
        return new Answer(
            (int)answer.StatusCode,
            Normal.Of(Shown(value, show), side.IsOld, space),
            new JsonArray([.. warnings.Select(warning => (JsonNode)warning)]));
    }

    private (string Path, string? Body) Resolve(Step step)
    {
        JsonNode? body = step.Body.Length == 0 ? null
            : step.Body[0] == '[' ? JsonNode.Parse(step.Body) : KubernetesYaml.Parse(step.Body);
        var path = step.Path;
        if (path[0] != '/')
        {
            var parts = path.Split('?')[0].Split('/');
            var (version, kind, namespaced) = Resources.Find(parts[0], side.IsOld);
            path = (version.Contains('/', StringComparison.Ordinal) ? "/apis/" : "/api/") + version
                + (namespaced ? "/namespaces/NS/" : "/") + path;
            if (body is JsonObject fields && step.Method is ("POST" or "PUT" or "APPLY"))
            {
                body = Complete(fields, version, kind, parts.ElementAtOrDefault(1) ?? "a");
            }
        }

        if (step.Manager.Length > 0)
        {
            path += (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "fieldManager=" + step.Manager.TrimEnd('!')
                + (step.Manager.EndsWith('!') ? "&force=true" : "");
        }

        return (path, step.Text ?? body?.ToJsonString());
    }

    private static JsonObject Complete(JsonObject body, string version, string kind, string name)
    {
        var whole = new JsonObject { ["apiVersion"] = version, ["kind"] = kind };
        foreach (var (field, value) in body)
        {
            whole[field] = value?.DeepClone();
        }

        var metadata = whole["metadata"] as JsonObject ?? [];
        if (!metadata.ContainsKey("name") && !metadata.ContainsKey("generateName"))
        {
            metadata["name"] = name;
        }

        whole["metadata"] = metadata.DeepClone();
        return whole;
    }

    private string Fill(string text) => Space().Replace(text, space)
        .Replace("$RV", last?["metadata"]?["resourceVersion"]?.ToString(), StringComparison.Ordinal)
        .Replace("$UID", last?["metadata"]?["uid"]?.ToString(), StringComparison.Ordinal);

    private static JsonNode? Shown(JsonNode? value, string show)
    {
        if (show is "" or "all" || value is not JsonObject fields || fields["kind"]?.ToString() == "Status")
        {
            return value;
        }

        return new JsonObject(show.Split(' ').Select(field => KeyValuePair.Create(field, fields[field]?.DeepClone())));
    }

    [GeneratedRegex(@"\bNS\b")]
    private static partial Regex Space();
}
