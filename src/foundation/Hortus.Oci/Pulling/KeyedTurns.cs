namespace Hortus.Oci;

/// <summary>Lets one at a time work on the same thing, and others on other things.</summary>
internal sealed class KeyedTurns
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Line> lines = [];

    /// <summary>Waits for the turn; disposing what is returned ends it.</summary>
    public async Task<IDisposable> TakeAsync(string key, CancellationToken cancellationToken)
    {
        Line line;
        lock (gate)
        {
            if (!lines.TryGetValue(key, out line!))
            {
                lines[key] = line = new Line();
            }

            line.Length++;
        }

        try
        {
            await line.Turn.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key, line);
            throw;
        }

        return new Taken(this, key, line);
    }

    private void Leave(string key, Line line)
    {
        lock (gate)
        {
            if (--line.Length == 0)
            {
                lines.Remove(key);
            }
        }
    }

    private sealed class Line
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Length { get; set; }
    }

    private sealed class Taken(KeyedTurns turns, string key, Line line) : IDisposable
    {
        public void Dispose()
        {
            line.Turn.Release();
            turns.Leave(key, line);
        }
    }
}
