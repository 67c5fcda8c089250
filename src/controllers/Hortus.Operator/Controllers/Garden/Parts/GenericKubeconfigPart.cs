using Hortus.Client;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Operator;

namespace Hortus.Operator;

/// <summary>The way into the virtual garden that workloads of the runtime cluster share; each brings a token of its own.</summary>
internal sealed class GenericKubeconfigPart(GardenOperation operation)
{
    /// <summary>Adds the step.</summary>
    /// <param name="graph">The flow.</param>
    /// <param name="generated">The authorities are there.</param>
    public void AddTo(FlowGraph graph, string generated) =>
        graph.Add("Publishing generic token kubeconfig", PublishAsync, generated);

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        const string name = GardenerAnnotations.GenericTokenKubeconfigSecretName;
        var kubeconfig = await operation.Secrets.EnsureGenericKubeconfigAsync(operation.Authorities, cancellationToken);
        if (operation.Garden.Metadata.Annotation(name) != kubeconfig.SecretName)
        {
            await operation.Runtime.PatchAsync<Garden>(
                operation.Garden.Key, Annotations.Set(name, kubeconfig.SecretName), cancellationToken);
        }
    }
}
