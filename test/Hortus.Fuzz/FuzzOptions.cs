using Hortus.ApiServer;

namespace Hortus.Fuzz;

/// <summary>What a run does.</summary>
public sealed record FuzzOptions
{
    /// <summary>Requests sent, mutated ones only.</summary>
    public int Requests { get; init; } = 200_000;

    /// <summary>The same seed sends the same requests.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The one round to run; null runs all.</summary>
    public int? Round { get; init; }

    /// <summary>Rounds at a time, each with a server of its own.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Bytes of managed memory that may be in use between rounds.</summary>
    public long MemoryBytesMax { get; init; } = 512L << 20;

    /// <summary>A request that takes longer hangs.</summary>
    public TimeSpan HangAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The run ends after so many failures.</summary>
    public int FailuresMax { get; init; } = 10;

    /// <summary>Parts of the server besides its own, for tests of the fuzzer.</summary>
    public IReadOnlyList<ApiServerPlugin> Plugins { get; init; } = [];

    /// <summary>Requests to start from besides the recorded ones, for tests of the fuzzer.</summary>
    public IReadOnlyList<FuzzRequest> MoreRequests { get; init; } = [];
}

/// <summary>A request that was not served as it should be.</summary>
/// <param name="Round">Round it belongs to; a round is run again with the same seed.</param>
/// <param name="Index">Its place in the round.</param>
/// <param name="Request">The request.</param>
/// <param name="Problem">What is wrong with its answer.</param>
public sealed record FuzzFailure(int Round, int Index, FuzzRequest Request, string Problem)
{
    /// <summary>Everything that is needed to see it again.</summary>
    public string Describe(int seed) => $"""
        --- seed {seed}, round {Round}, request {Index}; again: dotnet run --project test/Hortus.Fuzz -- --seed {seed} --round {Round}
        {Request}
        --- {Problem}
        """;
}

/// <summary>What a run found.</summary>
/// <param name="Sent">Mutated requests sent.</param>
/// <param name="Answers">How many answers had which status.</param>
/// <param name="Failures">What went wrong; empty when nothing did.</param>
/// <param name="MemoryBytes">Most managed memory in use between rounds.</param>
public sealed record FuzzResult(
    long Sent, IReadOnlyDictionary<int, long> Answers, IReadOnlyList<FuzzFailure> Failures, long MemoryBytes);
