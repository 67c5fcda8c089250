using System.Text.Json.Nodes;
using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Patching;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Rest;

internal enum PatchKind
{
    Json,
    Merge,
    Strategic,
    Apply,
}

/// <summary>The four ways to patch.</summary>
internal static class PatchKinds
{
    private static readonly string[] ForCustom =
        ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

    private static readonly string[] ForBuiltIn = [.. ForCustom, "application/strategic-merge-patch+json"];

    /// <summary>The way a media type names.</summary>
    /// <exception cref="ApiStatusException">415: none that this resource knows.</exception>
    public static PatchKind Parse(string mediaType, ResourceDefinition definition) => mediaType switch
    {
        "application/json-patch+json" => PatchKind.Json,
        "application/merge-patch+json" => PatchKind.Merge,
        "application/strategic-merge-patch+json" when !definition.IsCustom => PatchKind.Strategic,
        "application/apply-patch+yaml" => PatchKind.Apply,
        _ => throw ApiErrors.UnsupportedMediaType(definition.IsCustom ? ForCustom : ForBuiltIn),
    };

    /// <summary>What the patch makes of the current object.</summary>
    /// <exception cref="ApiStatusException">The patch is malformed or lacks what it needs.</exception>
    public static Func<JsonObject?, JsonObject> ChangeOf(
        PatchKind kind, DecodedBody body, IQueryCollection query, WriteContext context, TimeProvider time)
    {
        if (kind == PatchKind.Apply)
        {
            return Apply(body.Object, query, context, time);
        }

        if (kind == PatchKind.Json)
        {
            var patch = JsonPatch.Parse(body.Value);
            return current => patch.Apply(current!) as JsonObject
                ?? throw ApiErrors.BadRequest("the patch does not leave an object");
        }

        var merge = body.Object;
        return kind == PatchKind.Merge
            ? current => JsonMergePatch.Apply(current!, merge)
            : current => StrategicMergePatch.Apply(current!, merge, context.Definition.Schema());
    }

    private static Func<JsonObject?, JsonObject> Apply(
        JsonObject config, IQueryCollection query, WriteContext context, TimeProvider time)
    {
        ObjectPreparation.CheckKind(config, context.Kind);
        ObjectPreparation.PruneForApply(config, context);
        var force = query["force"].ToString() is "true" or "1" or "True";
        var schema = context.Definition.Schema();
        return current => FieldManagement.Apply(current, config, schema, context.Writer(time), force);
    }
}
