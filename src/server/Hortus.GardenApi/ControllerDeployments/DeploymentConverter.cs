using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.GardenApi.ControllerDeployments;

/// <summary>
/// Turns ControllerDeployments of v1, as they are stored, into v1beta1 and back without loss. What a version has no field for
/// travels in annotations: type and configuration of what is no Helm chart in v1, resources in v1beta1.
/// </summary>
internal sealed class DeploymentConverter : IObjectConverter
{
    /// <summary>The version that is stored.</summary>
    public const string Stored = "core.gardener.cloud/v1";

    /// <summary>The older version.</summary>
    public const string Older = "core.gardener.cloud/v1beta1";

    /// <summary>The type of Helm charts in v1beta1.</summary>
    public const string HelmType = "helm";

    /// <summary>The fields of a Helm deployment: in v1, and in the older configuration.</summary>
    private static readonly (string Here, string Older)[] HelmFields =
        [("rawChart", "chart"), ("values", "values"), ("ociRepository", "ociRepository")];

    // Annotations are read by people.
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = Hortus.Objects.KubernetesJson.DepthMax,
    };

    public ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
        IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<JsonObject>>(
            [.. objects.Select(o => apiVersion == Stored ? ToStored(o) : ToOlder(o))]);

    /// <summary>The object in v1. The given one, in v1beta1, is not changed.</summary>
    public static JsonObject ToStored(JsonObject older)
    {
        var stored = Copy(older, Stored);
        var type = Cut(stored, "type");
        var hasConfig = stored.ContainsKey("providerConfig");
        var config = Cut(stored, "providerConfig");
        Forget(stored, GardenerAnnotations.ControllerDeploymentType);
        Forget(stored, GardenerAnnotations.ControllerDeploymentProviderConfig);
        if (type?.ToString() == HelmType)
        {
            stored["helm"] = Renamed(config as JsonObject ?? [], toStored: true);
        }
        else
        {
            Annotate(stored, GardenerAnnotations.ControllerDeploymentType, type?.ToString());
            Annotate(stored, GardenerAnnotations.ControllerDeploymentProviderConfig, hasConfig ? Text(config) : null);
        }

        if (Recall(stored, GardenerAnnotations.ControllerDeploymentResources, out var resources) && resources is JsonArray)
        {
            Forget(stored, GardenerAnnotations.ControllerDeploymentResources);
            stored["resources"] = resources;
        }

        return stored;
    }

    /// <summary>The object in v1beta1. The given one, in v1, is not changed.</summary>
    public static JsonObject ToOlder(JsonObject stored)
    {
        var older = Copy(stored, Older);
        if (Cut(older, "helm") is JsonObject helm)
        {
            older["type"] = HelmType;
            older["providerConfig"] = Renamed(helm, toStored: false);
        }
        else
        {
            if (TextOf(older, GardenerAnnotations.ControllerDeploymentType) is { } type)
            {
                Forget(older, GardenerAnnotations.ControllerDeploymentType);
                older["type"] = type;
            }

            if (Recall(older, GardenerAnnotations.ControllerDeploymentProviderConfig, out var config))
            {
                Forget(older, GardenerAnnotations.ControllerDeploymentProviderConfig);
                older["providerConfig"] = config;
            }
        }

        Annotate(
            older, GardenerAnnotations.ControllerDeploymentResources,
            Cut(older, "resources") is JsonArray resources ? Text(resources) : null);
        return older;
    }

    /// <summary>The annotations that say in v1 what v1beta1 has fields for.</summary>
    public static IReadOnlyList<string> StoredAnnotations { get; } =
        [GardenerAnnotations.ControllerDeploymentType, GardenerAnnotations.ControllerDeploymentProviderConfig];

    /// <summary>An annotation of an object, or null.</summary>
    public static string? TextOf(JsonObject value, string annotation) =>
        (value["metadata"]?["annotations"] as JsonObject)?[annotation]?.ToString();

    /// <summary>The JSON in an annotation; false when there is none or it is no JSON.</summary>
    public static bool Recall(JsonObject value, string annotation, out JsonNode? content)
    {
        content = null;
        if (TextOf(value, annotation) is not { } text)
        {
            return false;
        }

        try
        {
            content = JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = Hortus.Objects.KubernetesJson.DepthMax });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonObject Copy(JsonObject value, string apiVersion)
    {
        var copy = (JsonObject)value.DeepClone();
        copy["apiVersion"] = apiVersion;
        return copy;
    }

    private static JsonObject Renamed(JsonObject fields, bool toStored)
    {
        var renamed = new JsonObject();
        foreach (var (here, older) in HelmFields)
        {
            if (fields.TryGetPropertyValue(toStored ? older : here, out var value))
            {
                renamed[toStored ? here : older] = value?.DeepClone();
            }
        }

        return renamed;
    }

    /// <summary>JSON as annotations hold it.</summary>
    public static string Text(JsonNode? value) => value?.ToJsonString(Readable) ?? "null";

    private static JsonNode? Cut(JsonObject parent, string field)
    {
        var value = parent[field];
        parent.Remove(field);
        return value;
    }

    private static void Annotate(JsonObject value, string annotation, string? text)
    {
        if (text is not null)
        {
            value.Ensure("metadata", "annotations")[annotation] = text;
        }
    }

    // No annotations are the same as none left.
    private static void Forget(JsonObject value, string annotation)
    {
        if (value["metadata"] is JsonObject metadata && metadata["annotations"] is JsonObject annotations
            && annotations.Remove(annotation) && annotations.Count == 0)
        {
            metadata.Remove("annotations");
        }
    }
}
