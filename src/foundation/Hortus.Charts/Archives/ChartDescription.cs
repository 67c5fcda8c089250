namespace Hortus.Charts;

/// <summary>What a chart says of itself in Chart.yaml.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="AppVersion">Version of what it installs; null when it does not say.</param>
public sealed record ChartDescription(string Name, string Version, string? AppVersion);
