using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>Why an extension does not work on its seed yet.</summary>
/// <param name="Type">Type of the condition that is not as it should be.</param>
/// <param name="Status">How it is; null when nobody has said so yet.</param>
/// <param name="Message">What that condition says.</param>
public sealed record InstallationObjection(string Type, string? Status, string Message);

/// <summary>Says whether an extension works on its seed, by the conditions of its ControllerInstallation.</summary>
public static class InstallationReadiness
{
    // Each says nothing while one before it is not right.
    private static readonly (string Type, string Wanted)[] Order =
    [
        (GardenerConditions.ControllerInstallationValid, ConditionStatus.True),
        (GardenerConditions.ControllerInstallationInstalled, ConditionStatus.True),
        (GardenerConditions.ControllerInstallationHealthy, ConditionStatus.True),
        (GardenerConditions.ControllerInstallationProgressing, ConditionStatus.False),
    ];

    /// <summary>The first objection; null when it works.</summary>
    public static InstallationObjection? Of(ControllerInstallation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        if (installation.Status?.Conditions is not { Count: > 0 } conditions)
        {
            return new(GardenerConditions.ControllerInstallationInstalled, null, "the extension was not yet installed");
        }

        foreach (var (type, wanted) in Order)
        {
            var condition = conditions.FirstOrDefault(found => found.Type == type);
            if (condition?.Status != wanted)
            {
                return new(type, condition?.Status, condition?.Message ?? $"has no condition {type} yet");
            }
        }

        return null;
    }
}
