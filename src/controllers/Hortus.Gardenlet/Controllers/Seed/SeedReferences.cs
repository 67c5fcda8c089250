using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Copies of the Secrets and ConfigMaps of the garden that <c>spec.resources</c> of a Seed names, for its extensions: named
/// <c>ref-</c> and the name of the original.</summary>
internal sealed class SeedReferences(GardenletSurroundings surroundings)
{
    private const string NamePrefix = "ref-";

    /// <summary>The ManagedResource with them.</summary>
    public ObjectKey Key { get; } = new(GardenerNames.GardenNamespace, "referenced-resources-" + surroundings.SeedName);

    /// <summary>Writes them as they are in the garden now.</summary>
    /// <exception cref="SeedConfigurationException">One cannot be had.</exception>
    public async Task<IComponent?> ReadAsync(Seed seed, CancellationToken cancellationToken)
    {
        var copies = new List<KubernetesObject>();
        foreach (var (named, at) in (seed.Spec.Resources ?? []).Select((named, at) => (named, at)))
        {
            copies.Add(await CopyAsync(named, $"spec.resources[{at}]", cancellationToken));
        }

        return copies.Count == 0 ? null : new Copies(Key, copies);
    }

    private async Task<KubernetesObject> CopyAsync(NamedResourceReference named, string path, CancellationToken cancellationToken)
    {
        var reference = named.ResourceRef;
        var key = new ObjectKey(GardenerNames.GardenNamespace, reference.Name ?? "");
        var metadata = new ObjectMeta { Namespace = GardenerNames.GardenNamespace, Name = NamePrefix + reference.Name };
        return reference.Kind switch
        {
            nameof(Secret) when await surroundings.GardenClient.FindAsync<Secret>(key, cancellationToken) is { } secret =>
                new Secret { Metadata = metadata, Type = secret.Type, Data = secret.Data },
            nameof(ConfigMap) when await surroundings.GardenClient.FindAsync<ConfigMap>(key, cancellationToken) is { } map =>
                new ConfigMap { Metadata = metadata, Data = map.Data, BinaryData = map.BinaryData },
            nameof(Secret) or nameof(ConfigMap) => throw new SeedConfigurationException(
                $"{path}: {reference.Kind} {key} does not exist in the garden: create it, or take the entry away"),
            _ => throw new SeedConfigurationException($"{path}: {reference.Kind} is not supported: use Secret or ConfigMap"),
        };
    }

    private sealed class Copies(ObjectKey key, IReadOnlyList<KubernetesObject> objects) : IComponent
    {
        public string Name => key.Name;

        public string Namespace => key.Namespace!;

        public IReadOnlyList<KubernetesObject> Render() => objects;
    }
}

/// <summary>Something that a Seed names is missing or unusable; the message says which field, and what to do.</summary>
internal sealed class SeedConfigurationException(string message) : Exception(message);
