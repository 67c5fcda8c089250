namespace Hortus.Client;

/// <summary>Hears which calls of a client got through. Called from many threads.</summary>
public interface ICallObserver
{
    /// <summary>A call got no answer, or one that says that nobody is there to answer it.</summary>
    /// <param name="place">Base address of the server, or of the group of kinds that it cannot serve now.</param>
    /// <param name="failure">What the caller gets.</param>
    void Failed(Uri place, Exception failure);

    /// <summary>A call was answered, be it with a refusal.</summary>
    /// <param name="server">Base address of the server.</param>
    /// <param name="path">What was called there; empty for the server itself.</param>
    void Answered(Uri server, string path);
}
