using System.Net;
using System.Text;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.Builtin;

/// <summary>Events live for an hour after they were last touched.</summary>
[Trait("Category", "Integration")]
public sealed class EventExpiryTests
{
    [Fact]
    public async Task Event_goes_after_its_time_and_one_that_goes_on_stays()
    {
        using var deadline = ApiFixture.Deadline();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = await InProcessApiServer.StartWithoutSocketAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"] }, [], time, NullLoggerFactory.Instance, deadline.Token);
        await CreateAsync(server, "over", "2026-01-01T00:00:00Z", deadline.Token);
        await CreateAsync(server, "goes-on", "2026-01-01T01:30:00Z", deadline.Token);

        while (await StatusAsync(server, "over", deadline.Token) != HttpStatusCode.NotFound)
        {
            if (time.GetUtcNow() < new DateTimeOffset(2026, 1, 1, 2, 0, 0, TimeSpan.Zero))
            {
                time.Advance(TimeSpan.FromMinutes(1));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline.Token);
        }

        (time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).ShouldBeGreaterThan(TimeSpan.FromHours(1));
        (await StatusAsync(server, "goes-on", deadline.Token)).ShouldBe(HttpStatusCode.OK);
    }

    private static async Task CreateAsync(InProcessApiServer server, string name, string last, CancellationToken cancellationToken)
    {
        using var body = new StringContent(
            $$$"""
            {"metadata":{"name":"{{{name}}}"},"involvedObject":{"kind":"Pod","namespace":"default","name":"p"},"lastTimestamp":"{{{last}}}"}
            """,
            Encoding.UTF8,
            "application/json");
        using var response = await server.Client.PostAsync("/api/v1/namespaces/default/events", body, cancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private static async Task<HttpStatusCode> StatusAsync(InProcessApiServer server, string name, CancellationToken cancellationToken)
    {
        using var response = await server.Client.GetAsync($"/api/v1/namespaces/default/events/{name}", cancellationToken);
        return response.StatusCode;
    }
}
