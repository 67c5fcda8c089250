using System.Text;

namespace Hortus.Telemetry;

/// <summary>Which question a check answers.</summary>
[Flags]
public enum HealthProbes
{
    None = 0,

    /// <summary><c>/livez</c> and <c>/healthz</c>: a failure means that only a restart helps.</summary>
    Live = 1,

    /// <summary><c>/readyz</c>: a failure means that requests should go elsewhere.</summary>
    Ready = 2,

    Both = Live | Ready,
}

/// <summary>A check: null means healthy, a text says why not.</summary>
public delegate ValueTask<string?> HealthCheck(CancellationToken cancellationToken);

/// <summary>The checks of one component. Without any the component is healthy.</summary>
public sealed class HealthChecks
{
    private readonly Lock gate = new();
    private readonly List<(string Name, HealthProbes Probes, HealthCheck Check)> checks = [];

    /// <summary>Adds a check; a name that is there already is replaced.</summary>
    public void Add(string name, HealthProbes probes, HealthCheck check)
    {
        lock (gate)
        {
            checks.RemoveAll(c => c.Name == name);
            checks.Add((name, probes, check));
        }
    }

    /// <summary>Adds a check that needs no waiting.</summary>
    public void Add(string name, HealthProbes probes, Func<string?> check) =>
        Add(name, probes, _ => ValueTask.FromResult(check()));

    /// <summary>Asks all checks of a probe. A check that throws counts as failed with the exception's
    /// message.</summary>
    public async Task<HealthReport> EvaluateAsync(HealthProbes probe, CancellationToken cancellationToken)
    {
        (string Name, HealthProbes Probes, HealthCheck Check)[] asked;
        lock (gate)
        {
            asked = [.. checks.Where(c => (c.Probes & probe) != 0)];
        }

        var failures = new List<KeyValuePair<string, string>>();
        foreach (var (name, _, check) in asked)
        {
            try
            {
                if (await check(cancellationToken) is { } why)
                {
                    failures.Add(new(name, why));
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failures.Add(new(name, e.Message));
            }
        }

        return new HealthReport([.. asked.Select(c => c.Name)], failures);
    }
}

/// <summary>The outcome of a probe.</summary>
/// <param name="Checks">All checks that were asked.</param>
/// <param name="Failures">The failed ones with the reason.</param>
public sealed record HealthReport(IReadOnlyList<string> Checks, IReadOnlyList<KeyValuePair<string, string>> Failures)
{
    public bool IsHealthy => Failures.Count == 0;

    /// <summary>The text that Kubernetes' probes return: <c>ok</c>, or a line per check with the reasons of failed
    /// ones.</summary>
    public override string ToString()
    {
        if (IsHealthy)
        {
            return "ok";
        }

        var text = new StringBuilder();
        foreach (var check in Checks)
        {
            var failure = Failures.FirstOrDefault(f => f.Key == check).Value;
            text.Append(failure is null ? $"[+]{check} ok\n" : $"[-]{check} failed: {failure}\n");
        }

        return text.Append("check failed\n").ToString();
    }
}
