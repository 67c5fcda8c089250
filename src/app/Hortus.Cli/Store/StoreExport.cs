using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Storage;

namespace Hortus.Cli.Store;

/// <summary>The objects of a store as text, each with the resource version it had.</summary>
/// <param name="image">What to export.</param>
/// <param name="withSecrets">Whether Secrets are exported.</param>
internal sealed class StoreExport(StoreImage image, bool withSecrets)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly string[] Secret = ["Secret", "InternalSecret"];
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 200 };
    private int written;
    private int left;

    /// <summary>What was exported, in one line.</summary>
    public string Summary => left == 0
        ? $"{written} objects of revision {image.Revision}"
        : $"{written} objects of revision {image.Revision}; {left} Secrets left out, --with-secrets exports them";

    /// <summary>A file that only its owner may read.</summary>
    public static StreamWriter CreatePrivate(string path) => new(
        path,
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });

    /// <summary>Writes one object a line.</summary>
    public async Task WriteLinesAsync(TextWriter target, CancellationToken cancellationToken)
    {
        foreach (var (_, value) in Objects())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await target.WriteLineAsync(value.ToJsonString(KubernetesJson.Options));
        }
    }

    /// <summary>Writes one file per object, in folders as the keys have parts.</summary>
    public void WriteFiles(string directory)
    {
        var root = Path.GetFullPath(directory);
        foreach (var (key, value) in Objects())
        {
            // Names may hold what means something in a path; a file never leaves the folder.
            var parts = key.Split('/', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => part is "." or ".." ? "_" : part.Replace('\0', '_'));
            var path = Path.Combine(root, Path.Combine([.. parts])) + ".yaml";
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, Private);
            using var writer = CreatePrivate(path);
            writer.Write(KubernetesYaml.Write(value));
        }
    }

    private IEnumerable<(string Key, JsonObject Value)> Objects()
    {
        foreach (var stored in image.Values)
        {
            if (JsonNode.Parse(stored.Value.Span, documentOptions: Reading) is not JsonObject value)
            {
                continue;
            }

            if (!withSecrets && Secret.Contains(value["kind"]?.ToString()))
            {
                left++;
                continue;
            }

            written++;
            if (value["metadata"] is JsonObject metadata)
            {
                metadata["resourceVersion"] = stored.ModRevision.ToString(CultureInfo.InvariantCulture);
            }

            yield return (stored.Key, value);
        }
    }
}
