using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>Reads the Seed that the gardenlet registers.</summary>
internal static class SeedFile
{
    /// <summary>The Seed of a YAML file, without status.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It holds no Seed with a name.</exception>
    public static async Task<Seed> LoadAsync(string file, CancellationToken cancellationToken)
    {
        var seed = KubernetesYaml.Deserialize<Seed>(await System.IO.File.ReadAllTextAsync(file, cancellationToken));
        if (seed.Kind != nameof(Seed) || string.IsNullOrEmpty(seed.Metadata.Name))
        {
            throw new InvalidDataException(
                $"{file}: want kind Seed with metadata.name, found {seed.Kind} \"{seed.Metadata.Name}\"");
        }

        return seed with { Status = null };
    }
}
