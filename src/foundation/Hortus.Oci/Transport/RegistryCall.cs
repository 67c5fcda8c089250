using System.Net.Http.Headers;

namespace Hortus.Oci;

/// <summary>One request of the registry's API, which can be made several times.</summary>
/// <param name="Method">GET, HEAD, POST or PUT.</param>
/// <param name="Path">Below the registry's address.</param>
internal sealed record RegistryCall(HttpMethod Method, string Path)
{
    /// <summary>Takes the place of <see cref="Path"/>: where the registry said to go on.</summary>
    public Uri? Address { get; init; }

    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>First byte that is wanted; 0 for all.</summary>
    public long From { get; init; }

    /// <summary>Makes the body anew for each try; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>Whether it needs the right to push.</summary>
    public bool Writes { get; init; }

    public HttpRequestMessage At(Uri address)
    {
        var request = new HttpRequestMessage(Method, address) { Content = Content?.Invoke() };
        foreach (var mediaType in Accept)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
        }

        if (From > 0)
        {
            request.Headers.Range = new RangeHeaderValue(From, null);
        }

        return request;
    }
}
