using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Testing;

/// <summary>Makes a test server serve kinds that it has as custom resources.</summary>
public static class CustomKinds
{
    /// <summary>Installs the definitions and returns when all are served.</summary>
    public static async Task InstallAsync(
        IKubernetesClient client, IEnumerable<Type> kinds, CancellationToken cancellationToken)
    {
        var definitions = kinds.Select(CustomResourceDefinitions.For).ToArray();
        await Task.WhenAll(definitions.Select(definition => client.CreateAsync(definition, cancellationToken)));
        foreach (var definition in definitions)
        {
            await client.UntilAsync<CustomResourceDefinition>(definition.Key, IsEstablished, cancellationToken);
        }
    }

    private static bool IsEstablished(CustomResourceDefinition? definition) =>
        definition?.Status?.Conditions?.Any(c => c.Type == "Established" && c.Status == "True") == true;
}
