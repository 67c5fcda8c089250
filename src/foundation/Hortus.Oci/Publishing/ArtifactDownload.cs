namespace Hortus.Oci;

/// <summary>Brings the files of an artifact into a folder.</summary>
public static class ArtifactDownload
{
    private const long ChartBytesMax = 256L * 1024 * 1024;

    /// <summary>Writes the files of an artifact: those with a title by their title, a chart as NAME-VERSION.tgz, as helm names
    /// it. A file is there whole, or not at all.</summary>
    /// <param name="repository">Where it lies.</param>
    /// <param name="reference">What is wanted; has a tag or a digest.</param>
    /// <param name="folder">Is made when it is not there; files in it are replaced.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Digest of what the reference stands for, and the files.</returns>
    /// <exception cref="OciException">It is not there, or has nothing to write.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static async Task<(string Digest, IReadOnlyList<string> Files)> RunAsync(
        OciRepository repository, OciReference reference, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(reference);
        var target = reference.Target
            ?? throw new OciException(OciFailure.BadRequest, $"the reference {reference} has neither tag nor digest");
        var manifest = await repository.GetManifestAsync(target, cancellationToken);
        Directory.CreateDirectory(folder);
        var titled = manifest.Layers.Where(l => l.Annotations.ContainsKey(OciDescriptor.TitleAnnotation)).ToList();
        if (titled.Count == 0)
        {
            return (manifest.Digest, [await ChartAsync(repository, manifest, reference, folder, cancellationToken)]);
        }

        var files = new List<string>();
        foreach (var layer in titled)
        {
            var name = Safe(layer.Annotations[OciDescriptor.TitleAnnotation], reference);
            files.Add(await WriteAsync(
                Path.Combine(folder, name), stream => repository.CopyBlobAsync(layer, stream, cancellationToken)));
        }

        return (manifest.Digest, files);
    }

    private static async Task<string> ChartAsync(
        OciRepository repository, OciManifest manifest, OciReference reference, string folder, CancellationToken cancellationToken)
    {
        var layer = await HelmArtifact.FindAsync(
            manifest, reference.ToString(), async m => await repository.GetManifestAsync(m.Digest, cancellationToken));
        var archive = await repository.GetBlobAsync(layer!, ChartBytesMax, cancellationToken);
        try
        {
            var chart = ChartPackage.Read(archive);
            return await WriteAsync(
                Path.Combine(folder, Safe($"{chart.Name}-{chart.Version}.tgz", reference)),
                stream => stream.WriteAsync(archive, cancellationToken).AsTask());
        }
        catch (InvalidDataException e)
        {
            throw new OciException(OciFailure.WrongArtifact, $"the chart in {reference} cannot be used: {e.Message}", e);
        }
    }

    private static async Task<string> WriteAsync(string path, Func<Stream, Task> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await write(file);
            }

            File.Move(temporary, path, overwrite: true);
            return path;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>A name that stays in its folder.</summary>
    private static string Safe(string name, OciReference reference) =>
        name is not ("" or "." or "..") && !name.Any(c => c is '/' or '\\' || char.IsControl(c))
            ? name
            : throw new OciException(
                OciFailure.BadContent, $"a file of {reference} is called \"{name}\", which is no plain file name; nothing more is written");
}
