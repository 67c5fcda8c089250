namespace Hortus.Objects.Gardener;

/// <summary>Values of <see cref="Core.LastOperation.State"/>.</summary>
public static class LastOperationState
{
    public const string Processing = "Processing";
    public const string Succeeded = "Succeeded";
    public const string Error = "Error";
    public const string Failed = "Failed";
    public const string Pending = "Pending";
    public const string Aborted = "Aborted";
}

/// <summary>Values of <see cref="Core.LastOperation.Type"/>.</summary>
public static class LastOperationType
{
    public const string Create = "Create";
    public const string Reconcile = "Reconcile";
    public const string Delete = "Delete";
    public const string Migrate = "Migrate";
    public const string Restore = "Restore";

    /// <summary>What an object needs now. A creation that is not finished goes on as one.</summary>
    /// <param name="isDeleting">Whether the object is being deleted.</param>
    /// <param name="last">What was done for it last; null for nothing.</param>
    public static string For(bool isDeleting, Core.LastOperation? last) => (isDeleting, last) switch
    {
        (true, _) => Delete,
        (_, null or { Type: Create, State: not LastOperationState.Succeeded }) => Create,
        _ => Reconcile,
    };
}

/// <summary>Values of <see cref="Core.GardenerCondition.Status"/>.</summary>
public static class ConditionStatus
{
    public const string True = "True";
    public const string False = "False";
    public const string Unknown = "Unknown";
    public const string Progressing = "Progressing";
}

/// <summary>Classes of faults in <see cref="Core.LastError.Codes"/>.</summary>
public static class ErrorCode
{
    public const string InfraUnauthenticated = "ERR_INFRA_UNAUTHENTICATED";
    public const string InfraUnauthorized = "ERR_INFRA_UNAUTHORIZED";
    public const string InfraQuotaExceeded = "ERR_INFRA_QUOTA_EXCEEDED";
    public const string InfraRateLimitsExceeded = "ERR_INFRA_RATE_LIMITS_EXCEEDED";
    public const string InfraDependencies = "ERR_INFRA_DEPENDENCIES";
    public const string RetryableInfraDependencies = "ERR_RETRYABLE_INFRA_DEPENDENCIES";
    public const string InfraResourcesDepleted = "ERR_INFRA_RESOURCES_DEPLETED";
    public const string CleanupClusterResources = "ERR_CLEANUP_CLUSTER_RESOURCES";
    public const string ConfigurationProblem = "ERR_CONFIGURATION_PROBLEM";
    public const string RetryableConfigurationProblem = "ERR_RETRYABLE_CONFIGURATION_PROBLEM";
    public const string ProblematicWebhook = "ERR_PROBLEMATIC_WEBHOOK";
}
