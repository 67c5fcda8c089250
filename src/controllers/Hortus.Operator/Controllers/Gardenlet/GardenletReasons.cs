namespace Hortus.Operator;

/// <summary>Reasons of the condition SeedRegistered and of events on Gardenlets.</summary>
internal static class GardenletReasons
{
    public const string Reconciling = "Reconciling";
    public const string Reconciled = "Reconciled";
    public const string ReconcileError = "ReconcileError";
}
