using System.Globalization;
using System.Runtime.CompilerServices;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>Which part of a container's log to read.</summary>
public sealed record PodLogOptions
{
    /// <summary>Name of the container; null when the pod has one only.</summary>
    public string? Container { get; init; }

    /// <summary>Go on with what is logged later, until the container ends.</summary>
    public bool Follow { get; init; }

    /// <summary>What the container said before it was started again.</summary>
    public bool Previous { get; init; }

    /// <summary>The last lines only; null reads all.</summary>
    public int? TailLines { get; init; }

    /// <summary>Not older than this; null reads all. Rounded up to seconds.</summary>
    public TimeSpan? Since { get; init; }

    /// <summary>Put the time of each line, RFC 3339, and a space in front of it.</summary>
    public bool Timestamps { get; init; }

    internal string Query => string.Join('&', new[]
    {
        Container is null ? null : "container=" + Uri.EscapeDataString(Container),
        Follow ? "follow=true" : null,
        Previous ? "previous=true" : null,
        TailLines is { } lines ? "tailLines=" + lines.ToString(CultureInfo.InvariantCulture) : null,
        Since is { } since ? "sinceSeconds=" + Math.Max(1, Math.Ceiling(since.TotalSeconds)).ToString(CultureInfo.InvariantCulture) : null,
        Timestamps ? "timestamps=true" : null,
    }.OfType<string>());
}

/// <summary>Reads what containers print.</summary>
public static class PodLogs
{
    /// <summary>The lines of a container's log, as they come.</summary>
    /// <exception cref="ApiException">The pod or the container does not exist, or has not started.</exception>
    public static async IAsyncEnumerable<string> ReadLogAsync(
        this KubernetesClient client, ObjectKey pod, PodLogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        using var reader = await client.OpenTextAsync(
            $"api/v1/namespaces/{pod.Namespace}/pods/{pod.Name}/log?{options.Query}", cancellationToken);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }
}
