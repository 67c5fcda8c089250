using Hortus.Local.Debugging;

namespace Hortus.Local.Tests;

public sealed class DiagnosticSocketTests
{
    [Fact]
    public async Task A_process_of_NET_says_who_it_is()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        var answer = await DiagnosticSocket.Find(Environment.ProcessId).ShouldNotBeNull().AskAsync(deadline.Token);

        answer.ProcessId.ShouldBe(Environment.ProcessId);
        answer.RuntimeVersion.ShouldStartWith($"{Environment.Version.Major}.");
        answer.CommandLine.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_process_that_is_not_there_has_no_socket()
    {
        DiagnosticSocket.Find(int.MaxValue).ShouldBeNull();
    }
}
