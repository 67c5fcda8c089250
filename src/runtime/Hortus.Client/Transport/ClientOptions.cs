namespace Hortus.Client;

/// <summary>How a client behaves towards its server.</summary>
public sealed record ClientOptions
{
    /// <summary>User-Agent of all requests: the component's name, for example <c>hortus-gardenlet</c>.</summary>
    public required string UserAgent { get; init; }

    /// <summary>Longest time for one call (watches excepted). Default 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Objects per page when listing without a limit. Default 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Stops requests, token re-reading and time-outs; replaced in tests.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Hears which calls got through; null when nobody wants to know.</summary>
    public ICallObserver? Observer { get; init; }
}
