using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Local.Bootstrap;

/// <summary>The manifests of <c>examples/</c>, carried inside the executable.</summary>
public static class Examples
{
    /// <summary>The text of an example.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(Examples).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"examples/{name} is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Applies every document of an example, each changed first.</summary>
    public static Task ApplyAsync(
        IKubernetesClient client,
        string name,
        Func<JsonObject, JsonObject> change,
        string fieldManager,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ApplyAsync(client, [.. KubernetesYaml.ParseAll(Read(name)).Select(change)], fieldManager, cancellationToken);
    }

    /// <summary>Applies documents in order.</summary>
    /// <exception cref="KindNotServedException">The server does not serve the kind of one.</exception>
    public static async Task ApplyAsync(
        IKubernetesClient client, IReadOnlyList<JsonObject> documents, string fieldManager, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(documents);
        var kinds = await client.Dynamic.DiscoverAsync(cancellationToken);
        foreach (var document in documents)
        {
            var (apiVersion, kind) = ((string?)document["apiVersion"], (string?)document["kind"]);
            var found = kinds.FirstOrDefault(k => k.ApiVersion == apiVersion && k.Kind == kind)
                ?? throw new KindNotServedException(
                    $"{kind} {document["metadata"]?["name"]} cannot be applied: the server does not serve {apiVersion}, Kind={kind}");
            await client.Dynamic.ApplyAsync(found, document, fieldManager, cancellationToken);
        }
    }
}
