using System.Buffers;
using System.Text;
using System.Text.Json;
using Hortus.ApiServer;
using Hortus.ApiServer.Hosting.InProcess;
using Hortus.GardenApi;
using Hortus.Testing;
using Microsoft.AspNetCore.Http;

namespace Hortus.Fuzz;

/// <summary>
/// One server and the requests sent to it, one after the other: first the recorded ones as they are, then mutated ones. Which
/// requests these are follows from seed and round alone.
/// </summary>
public sealed class FuzzRound : IAsyncDisposable
{
    /// <summary>Mutated requests of a round.</summary>
    public const int Size = 5_000;

    // Long enough for what is there already; a watch of which nothing comes is left.
    private static readonly TimeSpan StreamPatience = TimeSpan.FromMilliseconds(5);
    private const int TimeFactor = 20;
    private readonly FuzzOptions options;
    private readonly IReadOnlyList<FuzzRequest> corpus;
    private readonly InProcessApiServer server;
    private readonly ErrorLog log;
    private readonly ArrayBufferWriter<byte> body = new();

    private FuzzRound(FuzzOptions options, InProcessApiServer server, ErrorLog log)
    {
        this.options = options;
        this.server = server;
        this.log = log;
        corpus = [.. Corpus.All, .. options.MoreRequests];
    }

    /// <summary>Starts the round's server.</summary>
    public static async Task<FuzzRound> StartAsync(FuzzOptions options, CancellationToken cancellationToken)
    {
        var log = new ErrorLog();
        var server = await InProcessApiServer.StartWithoutSocketAsync(
            new ApiServerOptions { AuthorizationMode = ["RBAC"] },
            [new GardenApiPlugin(new GardenApiOptions()), .. options.Plugins],
            new FastTime(TimeFactor),
            log,
            cancellationToken);
        return new FuzzRound(options, server, log);
    }

    /// <summary>The mutated request at a place of a round.</summary>
    public static FuzzRequest RequestAt(IReadOnlyList<FuzzRequest> corpus, int seed, int round, int index)
    {
        var random = new Random(unchecked((((seed * 31) + round) * 1_000_003) + index));
        return new Mutator(random, corpus).Mutate(corpus[random.Next(corpus.Count)]);
    }

    /// <summary>Sends the recorded requests as they are.</summary>
    /// <returns>Each with its status and, where that is an error, the answer.</returns>
    public async Task<IReadOnlyList<(FuzzRequest Request, int Status, string Answer)>> SendCorpusAsync()
    {
        var answers = new List<(FuzzRequest, int, string)>();
        foreach (var request in corpus)
        {
            var status = await SendAsync(request);
            var answer = Encoding.UTF8.GetString(body.WrittenSpan);
            if (request.Method == "POST" && request.Target.EndsWith("/customresourcedefinitions", StringComparison.Ordinal))
            {
                await UntilServedAsync();
            }

            answers.Add((request, status, status < 400 ? "" : answer));
        }

        return answers;
    }

    /// <summary>Sends the mutated requests.</summary>
    /// <param name="round">Number of the round.</param>
    /// <param name="count">How many; at most <see cref="Size"/>.</param>
    /// <param name="answered">Told the status of each answer.</param>
    /// <param name="failed">Told what went wrong.</param>
    /// <param name="cancellationToken">Ends the round after the request under way.</param>
    public async Task RunAsync(
        int round, int count, Action<int> answered, Action<FuzzFailure> failed, CancellationToken cancellationToken)
    {
        for (var index = 0; index < count && !cancellationToken.IsCancellationRequested; index++)
        {
            var request = RequestAt(corpus, options.Seed, round, index);
            try
            {
                var status = await SendAsync(request);
                answered(status);
                if (ProblemOf(status) is { } problem)
                {
                    failed(new FuzzFailure(round, index, request, problem));
                }
            }
            catch (TimeoutException)
            {
                failed(new FuzzFailure(round, index, request, $"no answer after {options.HangAfter.TotalSeconds} s"));
            }
            catch (BadHttpRequestException)
            {
                // What the web server refuses before anything of ours sees it.
                answered(StatusCodes.Status400BadRequest);
            }
            catch (Exception e)
            {
                failed(new FuzzFailure(round, index, request, $"{e}\n{string.Join('\n', log.Take())}"));
            }
        }
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    // A definition is served a moment after it is created.
    private async Task UntilServedAsync()
    {
        using var deadline = new CancellationTokenSource(options.HangAfter);
        while (await SendAsync(new FuzzRequest("GET", "/apis/example.com/v1/gadgets", [], [])) == 404)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline.Token);
        }
    }

    private string? ProblemOf(int status)
    {
        if (log.Take() is { Count: > 0 } errors)
        {
            return string.Join('\n', errors);
        }

        // 503 and 504 are answers for things that are not there: nodes, webhooks, revisions to come.
        return status >= 500 && status is not 503 and not 504
            ? $"status {status}: {Encoding.UTF8.GetString(body.WrittenSpan)}"
            : null;
    }

    private async Task<int> SendAsync(FuzzRequest request)
    {
        body.ResetWrittenCount();
        await using var answer = await server.Transport.SendAsync(
            new InProcessRequest(request.Method, request.Target)
            {
                Headers = request.Headers,
                Body = request.Body.Length == 0 ? null : new MemoryStream(request.Body),
                ContentLength = request.Body.Length == 0 ? null : request.Body.Length,
            },
            CancellationToken.None).WaitAsync(options.HangAfter);
        await ReadAsync(answer, request.Target.Contains("watch", StringComparison.Ordinal));
        return answer.StatusCode;
    }

    private async Task ReadAsync(InProcessResponse answer, bool mayStream)
    {
        using var patience = mayStream ? new CancellationTokenSource(StreamPatience) : new CancellationTokenSource(options.HangAfter);
        try
        {
            int read;
            do
            {
                read = await answer.Body.ReadAsync(body.GetMemory(16 * 1024), patience.Token);
                body.Advance(read);
            }
            while (read > 0);
        }
        catch (OperationCanceledException) when (mayStream)
        {
            return;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException();
        }

        CheckJson(answer, mayStream);
    }

    private void CheckJson(InProcessResponse answer, bool mayStream)
    {
        var mediaType = answer.Headers.FirstOrDefault(h => h.Key == "Content-Type").Value;
        var isEncoded = answer.Headers.Any(h => h.Key == "Content-Encoding");
        if (mediaType?.StartsWith("application/json", StringComparison.Ordinal) != true || isEncoded || body.WrittenCount == 0)
        {
            return;
        }

        var json = new Utf8JsonReader(body.WrittenSpan, new JsonReaderOptions { AllowMultipleValues = mayStream, MaxDepth = 20_000 });
        while (json.Read())
        {
            // Reading is the check: it throws at the first byte that is no JSON.
        }
    }
}
