namespace Hortus.Objects.Gardener.Rules;

/// <summary>What a health check found.</summary>
/// <param name="Type">Type of the condition.</param>
/// <param name="IsHealthy">Null when the check could not be made.</param>
/// <param name="Reason">One word.</param>
/// <param name="Message">For people.</param>
public sealed record HealthCheckResult(string Type, bool? IsHealthy, string Reason, string Message);
