using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Objects that the server itself sees to.</summary>
internal static class EnsuredObjects
{
    /// <summary>An object with nothing but its name.</summary>
    public static JsonObject New(string apiVersion, string kind, string? space, string name)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (space is not null)
        {
            metadata["namespace"] = space;
        }

        return new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }

    /// <summary>Creates the object; what is there stays as it is.</summary>
    /// <returns>Whether it was absent.</returns>
    public static async Task<bool> CreateIfAbsentAsync(
        this IObjectAccess objects, JsonObject created, CancellationToken cancellationToken)
    {
        try
        {
            await objects.CreateAsync(created, cancellationToken);
            return true;
        }
        catch (ApiStatusException e) when (e.Reason == StatusReason.AlreadyExists)
        {
            return false;
        }
    }

    /// <summary>Creates the object, or sets one field of it that follows from this server's options.</summary>
    public static async Task EnsureFieldAsync(
        this IObjectAccess objects, ResourceKind kind, JsonObject wanted, string field, CancellationToken cancellationToken)
    {
        var value = wanted[field]!.DeepClone();
        if (await objects.CreateIfAbsentAsync((JsonObject)wanted.DeepClone(), cancellationToken))
        {
            return;
        }

        await objects.UpdateAsync(kind, new ObjectKey(wanted.Namespace, wanted.Name), "", current =>
        {
            if (JsonNode.DeepEquals(current[field], value))
            {
                return null;
            }

            current[field] = value.DeepClone();
            return current;
        }, cancellationToken);
    }
}
