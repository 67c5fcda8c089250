using System.Net.Sockets;
using System.Text;
using Hortus.ApiServer.Tests.Rest;

namespace Hortus.ApiServer.Tests.BadInput;

/// <summary>Bodies of more than 3 MiB over a real connection.</summary>
[Trait("Category", "Integration")]
public sealed class OversizedBodyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int SizeMax = 3 * 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Too_large_body_is_413_and_the_connection_goes_on(bool chunked)
    {
        using var deadline = ApiFixture.Deadline();
        using var socket = new TcpClient();
        await socket.ConnectAsync(api.Server.Address.Host, api.Server.Address.Port, deadline.Token);
        await using var stream = socket.GetStream();
        using var reader = new StreamReader(stream, leaveOpen: true);

        var length = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {SizeMax + 1}";
        await WriteAsync($"POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{length}\r\n\r\n");
        await WriteAsync(chunked ? $"{SizeMax + 1:x}\r\n" : "");
        await WriteAsync(new string(' ', SizeMax + 1));
        await WriteAsync(chunked ? "\r\n0\r\n\r\n" : "");
        (await ReadAsync()).ShouldContain("Request entity too large: limit is 3145728");

        await WriteAsync("GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
        (await ReadAsync()).ShouldContain("gitVersion");

        async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), deadline.Token);

        async Task<string> ReadAsync()
        {
            var size = 0;
            for (string? line; (line = await reader.ReadLineAsync(deadline.Token)) is not { Length: 0 };)
            {
                line.ShouldNotBeNull("the connection was closed");
                if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
                {
                    size = int.Parse(line["Content-Length: ".Length..]);
                }
            }

            var body = new char[size];
            await reader.ReadBlockAsync(body, deadline.Token);
            return new string(body);
        }
    }
}
