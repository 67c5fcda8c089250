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

    /// <summary>How much of everything the garden has.</summary>
    public GardenShape Shape => GardenShape.Of(GardenOf(documents)!);

    /// <summary>Reads what the options ask for.</summary>
    /// <exception cref="LocalGardenException">A file cannot be read, or is not about one Garden of the right name; or the options do not
    /// fit the garden that is there.</exception>
    public static GardenManifest Read(LocalGardenOptions options, StateDirectory state)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(state);
        var kept = File.Exists(state.GardenManifest) ? state.GardenManifest : null;
        var documents = (options.GardenFile ?? kept) is { } file ? ReadFile(file) : KubernetesYaml.ParseAll(Examples.Read(Example));
        if (options.Store is { } store)
        {
            GardenOf(documents)!.Ensure("metadata", "annotations")[GardenerAnnotations.GardenStore] = store;
        }

        if (options.IsMinimal)
        {
            RefuseWhole(kept, state);
            documents = GardenShape.MakeMinimal(documents, GardenOf(documents)!);
        }

        if (options.IsHighlyAvailable)
        {
            RefuseMinimal(documents);
            GardenShape.MakeAvailable(GardenOf(documents)!);
        }

        var isChosen = options.GardenFile is not null || options.Store is not null || options.IsMinimal || options.IsHighlyAvailable;
        return new(documents, isChosen);
    }

    // Backups of a garden cannot be taken away, and nobody wants to lose the other things by a flag.
    private static void RefuseWhole(string? kept, StateDirectory state)
    {
        var started = kept is not null || File.Exists(state.GardenKubeconfig);
        if (started && (kept is null || !GardenShape.Of(GardenOf(ReadFile(kept))!).IsMinimal))
        {
            throw new LocalGardenException(
                $"--minimal: the garden in {state.Root} was started without it, and a garden is only made minimal at its first start; "
                + "run `hortus down --delete-state` and start anew, or take another --state-dir");
        }
    }

    private static void RefuseMinimal(IReadOnlyList<JsonObject> documents)
    {
        if (GardenShape.Of(GardenOf(documents)!).IsMinimal)
        {
            throw new LocalGardenException(
                $"--ha: the garden is minimal; give it the rest with --garden and a copy of examples/{Example}, which may come with --ha");
        }
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
}
