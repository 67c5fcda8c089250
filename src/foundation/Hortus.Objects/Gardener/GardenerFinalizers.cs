namespace Hortus.Objects.Gardener;

/// <summary>Finalizers by which controllers hold objects until they have cleaned up.</summary>
public static class GardenerFinalizers
{
    /// <summary>Held by garden controllers and gardenlets.</summary>
    public const string Gardener = "gardener";

    /// <summary>Held by the operator.</summary>
    public const string Operator = "gardener.cloud/operator";

    /// <summary>Held on both sides of a reference while it stands.</summary>
    public const string ReferenceProtection = "gardener.cloud/reference-protection";

    /// <summary>Held on credentials by other than the gardener controllers.</summary>
    public const string ExternalGardener = "gardener.cloud/gardener";

    /// <summary>Held by the resource manager on managed resources.</summary>
    public const string ManagedResource = "resources.gardener.cloud/gardener-resource-manager";

    /// <summary>Held on machine classes in use.</summary>
    public const string MachineControllerManager = "machine.sapcloud.io/machine-controller-manager";

    /// <summary>Held on machines until the driver has deleted them.</summary>
    public const string MachineController = "machine.sapcloud.io/machine-controller";

    /// <summary>Held on ControllerDeployments while a ControllerRegistration refers to them.</summary>
    public const string ControllerDeployment = "core.gardener.cloud/controllerdeployment";

    /// <summary>Held on ControllerRegistrations and Seeds while a ControllerInstallation refers to them.</summary>
    public const string ControllerRegistration = "core.gardener.cloud/controllerregistration";

    /// <summary>Held on ControllerInstallations by the gardenlet until it has removed what it installed.</summary>
    public const string ControllerInstallation = "core.gardener.cloud/controllerinstallation";

    /// <summary>Held by the extension that serves the object: <c>extensions.gardener.cloud/worker</c>.</summary>
    /// <param name="resource">Kind of the object, lower case.</param>
    public static string Extension(string resource) => "extensions.gardener.cloud/" + resource;
}
