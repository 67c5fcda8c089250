namespace Hortus.Components.Gardenlets;

/// <summary>At which step an installation of a gardenlet ended.</summary>
public enum GardenletInstallStep
{
    /// <summary>The chart could not be had.</summary>
    Pull,

    /// <summary>The chart does not render with the values.</summary>
    Render,

    /// <summary>The chart, or what it would install, is refused; nothing was applied.</summary>
    Check,

    /// <summary>An object was refused, or the cluster did not answer.</summary>
    Apply,
}

/// <summary>A gardenlet cannot be installed. The message says what, why and what to do, and holds no secret.</summary>
public sealed class GardenletInstallException(GardenletInstallStep step, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Where it ended.</summary>
    public GardenletInstallStep Step { get; } = step;
}
