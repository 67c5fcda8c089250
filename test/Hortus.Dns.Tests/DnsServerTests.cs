using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Dns.Tests;

/// <summary>The server as dig sees it.</summary>
[Trait("Category", "RealParts")]
public sealed class DnsServerTests : IAsyncLifetime
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new(TimeSpan.FromSeconds(60));
    private readonly List<Task> running = [];
    private IPEndPoint server = null!;

    public Task InitializeAsync()
    {
        var many = Enumerable.Range(1, 100).Select(i => DnsRecord.Address("many.example.org", new IPAddress([10, 0, 1, (byte)i]), 30));
        var text = new string('x', 300);
        server = Serve(new Zone(
            "example.org",
            [
                DnsRecord.Address("api.example.org", IPAddress.Parse("10.0.0.1"), 30),
                DnsRecord.Address("api.example.org", IPAddress.Parse("fd00::1"), 30),
                DnsRecord.Alias("www.example.org", "api.example.org", 30),
                DnsRecord.Text("text.example.org", text, 30),
                DnsRecord.Text("text.example.org", "say \"hello\"", 30),
                .. many,
            ],
            serial: 1));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    [Theory]
    [InlineData("api.example.org A", "10.0.0.1")]
    [InlineData("API.Example.ORG A", "10.0.0.1")]
    [InlineData("api.example.org AAAA", "fd00::1")]
    [InlineData("www.example.org A", "api.example.org.\n10.0.0.1")]
    [InlineData("www.example.org CNAME", "api.example.org.")]
    [InlineData("api.example.org A +noedns", "10.0.0.1")]
    public async Task A_name_is_answered_over_udp_and_over_tcp(string question, string answer)
    {
        (await DigAsync(server, $"{question} +short +notcp")).ShouldBe(answer);
        (await DigAsync(server, $"{question} +short +tcp")).ShouldBe(answer);
    }

    [Fact]
    public async Task A_text_comes_back_whole()
    {
        var answer = await DigAsync(server, "text.example.org TXT +short");

        answer.ShouldContain($"\"{new string('x', 255)}\" \"{new string('x', 45)}\"");
        answer.ShouldContain("\"say \\\"hello\\\"\"");
    }

    [Fact]
    public async Task What_is_not_there_is_told_by_its_kind()
    {
        (await DigAsync(server, "no.example.org A")).ShouldSatisfyAllConditions(
            text => text.ShouldContain("status: NXDOMAIN"), text => text.ShouldContain("SOA"), text => text.ShouldContain("flags: qr aa rd"));
        (await DigAsync(server, "api.example.org MX")).ShouldSatisfyAllConditions(
            text => text.ShouldContain("status: NOERROR"), text => text.ShouldContain("ANSWER: 0, AUTHORITY: 1"));
        (await DigAsync(server, "example.com A")).ShouldContain("status: REFUSED");
        (await DigAsync(server, "api.example.org A CH")).ShouldContain("status: REFUSED");
    }

    [Fact]
    public async Task An_answer_too_long_for_udp_is_fetched_over_tcp()
    {
        (await DigAsync(server, "many.example.org A +ignore +notcp")).ShouldContain("flags: qr aa tc");

        (await DigAsync(server, "many.example.org A +short")).Split('\n').Length.ShouldBe(100);
    }

    [Fact]
    public async Task What_one_server_refuses_the_next_one_is_asked()
    {
        var other = Serve(new Zone("example.com", [DnsRecord.Address("b.example.com", IPAddress.Parse("10.0.0.2"), 30)], serial: 1));
        using var forwarder = new DnsForwarder([server, other], NullLogger.Instance, TimeProvider.System);
        var front = Serve(new Zone("front.test", [], serial: 1), forwarder);

        (await DigAsync(front, "b.example.com A +short")).ShouldBe("10.0.0.2");
        (await DigAsync(front, "b.example.com A +short +tcp")).ShouldBe("10.0.0.2");
        (await DigAsync(front, "many.example.org A +short")).Split('\n').Length.ShouldBe(100);
        (await DigAsync(front, "nobody.test A")).ShouldContain("status: REFUSED");
    }

    [Fact]
    public async Task Servers_that_are_all_gone_are_a_failure()
    {
        using var silent = DnsSockets.Bind(AnyPort);
        var gone = silent.EndPoint;
        silent.Dispose();
        using var forwarder = new DnsForwarder([gone], NullLogger.Instance, TimeProvider.System);
        var front = Serve(new Zone("front.test", [], serial: 1), forwarder);

        (await DigAsync(front, "b.example.com A")).ShouldContain("status: SERVFAIL");
    }

    private IPEndPoint Serve(Zone zone, DnsForwarder? forwarder = null)
    {
        var sockets = DnsSockets.Bind(AnyPort);
        var endpoint = sockets.EndPoint;
        running.Add(new DnsServer(new ZoneSet([zone], []), forwarder, NullLogger.Instance).RunAsync(sockets, stop.Token));
        return endpoint;
    }

    private async Task<string> DigAsync(IPEndPoint asked, string words)
    {
        var start = new ProcessStartInfo("dig", [$"@{asked.Address}", "-p", $"{asked.Port}", "+tries=2", "+time=10", .. words.Split(' ')])
        {
            RedirectStandardOutput = true,
        };
        using var dig = Process.Start(start)!;
        var output = await dig.StandardOutput.ReadToEndAsync(stop.Token);
        await dig.WaitForExitAsync(stop.Token);
        dig.ExitCode.ShouldBe(0, output);
        return output.Trim();
    }
}
