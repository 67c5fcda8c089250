using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Admission.Webhooks;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.CustomResources;

/// <summary>The rules of CustomResourceDefinitions.</summary>
internal sealed class DefinitionStrategy : ResourceStrategy
{
    /// <summary>Keeps a definition until its objects are gone.</summary>
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    public override bool AllowUnconditionalUpdate => false;

    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForCreateAsync(created, context, cancellationToken);
        FillNames(created);
        created["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(),
            ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
            ["storedVersions"] = new JsonArray([.. (JsonPaths.Find(created, "spec.versions") as JsonArray ?? [])
                .OfType<JsonObject>().Where(v => v["storage"]?.ToString() == "true").Select(v => v["name"]?.DeepClone())]),
        };
        var finalizers = Metadata.Finalizers(created);
        if (!finalizers.Contains(CleanupFinalizer))
        {
            Metadata.SetFinalizers(created, [.. finalizers, CleanupFinalizer]);
        }
    }

    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        FillNames(updated);
    }

    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (!IsReadable(created, errors))
        {
            return;
        }

        var group = JsonPaths.Text(created, "spec.group");
        var plural = JsonPaths.Text(created, "spec.names.plural");
        if (Metadata.Name(created) != $"{plural}.{group}")
        {
            errors.Invalid(FieldPath.Root["metadata"]["name"], Metadata.Name(created),
                "must be spec.names.plural+\".\"+spec.group");
        }

        DefinitionChecks.CheckNames(created.Map("spec", "names") ?? [], Spec["names"], errors);
        if (DefinitionApproval.IsProtected(group))
        {
            DefinitionApproval.Check(created, errors);
        }

        if (JsonPaths.Text(created, "spec.preserveUnknownFields") == "true")
        {
            errors.Invalid(Spec["preserveUnknownFields"], true,
                "must be false: set x-kubernetes-preserve-unknown-fields in the schema instead");
        }

        ValidateConversion(created.Map("spec", "conversion"), errors);

        ValidateVersions(created, errors);
    }

    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        foreach (var path in (string[])["spec.group", "spec.names.plural", "spec.names.kind", "spec.scope"])
        {
            if (JsonPaths.Text(updated, path) != JsonPaths.Text(old, path))
            {
                errors.Invalid(new FieldPath(path), JsonPaths.Text(updated, path), "field is immutable");
            }
        }

        if (Metadata.IsDeleting(updated))
        {
            // Older definitions may break newer rules and must still be able to go.
            IsReadable(updated, errors);
            return;
        }

        Validate(updated, errors);
        var versions = VersionsOf(updated).Select(v => v["name"]?.ToString()).ToHashSet();
        foreach (var stored in (JsonPaths.Find(updated, "status.storedVersions") as JsonArray ?? []).Select(v => v?.ToString()))
        {
            if (!versions.Contains(stored))
            {
                errors.Invalid(FieldPath.Root["status"]["storedVersions"], stored,
                    "must appear in spec.versions as long as objects may be stored in it");
            }
        }
    }

    private static void ValidateConversion(JsonObject? conversion, FieldErrors errors)
    {
        var path = Spec["conversion"]["webhook"];
        var webhook = conversion?.Map("webhook");
        if (conversion?.Text("strategy") != "Webhook")
        {
            if (webhook is not null)
            {
                errors.Forbidden(path, "should not be set when strategy is not set to Webhook");
            }

            return;
        }

        if (webhook?.Map("clientConfig") is not { } config)
        {
            errors.Required(path["clientConfig"], "required when strategy is set to Webhook");
        }
        else
        {
            WebhookClientChecks.Check(config, path["clientConfig"], errors);
        }

        var versions = webhook?.TextList("conversionReviewVersions") ?? [];
        if (versions.Count > 0 && !versions.Contains("v1"))
        {
            errors.Invalid(path["conversionReviewVersions"], versions, "must include at least one of v1");
        }
        else if (versions.Count == 0)
        {
            errors.Required(path["conversionReviewVersions"]);
        }
    }

    // What cannot be read as a definition could never be served.
    private static bool IsReadable(JsonObject definition, FieldErrors errors)
    {
        try
        {
            KubernetesJson.Deserialize<CustomResourceDefinition>(definition);
            return true;
        }
        catch (JsonException e)
        {
            errors.TypeInvalid(new FieldPath(e.Path?.TrimStart('$', '.') ?? ""), null, e.Message);
            return false;
        }
    }

    private static void ValidateVersions(JsonObject definition, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var storage = 0;
        var index = 0;
        foreach (var version in VersionsOf(definition))
        {
            var path = Spec["versions"][index++];
            var name = version.Text("name") ?? "";
            if (!names.Add(name))
            {
                errors.Duplicate(path["name"], name);
            }

            storage += version.Flag("storage") == true ? 1 : 0;
            DefinitionChecks.CheckVersion(version, path, errors);
        }

        if (storage != 1)
        {
            errors.Invalid(Spec["versions"], storage, "must have exactly one version marked as storage version");
        }
    }

    private static IEnumerable<JsonObject> VersionsOf(JsonObject definition) =>
        (JsonPaths.Find(definition, "spec.versions") as JsonArray ?? []).OfType<JsonObject>();

    private static void FillNames(JsonObject definition)
    {
        if (JsonPaths.Find(definition, "spec.names") is not JsonObject names || JsonPaths.Text(names, "kind") is not { Length: > 0 } kind)
        {
            return;
        }

        if (JsonPaths.Text(names, "singular").Length == 0)
        {
            names["singular"] = kind.ToLowerInvariant();
        }

        if (JsonPaths.Text(names, "listKind").Length == 0)
        {
            names["listKind"] = kind + "List";
        }

        if (definition["spec"] is JsonObject spec && spec["conversion"] is null)
        {
            spec["conversion"] = new JsonObject { ["strategy"] = "None" };
        }
    }
}
