using Hortus.Components.Gardenlets;

namespace Hortus.Gardenlet;

/// <summary>What this process applied.</summary>
/// <param name="Mark">The Gardenlet and its generation, see <see cref="LastGoodStore.MarkOf"/>.</param>
/// <param name="Release">What was applied for it.</param>
/// <param name="At">When, as a timestamp of the clock.</param>
/// <param name="Failure">Why the release that the Gardenlet asks for is not there; null when it is.</param>
internal sealed record AppliedRelease(string Mark, GardenletRelease Release, long At, string? Failure);
