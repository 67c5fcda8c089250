using System.Net;
using System.Text;

namespace Hortus.Client.Tests;

/// <summary>Answers requests in order from a script and remembers them.</summary>
internal sealed class ScriptedHandler : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> answers = new();

    public List<Seen> Requests { get; } = [];

    public ScriptedHandler Answer(HttpStatusCode code, string body, string contentType = "application/json")
    {
        answers.Enqueue(
            () => new HttpResponseMessage(code) { Content = new StringContent(body, Encoding.UTF8, contentType) });
        return this;
    }

    public ScriptedHandler Answer(string body) => Answer(HttpStatusCode.OK, body);

    public ScriptedHandler Fail(Exception error)
    {
        answers.Enqueue(() => throw error);
        return this;
    }

    public ScriptedHandler Stream(Stream body)
    {
        answers.Enqueue(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) });
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(new Seen(
            request.Method.Method,
            request.RequestUri!.PathAndQuery,
            request.Headers.Authorization?.ToString(),
            request.Headers.UserAgent.ToString(),
            request.Content?.Headers.ContentType?.ToString(),
            request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken)));
        return answers.Dequeue()();
    }

    internal sealed record Seen(
        string Method, string Path, string? Authorization, string UserAgent, string? ContentType, string? Body);
}
