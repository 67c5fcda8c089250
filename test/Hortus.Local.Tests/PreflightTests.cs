using System.Net;
using System.Net.Sockets;
using Hortus.Local.Bootstrap;
using Hortus.Local.Node;
using Hortus.Testing;

namespace Hortus.Local.Tests;

public sealed class PreflightTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StateDirectory state;

    public PreflightTests()
    {
        state = new StateDirectory(folder["state"]);
        state.Create(1);
        File.WriteAllText(state.RegistryPassword, "secret");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void All_faults_of_the_options_are_told_at_once_with_their_flags()
    {
        var options = new LocalGardenOptions { StateDirectory = "relative", Port = 70000, ReadyTimeout = TimeSpan.Zero };

        var error = Should.Throw<LocalGardenException>(() => Preflight.Check(options, state));

        error.Message.ShouldBe(
            "--state-dir: \"relative\" is not an absolute path; --port: 70000 is not between 1 and 65535; --timeout: 00:00:00 is not positive");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(9)]
    public void A_number_of_seeds_that_cannot_be_is_told_with_what_can(int seeds)
    {
        var error = Should.Throw<LocalGardenException>(() => Preflight.Check(Options(6443) with { Seeds = seeds }, state));

        error.Message.ShouldBe($"--seeds: {seeds} is not between 1 and 8");
    }

    [SkippableFact]
    public void A_garden_does_not_come_back_with_fewer_seeds()
    {
        SkipUnlessReady();
        state.Create(3);

        var error = Should.Throw<LocalGardenException>(() => Preflight.Check(Options(FreePort()) with { Seeds = 2 }, state));

        error.Message.ShouldContain("has 3 seeds and cannot come back with 2");
        error.Message.ShouldContain("hortus down --delete-state");
        Preflight.Check(Options(FreePort()) with { Seeds = 3 }, state);
    }

    [SkippableFact]
    public void A_used_port_is_told_with_the_flag_that_chooses_another()
    {
        SkipUnlessReady();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var error = Should.Throw<LocalGardenException>(() => Preflight.Check(Options(port), state));

        error.Message.ShouldStartWith($"port 127.0.0.1:{port} cannot be used");
        error.Message.ShouldEndWith("choose another one with --port");
    }

    [SkippableFact]
    public void A_free_port_stays_free()
    {
        SkipUnlessReady();
        var port = FreePort();

        Preflight.Check(Options(port), state);

        LocalNode.Listen(port).Dispose();
    }

    [SkippableFact]
    public void A_garden_that_runs_keeps_its_port()
    {
        SkipUnlessReady();
        File.WriteAllText(state.PortFile, "6443");
        new ProcessFile(state.NodePid).Write(Environment.ProcessId);

        var error = Should.Throw<LocalGardenException>(() => Preflight.Check(Options(7443), state));

        error.Message.ShouldContain($"the garden in {state.Root} runs on port 6443");
    }

    [SkippableFact]
    public void A_garden_that_runs_may_hold_its_own_port()
    {
        SkipUnlessReady();
        using var listener = LocalNode.Listen(0);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        File.WriteAllText(state.PortFile, port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        new ProcessFile(state.NodePid).Write(Environment.ProcessId);

        Preflight.Check(Options(port), state);
    }

    [SkippableFact]
    public void A_garden_that_an_older_version_started_is_to_be_stopped_first()
    {
        SkipUnlessReady();
        File.Delete(state.RegistryPassword);
        new ProcessFile(state.NodePid).Write(Environment.ProcessId);

        var error = Should.Throw<LocalGardenException>(() => Preflight.Check(Options(6443), state));

        error.Message.ShouldContain("run `hortus down` first: the data stays");
    }

    private static void SkipUnlessReady()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        string[] programs = ["ip", "nft", "unshare", "nsenter", "setsid", "mount"];
        var missing = programs.Where(program => !new[] { "/usr/bin", "/usr/sbin", "/bin", "/sbin" }
            .Any(path => File.Exists(Path.Combine(path, program)))).ToArray();
        Skip.If(missing.Length > 0, "needs " + string.Join(", ", missing));
    }

    private static int FreePort()
    {
        using var listener = LocalNode.Listen(0);
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    // What eng/setup.sh unpacks is found from there.
    private LocalGardenOptions Options(int port) => new()
    {
        StateDirectory = state.Root,
        Port = port,
        Executable = Path.Combine(BuiltTools.Root, "bin", "hortus"),
    };
}
