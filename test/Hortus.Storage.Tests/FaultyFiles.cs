namespace Hortus.Storage.Tests;

/// <summary>What a call to <see cref="FaultyFiles"/> threw instead of returning: the machine is off.</summary>
internal sealed class PowerLossException() : Exception("the power is gone");

/// <summary>
/// A folder in memory that tells what was written from what is on the disk. Can lose power at any changing call, fail
/// any call once, and be full.
/// </summary>
internal sealed class FaultyFiles(int seed) : IStoreFiles
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly List<Action<Dictionary<string, FaultyFile>>> _unsyncedNames = [];
    private Dictionary<string, FaultyFile> _names = [];
    private Dictionary<string, FaultyFile> _durableNames = [];
    private bool _locked;

    /// <summary>Changing calls so far.</summary>
    public int Calls { get; private set; }

    /// <summary>The power is lost in this call.</summary>
    public int? PowerLossAt { get; init; }

    /// <summary>This call fails, once.</summary>
    public int? FailAt { get; set; }

    /// <summary>Bytes that all files together may have.</summary>
    public long? Capacity { get; set; }

    public bool IsOff { get; private set; }

    public string Location => "/faulty";

    public IDisposable Lock()
    {
        lock (_lock)
        {
            _locked.ShouldBeFalse("two stores hold the folder");
            _locked = true;
            return new Unlock(this);
        }
    }

    public IReadOnlyList<string> List()
    {
        lock (_lock)
        {
            return [.. _names.Keys];
        }
    }

    public IStoreFile Open(string name)
    {
        lock (_lock)
        {
            return new Handle(this, _names[name]);
        }
    }

    public IStoreFile Create(string name)
    {
        lock (_lock)
        {
            Step();
            var file = new FaultyFile();
            ChangeNames(names => names[name] = file);
            return new Handle(this, file);
        }
    }

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            Step();
            ChangeNames(names =>
            {
                if (names.Remove(from, out var file))
                {
                    names[to] = file;
                }
            });
        }
    }

    public void Delete(string name)
    {
        lock (_lock)
        {
            Step();
            ChangeNames(names => names.Remove(name));
        }
    }

    public void Sync()
    {
        lock (_lock)
        {
            Step();
            _durableNames = new(_names);
            _unsyncedNames.Clear();
        }
    }

    /// <summary>The bytes of a file, to be damaged by a test.</summary>
    public byte[] Content(string name) => _names[name].Content;

    public void SetContent(string name, byte[] content) => _names[name].Reset(content);

    /// <summary>
    /// The folder after a new start: all that was written after a kill, a random part of it after a power loss.
    /// </summary>
    public FaultyFiles Restarted(bool powerLost, int? failAt = null)
    {
        lock (_lock)
        {
            var after = new FaultyFiles(seed + 1) { FailAt = failAt };
            var names = new Dictionary<string, FaultyFile>(powerLost ? _durableNames : _names);
            foreach (var change in powerLost ? _unsyncedNames.Take(_random.Next(_unsyncedNames.Count + 1)) : [])
            {
                change(names);
            }

            foreach (var (name, file) in names)
            {
                var survivor = new FaultyFile();
                survivor.Reset(powerLost ? file.AfterPowerLoss(_random) : file.Content);
                after._names[name] = survivor;
                after._durableNames[name] = survivor;
            }

            return after;
        }
    }

    private void ChangeNames(Action<Dictionary<string, FaultyFile>> change)
    {
        change(_names);
        _unsyncedNames.Add(change);
    }

    private void Step()
    {
        Calls++;
        IsOff |= Calls == PowerLossAt;
        if (IsOff)
        {
            throw new PowerLossException();
        }

        if (Calls == FailAt)
        {
            throw new IOException("input/output error");
        }
    }

    private sealed class Unlock(FaultyFiles files) : IDisposable
    {
        public void Dispose() => files._locked = false;
    }

    private sealed class Handle(FaultyFiles files, FaultyFile file) : IStoreFile
    {
        public long Length => file.Content.Length;

        public int Read(Span<byte> into, long offset)
        {
            var rest = file.Content.AsSpan((int)Math.Min(offset, file.Content.Length));
            rest = rest[..Math.Min(rest.Length, into.Length)];
            rest.CopyTo(into);
            return rest.Length;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (files._lock)
            {
                var used = files._names.Values.Distinct().Sum(f => (long)f.Content.Length);
                var growth = Math.Max(0, offset + bytes.Length - file.Content.Length);
                var whole = bytes.ToArray();
                try
                {
                    files.Step();
                }
                catch
                {
                    // A call that fails may still have written a part.
                    file.Write(whole[..files._random.Next(whole.Length + 1)], offset);
                    throw;
                }

                if (used + growth > files.Capacity)
                {
                    file.Write(whole[..(int)Math.Clamp(files.Capacity.Value - used, 0, whole.Length)], offset);
                    throw new IOException("no space left on device");
                }

                file.Write(whole, offset);
            }
        }

        public void Truncate(long length)
        {
            lock (files._lock)
            {
                files.Step();
                file.Truncate(length);
            }
        }

        public void Sync()
        {
            lock (files._lock)
            {
                try
                {
                    files.Step();
                }
                catch (IOException)
                {
                    file.LoseUnsynced(files._random);
                    throw;
                }

                file.Sync();
            }
        }

        public void Dispose()
        {
        }
    }
}
