using System.Text.Json.Nodes;
using Hortus.Client;

namespace Hortus.Local.Bootstrap;

/// <summary>Applies manifests of kinds that the operator is asked about before the API server takes them: in a garden that comes
/// back it may still start.</summary>
public sealed class CheckedManifests(IKubernetesClient runtime, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Applies documents in order, again and again while the server cannot decide.</summary>
    /// <exception cref="ApiException">The server refuses one.</exception>
    public Task ApplyAsync(IReadOnlyList<JsonObject> documents, string fieldManager, CancellationToken cancellationToken) =>
        UntilDecidedAsync(() => Examples.ApplyAsync(runtime, documents, fieldManager, cancellationToken), cancellationToken);

    /// <summary>Applies every document of an example, each changed first, again and again while the server cannot decide.</summary>
    /// <exception cref="ApiException">The server refuses it.</exception>
    public Task ApplyAsync(
        string example, Func<JsonObject, JsonObject> change, string fieldManager, CancellationToken cancellationToken) =>
        UntilDecidedAsync(() => Examples.ApplyAsync(runtime, example, change, fieldManager, cancellationToken), cancellationToken);

    private async Task UntilDecidedAsync(Func<Task> apply, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await apply();
                return;
            }
            catch (ApiException failure) when (failure.Code >= 500)
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }
}
