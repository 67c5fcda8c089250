namespace Hortus.Operator;

/// <summary>How far a part of an Extension is.</summary>
/// <param name="WaitsFor">What has to happen first, for people; null when the part is done.</param>
/// <param name="Note">What users should know although all is well; null for nothing.</param>
internal readonly record struct ExtensionStep(string? WaitsFor, string? Note = null)
{
    public static ExtensionStep Done => default;

    public bool IsDone => WaitsFor is null;

    public static ExtensionStep Waits(string reason) => new(reason);
}
