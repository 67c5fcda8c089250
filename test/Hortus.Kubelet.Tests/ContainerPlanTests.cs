using Hortus.Host;
using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Pods;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Tests;

public sealed class ContainerPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, ContainerView> views = [];
    private readonly RestartBackoff backoff = new();

    [Fact]
    public void Init_containers_run_one_after_the_other_before_the_main_ones()
    {
        var pod = PodOf("Always", inits: ["i1", "i2"], "m1", "m2");

        Decide(pod).Start.Select(c => c.Name).ShouldBe(["i1"]);
        Running("i1");
        Decide(pod).Start.ShouldBeEmpty();
        Ended("i1", 0);
        Decide(pod).Start.Select(c => c.Name).ShouldBe(["i2"]);
        Decide(pod).IsInitialized.ShouldBeFalse();
        Ended("i2", 0);
        Decide(pod).Start.Select(c => c.Name).ShouldBe(["m1", "m2"]);
        Decide(pod).IsInitialized.ShouldBeTrue();
    }

    [Fact]
    public void Sidecar_that_has_started_lets_the_next_ones_run_and_does_not_keep_the_pod_alive()
    {
        var pod = PodOf("Never", inits: ["side"], "main");
        pod = pod with { Spec = pod.Spec with { InitContainers = [pod.Spec.InitContainers![0] with { RestartPolicy = "Always" }] } };

        Decide(pod).Start.Select(c => c.Name).ShouldBe(["side"]);
        Running("side", started: false);
        Decide(pod).Start.ShouldBeEmpty();
        Running("side");
        Decide(pod).Start.Select(c => c.Name).ShouldBe(["main"]);
        Ended("main", 0);
        Decide(pod).Outcome.ShouldBe("Succeeded");
    }

    [Theory]
    [InlineData("Never", 0, "Succeeded")]
    [InlineData("Never", 1, "Failed")]
    [InlineData("OnFailure", 0, "Succeeded")]
    [InlineData("OnFailure", 1, null)]
    [InlineData("Always", 0, null)]
    [InlineData("Always", 1, null)]
    public void Restart_policy_decides_whether_the_pod_is_over(string policy, int exitCode, string? outcome)
    {
        Ended("m", exitCode);

        var plan = Decide(PodOf(policy, [], "m"));

        plan.Outcome.ShouldBe(outcome);
        plan.Start.Count.ShouldBe(outcome is null ? 1 : 0);
    }

    [Fact]
    public void Back_off_is_none_then_ten_seconds_doubling_to_five_minutes()
    {
        var pod = PodOf("Always", [], "m");
        var waits = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            Ended("m", 1);
            var plan = Decide(pod);
            waits.Add(plan.BackOff.TryGetValue("m", out var due) ? (due - Now).TotalSeconds : 0);
            backoff.Restarted("m");
        }

        waits.ShouldBe([0, 10, 20, 40, 80, 160, 300, 300]);
    }

    [Fact]
    public void Run_of_ten_minutes_forgets_the_back_off()
    {
        backoff.Restarted("m");
        backoff.Restarted("m");
        Ended("m", 1, ran: TimeSpan.FromMinutes(10));

        Decide(PodOf("Always", [], "m")).Start.Select(c => c.Name).ShouldBe(["m"]);
    }

    [Fact]
    public void Probe_that_gave_up_ends_the_container()
    {
        Running("m", fatal: "liveness probe failed: x");

        Decide(PodOf("Always", [], "m")).Stop.Single().Reason.ShouldContain("liveness");
    }

    private ContainerPlan Decide(Pod pod) =>
        ContainerPlan.Decide(pod, n => views.GetValueOrDefault(n) ?? new(null, false, null), backoff, Now);

    private void Running(string name, bool started = true, string? fatal = null) =>
        views[name] = new(Record(name, TimeSpan.Zero), started, fatal);

    private void Ended(string name, int exitCode, TimeSpan? ran = null) =>
        views[name] = new(
            Record(name, ran ?? TimeSpan.FromSeconds(1)) with { FinishedAt = Now, ExitCode = exitCode }, false, null);

    private static ContainerRecord Record(string name, TimeSpan ago) => new()
    {
        Id = name,
        PodUid = "u",
        PodNamespace = "n",
        PodName = "p",
        Name = name,
        Image = "i",
        LogPath = "/l",
        CreatedAt = Now - ago,
        StartedAt = Now - ago,
        Process = new ProcessIdentity(1, 1),
    };

    private static Pod PodOf(string policy, string[] inits, params string[] mains) => new()
    {
        Spec = new PodSpec
        {
            RestartPolicy = policy,
            InitContainers = [.. inits.Select(n => new Container { Name = n, Image = "i" })],
            Containers = [.. mains.Select(n => new Container { Name = n, Image = "i" })],
        },
    };
}
