using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Oci;

/// <summary>Writes artifacts into repositories. The same content has the same digest each time: no time of writing is
/// noted.</summary>
public static class ArtifactPublisher
{
    private static readonly (string Field, string Annotation)[] ChartAnnotations =
    [
        ("name", OciDescriptor.TitleAnnotation),
        ("version", "org.opencontainers.image.version"),
        ("description", "org.opencontainers.image.description"),
        ("home", "org.opencontainers.image.url"),
    ];

    /// <summary>Writes a chart in the form that helm writes and reads.</summary>
    /// <param name="repository">Where to; its last part is the chart's name, or helm cannot pull it.</param>
    /// <param name="tag">Tag; null takes the chart's version.</param>
    /// <param name="chart">The chart.</param>
    /// <param name="provenance">Signature file; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Digest of the manifest.</returns>
    /// <exception cref="OciException">The registry does not take it.</exception>
    public static async Task<string> PushChartAsync(
        OciRepository repository, string? tag, ChartPackage chart, ReadOnlyMemory<byte>? provenance, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chart);
        var config = ArtifactFile.Of(MediaTypes.HelmConfig, Encoding.UTF8.GetBytes(chart.Metadata.ToJsonString()));
        List<ArtifactFile> layers = [ArtifactFile.Of(MediaTypes.HelmChart, chart.Archive)];
        if (provenance is { } signature)
        {
            layers.Add(ArtifactFile.Of(MediaTypes.HelmProvenance, signature));
        }

        var annotations = new JsonObject();
        foreach (var (field, annotation) in ChartAnnotations)
        {
            if (chart.Metadata[field] is JsonValue value)
            {
                annotations[annotation] = value.ToString();
            }
        }

        return await PushAsync(repository, tag ?? chart.Tag, null, config, layers, annotations, cancellationToken);
    }

    /// <summary>Writes files as one artifact.</summary>
    /// <param name="repository">Where to.</param>
    /// <param name="tag">Tag; null leaves only the digest.</param>
    /// <param name="artifactType">Media type that says what the files are together.</param>
    /// <param name="files">The files, at least one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Digest of the manifest.</returns>
    /// <exception cref="OciException">The registry does not take it.</exception>
    public static Task<string> PushFilesAsync(
        OciRepository repository, string? tag, string artifactType, IReadOnlyList<ArtifactFile> files,
        CancellationToken cancellationToken)
    {
        var config = ArtifactFile.Of(MediaTypes.Empty, "{}"u8.ToArray());
        return PushAsync(repository, tag, artifactType, config, files, annotations: null, cancellationToken);
    }

    private static async Task<string> PushAsync(
        OciRepository repository, string? tag, string? artifactType, ArtifactFile config, IReadOnlyList<ArtifactFile> layers,
        JsonObject? annotations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
        };
        if (artifactType is not null)
        {
            manifest["artifactType"] = artifactType;
        }

        manifest["config"] = await PushAsync(repository, config, cancellationToken);
        var list = new JsonArray();
        foreach (var layer in layers)
        {
            list.Add(await PushAsync(repository, layer, cancellationToken));
        }

        manifest["layers"] = list;
        if (annotations is { Count: > 0 })
        {
            manifest["annotations"] = annotations;
        }

        return await repository.PushManifestAsync(
            tag, MediaTypes.OciManifest, JsonSerializer.SerializeToUtf8Bytes<JsonNode>(manifest), cancellationToken);
    }

    private static async Task<JsonNode> PushAsync(OciRepository repository, ArtifactFile file, CancellationToken cancellationToken)
    {
        var descriptor = file.Descriptor;
        await repository.PushBlobAsync(descriptor, file.Open, cancellationToken);
        var json = new JsonObject
        {
            ["mediaType"] = descriptor.MediaType,
            ["digest"] = descriptor.Digest,
            ["size"] = descriptor.Size,
        };
        if (file.Name is { } name)
        {
            json["annotations"] = new JsonObject { [OciDescriptor.TitleAnnotation] = name };
        }

        return json;
    }
}
