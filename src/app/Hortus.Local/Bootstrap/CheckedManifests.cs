using System.Text.Json.Nodes;
using Hortus.Client;

namespace Hortus.Local.Bootstrap;

/// <summary>Applies manifests of kinds that the operator is asked about before the API server takes them: in a garden that comes
/// back it may still start.</summary>
public sealed class CheckedManifests(IKubernetesClient runtime, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Applies every document of an example, each changed first, again and again while the server cannot decide.</summary>
    /// <exception cref="ApiException">The server refuses it.</exception>
    public async Task ApplyAsync(
        string example, Func<JsonObject, JsonObject> change, string fieldManager, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Examples.ApplyAsync(runtime, example, change, fieldManager, cancellationToken);
                return;
            }
            catch (ApiException failure) when (failure.Code >= 500)
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }
}
