using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Objects;

/// <summary>How to delete: the body of DELETE, or its query parameters.</summary>
internal sealed record DeletionOptions
{
    private static readonly ResourceKind Names = new()
    {
        Group = "meta.k8s.io",
        Version = "v1",
        Kind = "DeleteOptions",
        Plural = "deleteoptions",
    };

    /// <summary>Null takes the kind's own.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Foreground, Background or Orphan; null leaves dependants' finalizers as they are.</summary>
    public string? PropagationPolicy { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public bool DryRun { get; init; }

    /// <summary>Reads body and query; the body wins.</summary>
    /// <exception cref="ApiStatusException">400 or 422.</exception>
    public static DeletionOptions Parse(JsonObject? body, IQueryCollection query)
    {
        if (body?["kind"]?.ToString() is { Length: > 0 } kind and not "DeleteOptions")
        {
            throw ApiErrors.BadRequest($"the kind in the data ({kind}) does not match the expected kind (DeleteOptions)");
        }

        var preconditions = body?["preconditions"] as JsonObject;
        var orphan = (body?["orphanDependents"] ?? query["orphanDependents"].ToString())?.ToString();
        var policy = Text(body, query, "propagationPolicy");
        var errors = new FieldErrors();
        if (policy is not null && !string.IsNullOrEmpty(orphan))
        {
            errors.Invalid(FieldPath.Root["propagationPolicy"], policy,
                "orphanDependents and deletionPropagation cannot be both set");
        }

        if (policy is not null and not "Foreground" and not "Background" and not "Orphan")
        {
            errors.NotSupported(FieldPath.Root["propagationPolicy"], policy, ["Foreground", "Background", "Orphan", "nil"]);
        }

        var grace = Text(body, query, "gracePeriodSeconds");
        if (grace is not null && !long.TryParse(grace, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            errors.Invalid(FieldPath.Root["gracePeriodSeconds"], grace, "must be a number of seconds");
        }

        var given = body?["dryRun"] as JsonArray;
        var dryRun = given is { Count: > 0 } ? given.Select(n => n?.ToString() ?? "").ToList() : [.. query["dryRun"].Select(v => v ?? "")];
        if (dryRun.Find(v => v != "All") is { } unknown)
        {
            errors.NotSupported(FieldPath.Root["dryRun"], unknown, ["All"]);
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(Names, "", errors);
        }

        return new DeletionOptions
        {
            GracePeriodSeconds = grace is null ? null : long.Parse(grace, CultureInfo.InvariantCulture),
            PropagationPolicy = policy ?? orphan switch
            {
                "true" or "True" or "1" => "Orphan",
                "false" or "False" or "0" => "Background",
                _ => null,
            },
            Uid = preconditions?["uid"]?.ToString(),
            ResourceVersion = preconditions?["resourceVersion"]?.ToString(),
            DryRun = dryRun.Count > 0,
        };
    }

    /// <summary>Requires uid and resourceVersion to be the ones named, if any.</summary>
    /// <exception cref="ApiStatusException">409: they are others.</exception>
    public void CheckPreconditions(JsonObject current, ResourceKind kind)
    {
        Check("UID", Uid, Metadata.Text(current, "uid"), " and then recreated", kind, current);
        Check("ResourceVersion", ResourceVersion, Metadata.Text(current, "resourceVersion"), "", kind, current);
    }

    private static void Check(
        string what, string? wanted, string? found, string recreated, ResourceKind kind, JsonObject current)
    {
        if (!string.IsNullOrEmpty(wanted) && wanted != found)
        {
            var fate = recreated.Length > 0 ? "deleted" + recreated : "modified";
            throw ApiErrors.Conflict(kind with { Plural = kind.Kind }, Metadata.Name(current),
                $"the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). "
                + $"The object might have been {fate}");
        }
    }

    private static string? Text(JsonObject? body, IQueryCollection query, string name)
    {
        var value = body?[name] is { } node ? node.GetValueKind() == JsonValueKind.Null ? null : node.ToString() : query[name].ToString();
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
