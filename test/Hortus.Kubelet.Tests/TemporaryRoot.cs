using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Kubelet.Tests;

/// <summary>A kubelet's root directory for one test; its end removes everything that was started in it.</summary>
public sealed class TemporaryRoot : IAsyncDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    /// <summary>Not below /tmp, which containers replace by an empty one.</summary>
    public string Path { get; } = Directory.CreateDirectory($"/var/tmp/hortus-test-{Guid.NewGuid():n}").FullName;

    public string LogPath => System.IO.Path.Combine(Path, "logs", "main.log");

    public CancellationToken Deadline => deadline.Token;

    public string ReadLog()
    {
        using var reader = new StreamReader(
            new FileStream(LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public Task WaitForLogAsync(string text) =>
        Real.UntilAsync(() => File.Exists(LogPath) && ReadLog().Contains(text, StringComparison.Ordinal), Deadline);

    public async ValueTask DisposeAsync()
    {
        await KubeletCleanup.RunAsync(Path, NullLoggerFactory.Instance, CancellationToken.None);
        Directory.Delete(Path, recursive: true);
        deadline.Dispose();
    }
}

/// <summary>What tests with real parts need.</summary>
public static class Real
{
    public static void RequireRoot() => Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>Waits until something outside this process is so; it cannot be awaited otherwise.</summary>
    public static async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }
}
