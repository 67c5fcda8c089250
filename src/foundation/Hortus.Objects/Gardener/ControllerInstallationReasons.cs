namespace Hortus.Objects.Gardener;

/// <summary>Reasons in the conditions of ControllerInstallations.</summary>
public static class ControllerInstallationReasons
{
    public const string RegistrationNotFound = "RegistrationNotFound";
    public const string RegistrationReadError = "RegistrationReadError";
    public const string SeedNotFound = "SeedNotFound";
    public const string SeedReadError = "SeedReadError";
    public const string ChartInformationInvalid = "ChartInformationInvalid";
    public const string RenderingHelmValuesFailed = "RenderingHelmValuesFailed";
    public const string OCIChartCannotBePulled = "OCIChartCannotBePulled";
    public const string ChartCannotBeRendered = "ChartCannotBeRendered";
    public const string RegistrationValid = "RegistrationValid";
    public const string InstallationFailed = "InstallationFailed";
    public const string InstallationPending = "InstallationPending";
    public const string InstallationSuccessful = "InstallationSuccessful";
    public const string ControllerHealthy = "ControllerHealthy";
    public const string ControllerNotHealthy = "ControllerNotHealthy";
    public const string ControllerRolledOut = "ControllerRolledOut";
    public const string ControllerNotRolledOut = "ControllerNotRolledOut";
    public const string ExtensionObjectsExist = "ExtensionObjectsExist";
    public const string NoExtensionObjects = "NoExtensionObjects";
    public const string DeletionPending = "DeletionPending";
    public const string DeletionFailed = "DeletionFailed";
    public const string DeletionSuccessful = "DeletionSuccessful";
}
