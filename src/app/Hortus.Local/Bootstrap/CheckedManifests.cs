using System.Text.Json.Nodes;
using Hortus.Client;

namespace Hortus.Local.Bootstrap;

/// <summary>Applies manifests of kinds for which the API server needs another server, to ask it or because it serves them: in a garden that
/// comes back that one may still start.</summary>
/// <param name="client">The API server.</param>
/// <param name="time">Measures the pauses.</param>
public sealed class CheckedManifests(IKubernetesClient client, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a kind that is missing is waited for: those of another server come and go with it. Otherwise it is a
    /// fault.</summary>
    public bool KindsMayCome { get; init; }

    /// <summary>Applies documents in order, again and again while the server cannot decide.</summary>
    /// <exception cref="ApiException">The server refuses one.</exception>
    /// <exception cref="KindNotServedException">The server does not serve the kind of one.</exception>
    public Task ApplyAsync(IReadOnlyList<JsonObject> documents, string fieldManager, CancellationToken cancellationToken) =>
        UntilDecidedAsync(() => Examples.ApplyAsync(client, documents, fieldManager, cancellationToken), cancellationToken);

    /// <summary>Applies every document of an example, each changed first, again and again while the server cannot decide.</summary>
    /// <exception cref="ApiException">The server refuses it.</exception>
    /// <exception cref="KindNotServedException">The server does not serve the kind of one.</exception>
    public Task ApplyAsync(
        string example, Func<JsonObject, JsonObject> change, string fieldManager, CancellationToken cancellationToken) =>
        UntilDecidedAsync(() => Examples.ApplyAsync(client, example, change, fieldManager, cancellationToken), cancellationToken);

    private async Task UntilDecidedAsync(Func<Task> apply, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await apply();
                return;
            }
            catch (Exception failure) when (failure is ApiException { Code: >= 500 } || (KindsMayCome && failure is KindNotServedException))
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }
}
