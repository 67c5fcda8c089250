using Hortus.Objects.Gardener;

namespace Hortus.Gardenlet;

/// <summary>A step of an installation failed. Nothing that is installed was touched.</summary>
/// <param name="condition">How the failure shows in the installation's conditions; its message holds no secret.</param>
/// <param name="inner">The cause; null where it may hold secrets.</param>
internal sealed class InstallationException(HealthCheckResult condition, Exception? inner = null) : Exception(condition.Message, inner)
{
    /// <summary>How the failure shows in the installation's conditions.</summary>
    public HealthCheckResult Condition { get; } = condition;

    /// <summary>The installation cannot be worked with.</summary>
    public static InstallationException Invalid(string reason, string message, Exception? inner = null) =>
        new(new(GardenerConditions.ControllerInstallationValid, false, reason, message), inner);

    /// <summary>Nobody knows whether the installation can be worked with.</summary>
    public static InstallationException Unclear(string reason, string message, Exception inner) =>
        new(new(GardenerConditions.ControllerInstallationValid, null, reason, message), inner);
}
