using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Objects;

/// <summary>Turns objects of a resource into another of its versions.</summary>
public interface IObjectConverter
{
    /// <summary>The objects in another version, in the same order. The given ones are not changed.</summary>
    /// <exception cref="ApiStatusException">500: they cannot be converted.</exception>
    ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
        IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken);
}

/// <summary>Conversion of single objects.</summary>
internal static class VersionConversion
{
    /// <summary>The object as another resource with the same objects shows it; of the two, one may know how to convert.</summary>
    public static ValueTask<JsonObject> ConvertAsync(
        this ResourceDefinition definition, ResourceDefinition other, JsonObject value, CancellationToken cancellationToken) =>
        (definition.Converter is null ? other : definition).ConvertAsync(value, other.Kind.ApiVersion, cancellationToken);

    /// <summary>The object in another version: itself when it has that version already, else a new one.</summary>
    public static async ValueTask<JsonObject> ConvertAsync(
        this ResourceDefinition definition, JsonObject value, string apiVersion, CancellationToken cancellationToken)
    {
        if (value["apiVersion"]?.ToString() == apiVersion)
        {
            return value;
        }

        if (definition.Converter is { } converter)
        {
            return (await converter.ConvertAsync([value], apiVersion, cancellationToken))[0];
        }

        var copy = (JsonObject)value.DeepClone();
        copy["apiVersion"] = apiVersion;
        return copy;
    }
}
