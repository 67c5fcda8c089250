using Hortus.Host;
using Hortus.Kubelet.Containers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Kubelet.Tests;

[Trait("Category", "RealParts")]
public sealed class ContainerRuntimeTests : IAsyncLifetime
{
    private readonly TemporaryRoot root = new();
    private ContainerRuntime runtime = null!;

    public async Task InitializeAsync()
    {
        runtime = NewRuntime();
        await runtime.StartAsync(root.Deadline);
    }

    public async Task DisposeAsync()
    {
        await runtime.DisposeAsync();
        await root.DisposeAsync();
    }

    [SkippableFact]
    public async Task Container_that_ends_keeps_its_exit_code_and_prints_into_its_log()
    {
        Real.RequireRoot();
        var record = await RunToEndAsync(Shell("echo out; echo err >&2; printf tail; exit 3"));

        record.ExitCode.ShouldBe(3);
        record.Reason.ShouldBe("Error");
        var lines = await File.ReadAllLinesAsync(root.LogPath);
        lines.ShouldContain(l => l.EndsWith(" stdout F out", StringComparison.Ordinal));
        lines.ShouldContain(l => l.EndsWith(" stderr F err", StringComparison.Ordinal));
        lines.ShouldContain(l => l.EndsWith(" stdout F tail", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Container_cannot_change_the_host_and_sees_only_itself()
    {
        Real.RequireRoot();
        var mark = $"/usr/hortus-test-{Guid.NewGuid():n}";
        var record = await RunToEndAsync(
            Shell($"touch {mark} && ls {mark}; ls /proc | grep -c '^[0-9]'; hostname; id -u; ls -A /tmp | wc -l; [ -e {root.Path}/containers ] && echo leak; mount -t tmpfs x /mnt 2>/dev/null || echo refused"));

        record.ExitCode.ShouldBe(0);
        File.Exists(mark).ShouldBeFalse();
        var text = root.ReadLog();
        text.ShouldContain(mark);
        text.ShouldContain("test-host");
        text.ShouldContain("refused");
        text.ShouldNotContain("leak");
    }

    [SkippableFact]
    public async Task Volumes_are_bound_read_only_or_writable()
    {
        Real.RequireRoot();
        var volume = Directory.CreateDirectory(System.IO.Path.Combine(root.Path, "volume")).FullName;
        await File.WriteAllTextAsync(System.IO.Path.Combine(volume, "a"), "content-of-a");
        var spec = Shell(
            "cat /var/run/secrets/x/a; touch /var/run/secrets/x/b || echo is-read-only; echo new >/data/c") with
        {
            Mounts = [new ContainerMount(
                volume, "/var/run/secrets/x", true), new ContainerMount(volume, "/data", false)],
        };
        await RunToEndAsync(spec);

        root.ReadLog().ShouldContain("content-of-a");
        root.ReadLog().ShouldContain("is-read-only");
        File.Exists(System.IO.Path.Combine(volume, "c")).ShouldBeTrue();
    }

    [SkippableFact]
    public async Task A_volume_does_not_hide_the_programs_of_the_machine_below_it()
    {
        Real.RequireRoot();
        var programs = Directory.CreateTempSubdirectory("hortus-programs-").FullName;
        await File.WriteAllTextAsync(System.IO.Path.Combine(programs, "a"), "content-of-a");
        var volume = Directory.CreateDirectory(System.IO.Path.Combine(root.Path, "volume")).FullName;
        var spec = Shell($"cat {programs}/a; touch {programs}/b || echo is-read-only; echo new >/tmp/c") with
        {
            VisiblePaths = [programs],
            Mounts = [new ContainerMount(volume, "/tmp", false)],
        };
        await RunToEndAsync(spec);
        Directory.Delete(programs, recursive: true);

        programs.ShouldStartWith("/tmp/");
        root.ReadLog().ShouldContain("content-of-a");
        root.ReadLog().ShouldContain("is-read-only");
        File.Exists(System.IO.Path.Combine(volume, "c")).ShouldBeTrue();
    }

    [SkippableFact]
    public async Task Programs_in_a_home_that_only_its_owner_may_enter_run_as_another_user()
    {
        Real.RequireRoot();
        var home = Directory.CreateDirectory($"/opt/hortus-home-{Guid.NewGuid():N}").FullName;
        try
        {
            File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var programs = Directory.CreateDirectory(System.IO.Path.Combine(home, "programs")).FullName;
            await File.WriteAllTextAsync(System.IO.Path.Combine(programs, "a"), "content-of-a");
            var spec = Shell($"cat {programs}/a; ls {home} || echo nothing-to-list") with
            {
                VisiblePaths = [programs],
                Security = new ContainerSecurity { User = 1234, Group = 4321, NoNewPrivileges = true },
            };
            await RunToEndAsync(spec);

            root.ReadLog().ShouldContain("content-of-a");
            root.ReadLog().ShouldContain("nothing-to-list");
            File.GetUnixFileMode(home).HasFlag(UnixFileMode.OtherExecute).ShouldBeFalse();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [SkippableFact]
    public async Task Read_only_root_and_user_hold()
    {
        Real.RequireRoot();
        var spec = Shell(
            "id -u; id -g; touch /etc/x || echo root-is-read-only; touch /tmp/x && echo tmp-is-writable; grep CapEff /proc/self/status") with
        {
            Security = new ContainerSecurity { User = 1234, Group = 4321, ReadOnlyRoot = true, NoNewPrivileges = true },
        };
        await RunToEndAsync(spec);

        var text = root.ReadLog();
        text.ShouldContain("F 1234");
        text.ShouldContain("F 4321");
        text.ShouldContain("root-is-read-only");
        text.ShouldContain("tmp-is-writable");
        text.ShouldContain("CapEff:\t0000000000000000");
    }

    [SkippableFact]
    public async Task Set_up_that_fails_is_a_start_error_that_says_why()
    {
        Real.RequireRoot();
        var spec = Shell("true") with { Mounts = [new ContainerMount("/no/such/source", "/data", false)] };

        var record = await runtime.StartAsync(spec, root.LogPath, root.Deadline);

        record.Reason.ShouldBe("StartError");
        record.Message!.ShouldContain("/data");
        record.ExitCode.ShouldBe(128);
    }

    [SkippableFact]
    public async Task Stop_is_graceful_first_and_kills_the_whole_namespace_after_the_grace()
    {
        Real.RequireRoot();
        var polite = await runtime.StartAsync(
            Shell("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done"), root.LogPath, root.Deadline);
        await root.WaitForLogAsync("up");
        await runtime.StopAsync(polite.Id, TimeSpan.FromSeconds(20), root.Deadline);
        runtime.List("uid").Single().ExitCode.ShouldBe(7);
        root.ReadLog().ShouldContain("bye");

        var stubborn = await runtime.StartAsync(
            Shell("trap '' TERM; (trap '' TERM; sleep 1000) & wait; sleep 1000"), root.LogPath, root.Deadline);
        var inner = ProcessTable.Children(stubborn.Process!.Value.Id);
        await runtime.StopAsync(stubborn.Id, TimeSpan.FromMilliseconds(100), root.Deadline);

        runtime.List("uid")[^1].ExitCode.ShouldBe(137);
        inner.ShouldAllBe(id => ProcessTable.Find(id) == null);
    }

    [SkippableFact]
    public async Task Next_runtime_adopts_what_runs_and_learns_what_ended_in_between()
    {
        Real.RequireRoot();
        var lives = await runtime.StartAsync(
            Shell("echo one; while [ ! -e /data/go ]; do sleep 0.05; done; echo two; exit 5") with
            {
                Mounts = [new ContainerMount(root.Path, "/data", false)],
            }, root.LogPath, root.Deadline);
        var ends = await runtime.StartAsync(Shell("while [ ! -e /data/end ]; do sleep 0.05; done; exit 4") with
        {
            Mounts = [new ContainerMount(root.Path, "/data", false)],
        }, root.LogPath + "2", root.Deadline);
        await runtime.DisposeAsync();
        await File.WriteAllTextAsync(System.IO.Path.Combine(root.Path, "end"), "");
        await Real.UntilAsync(() => !ProcessTable.IsAlive(ends.Process!.Value), root.Deadline);

        runtime = NewRuntime();
        var ended = new TaskCompletionSource();
        runtime.OnEnded = _ =>
        {
            if (runtime.List().All(r => !r.IsRunning))
            {
                ended.TrySetResult();
            }
        };
        await runtime.StartAsync(root.Deadline);
        runtime.List().Single(r => r.Id == lives.Id).Process.ShouldBe(lives.Process);
        await File.WriteAllTextAsync(System.IO.Path.Combine(root.Path, "go"), "");
        await ended.Task.WaitAsync(root.Deadline);

        runtime.List().Single(r => r.Id == lives.Id).ExitCode.ShouldBe(5);
        runtime.List().Single(r => r.Id == ends.Id).ExitCode.ShouldBe(4);
        root.ReadLog().ShouldContain("two");
        root.ReadLog().Split('\n').Count(l => l.EndsWith(" one", StringComparison.Ordinal)).ShouldBe(1);
    }

    [SkippableTheory]
    [InlineData("/")]
    [InlineData(ContainerSpec.RealRoot)]
    public async Task Privileged_container_runs_containers_itself(string baseRoot)
    {
        Real.RequireRoot();
        var inner = Shell("echo nested-$(id -u); touch /x && echo nested-writes") with { BaseRoot = baseRoot };
        var folder = "/tmp/inner";
        var script = $"""
            mkdir -p {folder}/root /tmp/devices/pts /tmp/devices/shm; cp -a /dev/null /tmp/devices/
            cat >{folder}/init.sh <<'END'
            {LaunchScript.Init(inner, folder, "/tmp/devices")}
            END
            cat >{folder}/supervisor.sh <<'END'
            {LaunchScript.Supervisor(inner, folder, terminal: null)}
            END
            {string.Join(' ', LaunchScript.Command(inner, folder))}; cat {folder}/setup.log {folder}/stdout {folder}/stderr
            """;
        await RunToEndAsync(Shell(script) with { Security = new ContainerSecurity { Privileged = true } });

        root.ReadLog().ShouldContain("nested-0");
        root.ReadLog().ShouldContain("nested-writes");
    }

    private static ContainerSpec Shell(string script) => new()
    {
        PodUid = "uid",
        PodNamespace = "default",
        PodName = "pod",
        Name = "main",
        Image = "sh",
        Hostname = "test-host",
        Command = ["/bin/sh", "-c", script],
        Environment = new Dictionary<string,
            string>
        { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
        WorkingDirectory = "/",
    };

    private ContainerRuntime NewRuntime() => new(root.Path, NullLoggerFactory.Instance, TimeProvider.System);

    private async Task<ContainerRecord> RunToEndAsync(ContainerSpec spec)
    {
        var ended = new TaskCompletionSource();
        runtime.OnEnded = _ => ended.TrySetResult();
        var record = await runtime.StartAsync(spec with { MaskedPaths = [root.Path] }, root.LogPath, root.Deadline);
        record.Message.ShouldBeNull();
        await ended.Task.WaitAsync(root.Deadline);
        return runtime.List("uid").Single(r => r.Id == record.Id);
    }
}
