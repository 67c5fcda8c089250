namespace Hortus.Storage;

/// <summary>
/// The few things a store asks of the file system, in one folder. Failures are <see cref="IOException"/>. A seam for
/// tests that fail or lose power at any of these calls.
/// </summary>
internal interface IStoreFiles
{
    /// <summary>The folder, for messages.</summary>
    string Location { get; }

    /// <summary>Makes the folder if needed and takes it for this process until disposed.</summary>
    /// <exception cref="StoreException"><see cref="StoreFailure.Locked"/>, naming the process that has it.</exception>
    IDisposable Lock();

    IReadOnlyList<string> List();

    IStoreFile Open(string name);

    /// <summary>An empty file under this name, replacing what was there.</summary>
    IStoreFile Create(string name);

    /// <summary>Gives a file another name, replacing what was there.</summary>
    void Rename(string from, string to);

    void Delete(string name);

    /// <summary>Forces names (created, renamed, deleted) to the disk.</summary>
    void Sync();
}

/// <summary>One open file.</summary>
internal interface IStoreFile : IDisposable
{
    long Length { get; }

    /// <summary>Fills the buffer as far as the file reaches; how many bytes.</summary>
    int Read(Span<byte> into, long offset);

    void Write(ReadOnlySpan<byte> bytes, long offset);

    void Truncate(long length);

    /// <summary>Forces the content and its length to the disk.</summary>
    void Sync();
}
