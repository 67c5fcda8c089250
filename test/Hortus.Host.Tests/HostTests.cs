using System.Net;
using System.Net.Sockets;

namespace Hortus.Host.Tests;

public sealed class HostTests
{
    private readonly ProcessRunner processes = new();

    [Fact]
    public async Task Program_gets_input_and_gives_output_and_code()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var command = new ProcessCommand("sh", "-c", "cat; echo $NAME >&2; exit 3")
        {
            Input = "typed",
            Environment = new Dictionary<string, string> { ["NAME"] = "value", ["PATH"] = "/usr/bin:/bin" },
        };

        var result = await processes.RunAsync(command, deadline.Token);

        result.ShouldBe(new ProcessResult(3, "typed", "value\n"));
        var failure = await Should.ThrowAsync<HostException>(() => processes.RequireAsync(command, deadline.Token));
        failure.Message.ShouldContain("ended with code 3: value");
    }

    [Fact]
    public async Task Missing_program_is_named()
    {
        var failure = await Should.ThrowAsync<HostException>(
            () => processes.RunAsync(new ProcessCommand("no-such-program"), CancellationToken.None));

        failure.Message.ShouldContain("no-such-program");
    }

    [Fact]
    public async Task Cancelled_program_dies_with_its_children()
    {
        using var cancel = new CancellationTokenSource();
        var mark = Path.GetTempFileName();
        var run = processes.RunAsync(
            new ProcessCommand("sh", "-c", $"sleep 1000 & echo $! >{mark}; wait"), cancel.Token);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!File.ReadAllText(mark).EndsWith('\n'))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }

        var child = int.Parse(File.ReadAllText(mark));
        ProcessTable.Find(child).ShouldNotBeNull();
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => run);
        while (ProcessTable.Find(child) is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }

        File.Delete(mark);
    }

    [Fact]
    public void Process_is_told_apart_from_a_later_one_with_its_number()
    {
        var self = ProcessTable.Find(Environment.ProcessId)!.Value;

        ProcessTable.IsAlive(self).ShouldBeTrue();
        ProcessTable.IsAlive(self with { StartTicks = self.StartTicks - 1 }).ShouldBeFalse();
        ProcessTable.Send(self with { StartTicks = 1 }, Signal.Kill).ShouldBeFalse();
    }

    [Fact]
    public void Mount_table_is_read_with_its_escapes()
    {
        var mount = MountTable.Parse(
            [@"36 35 98:0 / /mnt/a\040b rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue", "nonsense"]).Single();

        mount.ShouldBe(new Mount("/mnt/a b", "ext3", "/dev/root"));
    }

    [SkippableFact]
    [Trait("Category", "RealParts")]
    public async Task Terminal_carries_both_directions()
    {
        using var terminal = PseudoTerminal.Open();
        terminal.Resize(100, 40);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var result = await processes.RunAsync(
            new ProcessCommand("sh", "-c", "stty size <\"$0\"", terminal.Path), deadline.Token);

        result.Output.Trim().ShouldBe("40 100");
    }

    [SkippableFact]
    [Trait("Category", "RealParts")]
    public async Task Namespace_has_a_network_of_its_own_reached_by_its_routed_link()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var namespaces = new NetworkNamespaces(processes);
        var links = new Links(processes);
        var name = $"hortus-t{Guid.NewGuid():n}"[..15];
        var address = IPAddress.Parse("10.214.1.9");
        try
        {
            await namespaces.CreateAsync(name, deadline.Token);
            await namespaces.CreateAsync(name, deadline.Token);
            await links.CreateRoutedAsync(
                new RoutedLink { Name = name, Namespace = name, Addresses = [address] }, deadline.Token);
            using var server = NetworkNamespaces.OpenSocket(
                namespaces.PathOf(name), AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            server.Bind(new IPEndPoint(address, 0));
            server.Listen();

            using var client = await NetworkNamespaces.ConnectAsync(
                null, (IPEndPoint)server.LocalEndPoint!, deadline.Token);

            client.Connected.ShouldBeTrue();
            namespaces.List().ShouldContain(name);
        }
        finally
        {
            await namespaces.DeleteAsync(name, deadline.Token);
            await links.DeleteAsync(name, deadline.Token);
        }

        namespaces.List().ShouldNotContain(name);
        (await links.ListAsync(deadline.Token)).ShouldNotContain(name);
    }

    [SkippableFact]
    [Trait("Category", "RealParts")]
    public async Task Refused_rules_change_nothing()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        var tables = new Nftables(processes);
        var name = $"hortus-t{Guid.NewGuid():n}";

        await Should.ThrowAsync<HostException>(
            () => tables.ApplyAsync($"table inet {name} {{ }}\nnonsense\n", CancellationToken.None));

        (await tables.ListTablesAsync(CancellationToken.None)).ShouldNotContain(name);
        await tables.DeleteTableAsync(name, CancellationToken.None);
    }
}
