namespace Hortus.MachineController.Machines;

/// <summary>Values of <c>status.currentStatus.phase</c> of a Machine.</summary>
public static class MachinePhase
{
    /// <summary>The driver is making it.</summary>
    public const string Pending = "Pending";

    /// <summary>It is made; its node has not been seen ready.</summary>
    public const string Available = "Available";

    /// <summary>Its node is healthy.</summary>
    public const string Running = "Running";

    /// <summary>Its node is not healthy; the health time limit runs.</summary>
    public const string Unknown = "Unknown";

    /// <summary>Given up; its machine set replaces it.</summary>
    public const string Failed = "Failed";

    /// <summary>On its way out.</summary>
    public const string Terminating = "Terminating";

    /// <summary>The driver could not make it and will be asked again.</summary>
    public const string CrashLoopBackOff = "CrashLoopBackOff";
}

/// <summary>Values of <c>status.lastOperation.type</c> of a Machine.</summary>
internal static class MachineOperation
{
    public const string Create = "Create";
    public const string HealthCheck = "HealthCheck";
    public const string DrainNode = "DrainNode";
    public const string Delete = "Delete";
}

/// <summary>Values of <c>status.lastOperation.state</c> of a Machine.</summary>
internal static class MachineOperationState
{
    public const string Processing = "Processing";
    public const string Failed = "Failed";
    public const string Successful = "Successful";
}
