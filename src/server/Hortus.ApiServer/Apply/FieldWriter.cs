namespace Hortus.ApiServer.Apply;

/// <summary>Who writes, and through what: decides which entry of <c>metadata.managedFields</c> a write belongs
/// to.</summary>
/// <param name="Manager">Name of the field manager; see <see cref="FieldManagement.ManagerOf"/>.</param>
/// <param name="ApiVersion">Group and version of the request.</param>
/// <param name="Subresource">For example <c>status</c>; empty for the main resource.</param>
/// <param name="Now">Time of the write.</param>
public sealed record FieldWriter(string Manager, string ApiVersion, string Subresource, DateTimeOffset Now)
{
    /// <summary>Top-level fields that this endpoint does not write: <c>status</c> on the main resource of kinds with a
    /// status subresource, <c>spec</c> and <c>metadata</c> on the status subresource.</summary>
    public IReadOnlyList<string> ResetFields { get; init; } = [];

    /// <summary>What a new object of the kind has before anybody set a field: nobody owns these fields for being there.</summary>
    public System.Text.Json.Nodes.JsonObject? Blank { get; init; }
}
