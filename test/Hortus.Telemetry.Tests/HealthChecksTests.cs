namespace Hortus.Telemetry.Tests;

public sealed class HealthChecksTests
{
    private readonly HealthChecks health = new();

    [Fact]
    public async Task Without_checks_a_component_is_healthy() =>
        (await health.EvaluateAsync(HealthProbes.Live, CancellationToken.None)).ToString().ShouldBe("ok");

    [Fact]
    public async Task A_failed_check_is_told_with_its_reason_among_the_others()
    {
        health.Add("ping", HealthProbes.Both, () => null);
        health.Add("caches", HealthProbes.Ready, () => "not filled");
        health.Add("broken", HealthProbes.Ready, _ => throw new IOException("no disk"));

        var ready = await health.EvaluateAsync(HealthProbes.Ready, CancellationToken.None);
        var live = await health.EvaluateAsync(HealthProbes.Live, CancellationToken.None);

        live.IsHealthy.ShouldBeTrue();
        ready.ToString().ShouldBe(
            "[+]ping ok\n[-]caches failed: not filled\n[-]broken failed: no disk\ncheck failed\n");
    }

    [Fact]
    public async Task A_check_of_the_same_name_replaces_the_old_one()
    {
        health.Add("ping", HealthProbes.Both, () => "down");
        health.Add("ping", HealthProbes.Both, () => null);

        (await health.EvaluateAsync(HealthProbes.Both, CancellationToken.None)).IsHealthy.ShouldBeTrue();
    }
}
