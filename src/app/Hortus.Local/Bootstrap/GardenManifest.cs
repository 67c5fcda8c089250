using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.Local.Bootstrap;

/// <summary>The Garden of a local garden, with what stands beside it: a file of the user, what an earlier start was given, or else the
/// example.</summary>
public sealed class GardenManifest
{
    /// <summary>The example.</summary>
    public const string Example = "00-garden.yaml";

    /// <summary>Name of the Garden.</summary>
    public const string GardenName = "local";

    /// <summary>The store of a Garden that shares an etcd between its API servers.</summary>
    public const string Etcd = "etcd";

    private const string GardenKind = "Garden";
    private readonly IReadOnlyList<JsonObject> documents;
    private readonly bool isChosen;

    private GardenManifest(IReadOnlyList<JsonObject> documents, bool isChosen)
    {
        this.documents = documents;
        this.isChosen = isChosen;
    }

    /// <summary>Whether the API servers of the virtual garden use an etcd.</summary>
    public bool UsesEtcd => (string?)GardenOf(documents)!["metadata"]!["annotations"]?[GardenerAnnotations.GardenStore] == Etcd;

    /// <summary>Reads what the options ask for.</summary>
    /// <exception cref="LocalGardenException">A file cannot be read, or is not about one Garden of the right name.</exception>
    public static GardenManifest Read(LocalGardenOptions options, StateDirectory state)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(state);
        var kept = File.Exists(state.GardenManifest) ? state.GardenManifest : null;
        var documents = (options.GardenFile ?? kept) is { } file ? ReadFile(file) : KubernetesYaml.ParseAll(Examples.Read(Example));
        if (options.Store is { } store)
        {
            AnnotationsOf(documents)[GardenerAnnotations.GardenStore] = store;
        }

        return new(documents, options.GardenFile is not null || options.Store is not null);
    }

    /// <summary>Applies everything, in order, as soon as the operator judges Gardens; the next start takes it from the state
    /// directory.</summary>
    /// <exception cref="ApiException">The server refuses something.</exception>
    public async Task ApplyAsync(
        CheckedManifests manifests, StateDirectory state, string fieldManager, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifests);
        ArgumentNullException.ThrowIfNull(state);
        await manifests.ApplyAsync(documents, fieldManager, cancellationToken);
        if (isChosen)
        {
            StateDirectory.WriteSecret(state.GardenManifest, KubernetesYaml.WriteAll(documents));
        }
    }

    private static IReadOnlyList<JsonObject> ReadFile(string file)
    {
        try
        {
            var documents = KubernetesYaml.ParseAll(File.ReadAllText(file));
            return (string?)GardenOf(documents)?["metadata"]?["name"] == GardenName
                ? documents
                : throw new LocalGardenException(
                    $"{file}: want one {GardenKind} with the name {GardenName}; begin with a copy of examples/{Example}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or YamlFormatException)
        {
            throw new LocalGardenException($"the garden's manifest {file} cannot be read: {failure.Message}", failure);
        }
    }

    private static JsonObject? GardenOf(IReadOnlyList<JsonObject> documents) =>
        documents.Where(document => (string?)document["kind"] == GardenKind).ToArray() is [var garden] ? garden : null;

    private static JsonObject AnnotationsOf(IReadOnlyList<JsonObject> documents)
    {
        var metadata = GardenOf(documents)!["metadata"]!.AsObject();
        if (metadata["annotations"] is not JsonObject annotations)
        {
            metadata["annotations"] = annotations = [];
        }

        return annotations;
    }
}
