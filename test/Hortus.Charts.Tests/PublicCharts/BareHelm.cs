using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.Charts.Tests.PublicCharts;

/// <summary>The helm of a user, without anything of ours around it: what <c>helm template</c> prints, and what Helm itself reads in
/// it.</summary>
internal sealed class BareHelm : IDisposable
{
    private const string Separator = "---\n# Source: ";
    private readonly string scratch = Directory.CreateTempSubdirectory("hortus-test-helm-").FullName;

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    /// <summary>Renders a chart and lets Helm's own reader take the documents apart.</summary>
    /// <returns>Template and object, in the order in which helm prints them.</returns>
    /// <exception cref="BareHelmException">Helm does not render it.</exception>
    public async Task<IReadOnlyList<(string Template, JsonObject Json)>> TemplateAsync(
        string archive, ChartRelease release, string values, CancellationToken cancellationToken)
    {
        var text = await RunAsync(
            values,
            cancellationToken,
            "template", release.Name, archive, "--namespace", release.Namespace, "--kube-version", release.KubernetesVersion,
            "--values", "-");
        string[] documents = [.. ("\n" + text).Split("\n" + Separator)[1..].Select(document => document + "\n")];
        string[] templates = [.. documents.Select(document => document[..document.IndexOf('\n')].Trim())];
        var read = await ReadAsync(documents, cancellationToken);
        return [.. templates.Zip(read).Where(pair => pair.Second.Count > 0)];
    }

    // A chart of our own has the documents as files: its template prints what Helm's function fromYaml makes of each.
    private async Task<IReadOnlyList<JsonObject>> ReadAsync(string[] documents, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(scratch, Guid.NewGuid().ToString("N"))).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "templates"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Chart.yaml"), "apiVersion: v2\nname: reader\nversion: 0.1.0\n", cancellationToken);
        for (var i = 0; i < documents.Length; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"d{i}.yaml"), "# " + documents[i], cancellationToken);
        }

        const string template = """
            kind: Read
            apiVersion: v1
            metadata: {name: read}
            documents:
            {{- range $i := until (int .Values.count) }}
            {{- with (printf "d%d.yaml" $i | $.Files.Get | fromYaml) }}
            {{- if hasKey . "Error" }}{{ fail (printf "document %d: %s" $i .Error) }}{{ end }}
            - {{ toJson . | b64enc }}
            {{- else }}
            - {{ "{}" | b64enc }}
            {{- end }}
            {{- end }}
            """;
        await File.WriteAllTextAsync(Path.Combine(folder, "templates", "read.yaml"), template, cancellationToken);
        var output = await RunAsync("{}", cancellationToken, "template", "reader", folder, "--set", $"count={documents.Length}");
        Directory.Delete(folder, recursive: true);
        return
        [
            .. output.Split('\n')
                .Where(line => line.StartsWith("- ", StringComparison.Ordinal))
                .Select(line => JsonNode.Parse(Convert.FromBase64String(line[2..]))!.AsObject()),
        ];
    }

    private async Task<string> RunAsync(string input, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo(BuiltTools.Installed("helm"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["HOME"] = scratch;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? await output : throw new BareHelmException((await error).Trim());
    }
}

/// <summary>Helm refuses a chart.</summary>
/// <param name="message">Helm's own words.</param>
internal sealed class BareHelmException(string message) : Exception(message);
