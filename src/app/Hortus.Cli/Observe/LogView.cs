using Hortus.Client;
using Hortus.Local.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Cli.Observe;

/// <summary>Prints the logs of several containers as one.</summary>
/// <param name="client">The cluster of the pods.</param>
/// <param name="output">Gets the lines; each in one piece, whoever printed it.</param>
internal sealed class LogView(KubernetesClient client, TextWriter output)
{
    private readonly TextWriter lines = TextWriter.Synchronized(output);

    /// <summary>What has been logged, in the order of time.</summary>
    public async Task PrintAsync(LogSource source, PodLogOptions options, CancellationToken cancellationToken)
    {
        var pods = (await client.ListAsync<Pod>(ListOptions.All, cancellationToken)).Items.Where(source.Wanted).ToArray();
        var logs = await Task.WhenAll(pods.SelectMany(Containers).Select(c => CollectAsync(source, c, options, cancellationToken)));
        var several = logs.Length > 1;
        foreach (var line in logs.SelectMany(log => log).OrderBy(line => line.Time, StringComparer.Ordinal))
        {
            await lines.WriteLineAsync(several ? $"[{line.From}] {line.Text}" : line.Text);
        }
    }

    /// <summary>What is logged from now on, and before it what <paramref name="options"/> ask for, until cancelled. Pods that come
    /// later, as in a rollout, are followed too.</summary>
    public async Task FollowAsync(LogSource source, PodLogOptions options, CancellationToken cancellationToken)
    {
        var followed = new Dictionary<(string? Uid, string Container, int Restarts), Task>();
        var several = false;
        while (true)
        {
            await foreach (var change in client.WatchAsync<Pod>(new WatchOptions(), cancellationToken))
            {
                if (change.Type is WatchEventType.Bookmark or WatchEventType.Deleted || !source.Wanted(change.Object))
                {
                    continue;
                }

                foreach (var container in Containers(change.Object))
                {
                    var run = (change.Object.Metadata.Uid, container.Name, container.Restarts);
                    if (!followed.ContainsKey(run))
                    {
                        several |= followed.Count > 0;
                        followed[run] = CopyAsync(source, container, options with { Follow = true }, () => several, cancellationToken);
                    }
                }
            }
        }
    }

    private async Task CopyAsync(
        LogSource source, LoggedContainer container, PodLogOptions options, Func<bool> isNamed, CancellationToken cancellationToken)
    {
        var isWanted = source.Lines(container.Pod);
        try
        {
            var log = client.ReadLogAsync(container.Pod.Key, options with { Container = container.Name }, cancellationToken);
            await foreach (var line in log)
            {
                if (isWanted?.Invoke(line) != false)
                {
                    await lines.WriteLineAsync(isNamed() ? $"[{container}] {line}" : line);
                    await lines.FlushAsync(cancellationToken);
                }
            }
        }
        catch (Exception gone) when (gone is ApiException or IOException or HttpRequestException)
        {
            await lines.WriteLineAsync($"[{container}] hortus: no more of this log: {gone.Message}");
        }
    }

    private async Task<IReadOnlyList<LoggedLine>> CollectAsync(
        LogSource source, LoggedContainer container, PodLogOptions options, CancellationToken cancellationToken)
    {
        var isWanted = source.Lines(container.Pod);
        var collected = new List<LoggedLine>();
        var wanted = options with { Container = container.Name, Timestamps = true };
        await foreach (var line in client.ReadLogAsync(container.Pod.Key, wanted, cancellationToken))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var text = line[(space + 1)..];
            if (isWanted?.Invoke(text) != false)
            {
                collected.Add(new LoggedLine(line[..Math.Max(0, space)], container.ToString(), text));
            }
        }

        return collected;
    }

    // One that has not started has no log yet.
    private static IEnumerable<LoggedContainer> Containers(Pod pod) =>
        from status in pod.Status?.ContainerStatuses ?? []
        where status.State?.Running is not null || status.State?.Terminated is not null
        select new LoggedContainer(pod, status.Name, status.RestartCount);

    private sealed record LoggedContainer(Pod Pod, string Name, int Restarts)
    {
        public override string ToString() => $"{Pod.Metadata.Namespace}/{Pod.Metadata.Name}/{Name}";
    }

    private sealed record LoggedLine(string Time, string From, string Text);
}
