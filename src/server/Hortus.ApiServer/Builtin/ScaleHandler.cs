using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Patching;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Where a kind keeps its scale.</summary>
/// <param name="SpecReplicas">Path of the number wanted.</param>
/// <param name="StatusReplicas">Path of the number there is.</param>
/// <param name="Selector">Path of the pods' label selector, an object or its text; empty when there is none.</param>
internal sealed record ScalePaths(
    IReadOnlyList<string> SpecReplicas, IReadOnlyList<string> StatusReplicas, IReadOnlyList<string> Selector)
{
    /// <summary>The places of built-in workloads.</summary>
    public static ScalePaths Workload { get; } = new(["spec", "replicas"], ["status", "replicas"], ["spec", "selector"]);

    /// <summary>From paths as definitions write them, for example <c>.spec.replicas</c>.</summary>
    public static ScalePaths Parse(string specReplicas, string statusReplicas, string? selector) =>
        new(Split(specReplicas), Split(statusReplicas), Split(selector ?? ""));

    private static string[] Split(string path) => path.Split('.', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The scale of an object (autoscaling/v1): replicas alone, whatever else the kind has.</summary>
internal sealed class ScaleHandler(IObjectAccess objects, ScalePaths paths, TimeProvider time) : ISubresourceHandler
{
    /// <summary>Kind of body and answer.</summary>
    public static ResourceKind ScaleKind { get; } = new()
    {
        Group = "autoscaling",
        Version = "v1",
        Kind = "Scale",
        Plural = "scales",
    };

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var kind = request.Definition.Kind;
        if (request.Info.Verb == "get")
        {
            var current = await objects.FindAsync(kind, request.Key, cancellationToken)
                ?? throw ApiErrors.NotFound(kind, request.Key.Name);
            await ScaleAnswer.WriteAsync(request, ScaleOf(current), cancellationToken);
            return;
        }

        if (request.Info.Verb is not ("update" or "patch"))
        {
            throw ApiErrors.MethodNotAllowed(kind, request.Info.Verb);
        }

        var bytes = await RequestBody.ReadBytesAsync(request.Http.Request, cancellationToken);
        var mediaType = request.Http.Request.ContentType;
        await AdmitAsync(request, bytes, mediaType, cancellationToken);
        var origin = request.Origin with { OwnersAreSet = request.Info.Verb == "patch" && IsApply(mediaType) };
        var manager = FieldManagement.CheckManager(request.Http.Request.Query["fieldManager"], origin.OwnersAreSet);
        if (!manager.IsEmpty)
        {
            throw ApiErrors.Invalid(kind with { Group = "meta.k8s.io", Kind = "PatchOptions" }, "", manager);
        }

        var stored = await objects.UpdateAsync(
            kind, request.Key, origin, current => Change(request, current, bytes.Span, mediaType), cancellationToken);
        await ScaleAnswer.WriteAsync(request, ScaleOf(stored), cancellationToken);
    }

    /// <summary>Webhooks see the scale as it will be. They may refuse it; a change by them is not taken over.</summary>
    private async ValueTask AdmitAsync(
        SubresourceRequest request, ReadOnlyMemory<byte> body, string? mediaType, CancellationToken cancellationToken)
    {
        if (await objects.FindAsync(request.Definition.Kind, request.Key, cancellationToken) is { } current)
        {
            var decoded = RequestDecoder.Decode(body.Span, mediaType);
            var old = ScaleOf(current);
            var scale = request.Info.Verb == "update"
                ? decoded.Object : Patch((JsonObject)old.DeepClone(), decoded, mediaType ?? "");
            await request.AdmitAsync(ScaleKind, scale, old, cancellationToken);
        }
    }

    private JsonObject Change(
        SubresourceRequest request, JsonObject current, ReadOnlySpan<byte> body, string? mediaType)
    {
        var decoded = RequestDecoder.Decode(body, mediaType);
        var scale = request.Info.Verb == "update" ? decoded.Object : Patch(ScaleOf(current), decoded, mediaType ?? "");
        if (scale.Text("metadata", "resourceVersion") is { Length: > 0 } version
            && version != current.Text("metadata", "resourceVersion"))
        {
            throw ApiErrors.Conflict(request.Definition.Kind, request.Key.Name);
        }

        var replicas = scale.Number("spec", "replicas") ?? 0;
        if (replicas < 0)
        {
            var errors = new FieldErrors();
            errors.Invalid(FieldPath.Root["spec"]["replicas"], replicas, "must be greater than or equal to 0");
            throw ApiErrors.Invalid(ScaleKind, request.Key.Name, errors);
        }

        if (request.Info.Verb == "patch" && IsApply(mediaType))
        {
            return Apply(request, current, replicas);
        }

        current.Ensure([.. paths.SpecReplicas.SkipLast(1)])[paths.SpecReplicas[^1]] = replicas;
        return current;
    }

    /// <summary>Takes the replicas for the manager that applies, unless another one wants other ones.</summary>
    private JsonObject Apply(SubresourceRequest request, JsonObject current, long replicas)
    {
        var kind = request.Definition.Kind;
        var config = new JsonObject
        {
            ["apiVersion"] = kind.ApiVersion,
            ["kind"] = kind.Kind,
            ["metadata"] = new JsonObject { ["name"] = current.Name, ["namespace"] = current.Namespace },
        };
        config.Ensure([.. paths.SpecReplicas.SkipLast(1)])[paths.SpecReplicas[^1]] = replicas;
        var writer = new FieldWriter(request.Origin.FieldManager, kind.ApiVersion, request.Info.Subresource, time.GetUtcNow());
        var force = request.Http.Request.Query["force"].ToString() is "true" or "1" or "True";
        return FieldManagement.Apply(current, config, request.Definition.Schema(), writer, force);
    }

    private static bool IsApply(string? mediaType) =>
        mediaType?.StartsWith("application/apply-patch", StringComparison.OrdinalIgnoreCase) == true;

    private static JsonObject Patch(JsonObject scale, DecodedBody patch, string mediaType)
    {
        if (mediaType.StartsWith("application/json-patch+json", StringComparison.OrdinalIgnoreCase))
        {
            return JsonPatch.Parse(patch.Value).Apply(scale) as JsonObject
                ?? throw ApiErrors.BadRequest("the patch leaves no object");
        }

        // A Scale has no lists, so that strategic merge and apply come down to a merge as to values.
        return JsonMergePatch.Apply(scale, patch.Object);
    }

    private JsonObject ScaleOf(JsonObject workload)
    {
        var selector = paths.Selector.Count == 0 ? null : workload.At([.. paths.Selector]);
        var metadata = new JsonObject();
        foreach (var field in new[] { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" })
        {
            if (workload.At("metadata", field) is { } value)
            {
                metadata[field] = value.DeepClone();
            }
        }

        var status = new JsonObject { ["replicas"] = workload.Number([.. paths.StatusReplicas]) ?? 0 };
        if ((selector is JsonObject labels ? TextOf(labels) : selector.Text()) is { Length: > 0 } text)
        {
            status["selector"] = text;
        }

        return new JsonObject
        {
            ["kind"] = ScaleKind.Kind,
            ["apiVersion"] = ScaleKind.ApiVersion,
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = workload.Number([.. paths.SpecReplicas]) ?? 0 },
            ["status"] = status,
        };
    }

    private static string TextOf(JsonObject selector)
    {
        var parts = (selector.Map("matchLabels") ?? []).Select(l => $"{l.Key}={l.Value.Text()}")
            .Concat(selector.Items("matchExpressions").Select(e => e.Text("operator") switch
            {
                "In" => $"{e.Text("key")} in ({string.Join(',', e.TextList("values"))})",
                "NotIn" => $"{e.Text("key")} notin ({string.Join(',', e.TextList("values"))})",
                "Exists" => e.Text("key")!,
                _ => $"!{e.Text("key")}",
            }));
        return string.Join(',', parts.Order(StringComparer.Ordinal));
    }
}
