using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Schemas.Cel;
using Hortus.ApiServer.Webhooks;
using Hortus.Objects;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>The rules of MutatingWebhookConfiguration and ValidatingWebhookConfiguration.</summary>
internal sealed class WebhookConfigurationStrategy : ResourceStrategy
{
    private const int NamePartsMin = 3;
    private const int TimeoutSecondsMax = 30;
    private static readonly FieldPath Webhooks = FieldPath.Root["webhooks"];

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForCreateAsync(created, context, cancellationToken);
        Metadata.Of(created)["generation"] = 1;
    }

    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (!JsonNode.DeepEquals(updated["webhooks"], old["webhooks"]))
        {
            Metadata.Of(updated)["generation"] = (Metadata.Number(old, "generation") ?? 0) + 1;
        }
    }

    public override void Validate(JsonObject created, FieldErrors errors) => Validate(created, [], errors);

    /// <summary>Expressions that were stored already are not checked again: a newer server may know less.</summary>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors) =>
        Validate(
            updated,
            [
                .. old.Items("webhooks").SelectMany(w => w.Items("matchConditions"))
                    .Select(c => c.Text("expression") ?? ""),
            ],
            errors);

    private static void Validate(JsonObject configuration, HashSet<string> known, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var webhook in configuration.Items("webhooks"))
        {
            var path = Webhooks[index++];
            ValidateName(webhook.Text("name") ?? "", path["name"], names, errors);
            ValidateVersions(webhook, path["admissionReviewVersions"], errors);
            WebhookRuleChecks.Check(webhook, path, errors);
            WebhookClientChecks.Check(webhook.Map("clientConfig"), path["clientConfig"], errors);
            if (webhook.Text("sideEffects") is { } effects and not ("None" or "NoneOnDryRun"))
            {
                errors.NotSupported(path["sideEffects"], effects, ["None", "NoneOnDryRun"]);
            }

            if (webhook.Number("timeoutSeconds") is { } seconds and (< 1 or > TimeoutSecondsMax))
            {
                errors.Invalid(path["timeoutSeconds"], seconds, "the timeout value must be between 1 and 30 seconds");
            }

            SelectorChecks.Check(webhook.Map("namespaceSelector"), path["namespaceSelector"], errors);
            SelectorChecks.Check(webhook.Map("objectSelector"), path["objectSelector"], errors);
            ValidateConditions(webhook, path["matchConditions"], known, errors);
        }
    }

    private static void ValidateName(string name, FieldPath path, HashSet<string> names, FieldErrors errors)
    {
        if (name.Length > 0 && name.Split('.') is var parts
            && (parts.Length < NamePartsMin || !parts.All(p => p.Length > 0 && LabelSyntax.IsValue(p))))
        {
            errors.Invalid(path, name, "should be a domain with at least three segments separated by dots");
        }

        if (name.Length > 0 && !names.Add(name))
        {
            errors.Duplicate(path, name);
        }
    }

    private static void ValidateVersions(JsonObject webhook, FieldPath path, FieldErrors errors)
    {
        var versions = webhook.TextList("admissionReviewVersions");
        if (versions.Count == 0)
        {
            errors.Required(path, "must specify one of v1");
        }
        else if (!versions.Contains("v1"))
        {
            errors.Invalid(path, versions, "must include at least one of v1");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < versions.Count; i++)
        {
            if (!seen.Add(versions[i]))
            {
                errors.Invalid(path[i], versions[i], "duplicate version");
            }
        }
    }

    private static void ValidateConditions(
        JsonObject webhook, FieldPath path, HashSet<string> known, FieldErrors errors)
    {
        var conditions = webhook.Items("matchConditions").ToList();
        if (conditions.Count > MatchConditions.CountMax)
        {
            errors.TooMany(path, conditions.Count, MatchConditions.CountMax);
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < conditions.Count; i++)
        {
            var name = conditions[i].Text("name") ?? "";
            if (name.Length > 0 && !LabelSyntax.IsKey(name))
            {
                errors.Invalid(path[i]["name"], name, "name part must consist of alphanumeric characters, '-', '_' or '.'");
            }
            else if (!names.Add(name))
            {
                errors.Duplicate(path[i]["name"], name);
            }

            CheckExpression(conditions[i].Text("expression") ?? "", path[i]["expression"], known, errors);
        }
    }

    private static void CheckExpression(string text, FieldPath path, HashSet<string> known, FieldErrors errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            errors.Required(path);
            return;
        }

        try
        {
            if (!known.Contains(text))
            {
                MatchConditions.Compile(text);
            }
        }
        catch (CelException e)
        {
            errors.Invalid(path, text, $"compilation failed: {e.Message}");
        }
    }
}

/// <summary>Checks label selectors inside objects.</summary>
internal static class SelectorChecks
{
    public static void Check(JsonObject? selector, FieldPath path, FieldErrors errors)
    {
        if (selector is null)
        {
            return;
        }

        foreach (var (key, value) in selector.Map("matchLabels") ?? [])
        {
            if (!LabelSyntax.IsKey(key))
            {
                errors.Invalid(path["matchLabels"], key, "is not a label key");
            }
            else if (!LabelSyntax.IsValue(value.Text() ?? ""))
            {
                errors.Invalid(path["matchLabels"].Key(key), value.Text(), "is not a label value");
            }
        }

        var index = 0;
        foreach (var requirement in selector.Items("matchExpressions"))
        {
            CheckRequirement(requirement, path["matchExpressions"][index++], errors);
        }
    }

    private static void CheckRequirement(JsonObject requirement, FieldPath path, FieldErrors errors)
    {
        var values = requirement.TextList("values").Count;
        switch (requirement.Text("operator"))
        {
            case "In" or "NotIn" when values == 0:
                errors.Required(path["values"], "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when values > 0:
                errors.Forbidden(path["values"], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            case var other:
                errors.Invalid(path["operator"], other, "not a valid selector operator");
                break;
        }

        if (!LabelSyntax.IsKey(requirement.Text("key") ?? ""))
        {
            errors.Invalid(path["key"], requirement.Text("key"), "is not a label key");
        }
    }
}

/// <summary>Checks how a webhook is to be reached.</summary>
internal static class WebhookClientChecks
{
    private const int PortMax = 65535;

    public static void Check(JsonObject? config, FieldPath path, FieldErrors errors)
    {
        var url = config?.Text("url");
        var service = config?.Map("service");
        if (url is null == service is null)
        {
            errors.Required(path, "exactly one of url or service is required");
        }

        if (url is not null)
        {
            CheckUrl(url, path["url"], errors);
        }

        if (service is not null)
        {
            CheckService(service, path["service"], errors);
        }

        if (config?.Text("caBundle") is { Length: > 0 } bundle && !IsBundle(bundle))
        {
            errors.Invalid(path["caBundle"], "<hidden>", "unable to load root certificates: no certificate in PEM found");
        }
    }

    private static bool IsBundle(string text)
    {
        try
        {
            return WebhookEndpoint.IsBundle(Encoding.UTF8.GetString(Convert.FromBase64String(text)));
        }
        catch (FormatException)
        {
            // The schema reports it.
            return true;
        }
    }

    private static void CheckUrl(string text, FieldPath path, FieldErrors errors)
    {
        const string form = "; desired format: https://host[/path]";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            errors.Required(path, "url must be a valid URL" + form);
            return;
        }

        if (url.Scheme != Uri.UriSchemeHttps)
        {
            errors.Invalid(path, url.Scheme, "'https' is the only allowed URL scheme" + form);
        }

        if (url.Host.Length == 0)
        {
            errors.Invalid(path, url.Host, "host must be specified" + form);
        }

        if (url.UserInfo.Length > 0)
        {
            errors.Invalid(path, "<hidden>", "user information is not permitted in the URL");
        }

        if (url.Fragment.Length > 0)
        {
            errors.Invalid(path, url.Fragment, "fragments are not permitted in the URL");
        }

        if (url.Query.Length > 0)
        {
            errors.Invalid(path, url.Query, "query parameters are not permitted in the URL");
        }
    }

    private static void CheckService(JsonObject service, FieldPath path, FieldErrors errors)
    {
        foreach (var field in (string[])["name", "namespace"])
        {
            if (service.Text(field) is "")
            {
                errors.Required(path[field], $"service {field} is required");
            }
        }

        if (service.Number("port") is { } port and (< 1 or > PortMax))
        {
            errors.Invalid(path["port"], port, "port is not valid: must be between 1 and 65535, inclusive");
        }

        if (service.Text("path") is not { Length: > 0 } text || text == "/")
        {
            return;
        }

        if (!text.StartsWith('/'))
        {
            errors.Invalid(path["path"], text, "must start with a '/'");
            return;
        }

        var steps = (text.EndsWith('/') ? text[1..^1] : text[1..]).Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Length == 0)
            {
                errors.Invalid(path["path"], text, $"segment[{i}] may not be empty");
            }
        }
    }
}
