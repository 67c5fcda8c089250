namespace Hortus.Objects.Gardener.Operator;

/// <summary>Types of the conditions of an <see cref="Extension"/>.</summary>
public static class ExtensionConditions
{
    /// <summary>Whether everything that is wanted of it was handed over.</summary>
    public const string Installed = "Installed";

    /// <summary>Whether something in the runtime cluster needs it.</summary>
    public const string RequiredRuntime = "RequiredRuntime";

    /// <summary>Whether a seed needs it.</summary>
    public const string RequiredVirtual = "RequiredVirtual";

    /// <summary>Health of what seeds have installed of it.</summary>
    public const string ControllerInstallationsHealthy = "ControllerInstallationsHealthy";

    /// <summary>Health of its part in the runtime cluster.</summary>
    public const string RuntimeHealthy = "RuntimeHealthy";

    /// <summary>Health of its admission webhooks.</summary>
    public const string AdmissionHealthy = "AdmissionHealthy";
}

/// <summary>Reasons of the conditions of an <see cref="Extension"/>.</summary>
public static class ExtensionReasons
{
    public const string ReconcileSuccessful = "ReconcileSuccessful";
    public const string ReconcileFailed = "ReconcileFailed";
    public const string DeleteSuccessful = "DeleteSuccessful";
    public const string DeleteFailed = "DeleteFailed";
    public const string NoGardenFound = "NoGardenFound";
    public const string InstalledInRuntime = "InstalledInRuntime";
    public const string ExtensionRequired = "ExtensionRequired";
    public const string ExtensionNotRequired = "ExtensionNotRequired";
    public const string RequiredControllerInstallation = "RequiredControllerInstallation";
    public const string NoRequiredControllerInstallation = "NoRequiredControllerInstallation";
    public const string GardenDeleted = "GardenDeleted";
    public const string ControllerInstallationsRunning = "ControllerInstallationsRunning";
    public const string ControllerInstallationsUnhealthy = "ControllerInstallationsUnhealthy";
    public const string ExtensionComponentsRunning = "ExtensionComponentsRunning";
    public const string ExtensionComponentsUnhealthy = "ExtensionComponentsUnhealthy";
    public const string ExtensionAdmissionComponentsRunning = "ExtensionAdmissionComponentsRunning";
    public const string ExtensionAdmissionComponentsUnhealthy = "ExtensionAdmissionComponentsUnhealthy";
}
