using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Hosting.InProcess;
using Hortus.ApiServer.Tests.Rest;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Tests.BadInput;

/// <summary>An answer to a request that no well-behaved client would send.</summary>
internal sealed record RawAnswer(int Code, IReadOnlyList<KeyValuePair<string, string>> Headers, JsonObject? Body)
{
    public string Message => Body?["message"]?.ToString() ?? "";

    /// <summary>Sends bytes as they are; what a web server would refuse by itself is a 400 without body.</summary>
    public static async Task<RawAnswer> OfAsync(
        InProcessTransport transport,
        string method,
        string target,
        byte[]? body = null,
        string mediaType = "application/json",
        params KeyValuePair<string, string>[] headers)
    {
        using var deadline = ApiFixture.Deadline();
        try
        {
            await using var response = await transport.SendAsync(
                new InProcessRequest(method, target)
                {
                    Headers = [KeyValuePair.Create("Content-Type", mediaType), .. headers],
                    Body = body is null ? null : new MemoryStream(body),
                    ContentLength = body?.Length,
                },
                deadline.Token);
            using var text = new MemoryStream();
            await response.Body.CopyToAsync(text, deadline.Token);
            var content = Encoding.UTF8.GetString(text.ToArray());
            return new RawAnswer(
                response.StatusCode, response.Headers, content.StartsWith('{') ? JsonNode.Parse(content) as JsonObject : null);
        }
        catch (BadHttpRequestException)
        {
            return new RawAnswer(400, [], null);
        }
    }

    /// <summary>The answer is a Status with this code (or the other one given).</summary>
    public void ShouldBeStatus(int code, string circumstance, int? or = null)
    {
        Code.ShouldBeOneOf([code, or ?? code], $"{circumstance}: {Message}");
        if (Code >= 400)
        {
            Body.ShouldNotBeNull(circumstance);
            Body["kind"]!.ToString().ShouldBe("Status", circumstance);
            Body["code"]!.GetValue<int>().ShouldBe(Code, circumstance);
            Body["reason"]!.ToString().ShouldNotBeEmpty(circumstance);
            Message.ShouldNotBeEmpty(circumstance);
        }
    }
}
