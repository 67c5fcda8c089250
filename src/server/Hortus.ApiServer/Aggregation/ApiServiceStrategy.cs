using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Aggregation;

/// <summary>APIServices: their names follow from what they register, and what is served here is available at once.</summary>
internal sealed class ApiServiceStrategy(TimeProvider time) : ResourceStrategy
{
    private const int GroupPriorityMax = 20000;
    private const int VersionPriorityMax = 1000;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        created["status"] = created.Map("spec", "service") is null
            ? new JsonObject { ["conditions"] = new JsonArray(ApiAvailability.Local.ToCondition(time.GetUtcNow())) }
            : new JsonObject();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var (group, version) = (created.Text("spec", "group") ?? "", created.Text("spec", "version") ?? "");
        if (created.Name != $"{version}.{group}")
        {
            errors.Invalid(
                FieldPath.Root["metadata"]["name"],
                created.Name,
                $"must be `spec.version+\".\"+spec.group`: \"{version}.{group}\"");
        }

        if (version.Length == 0)
        {
            errors.Required(path["version"]);
        }

        CheckPriority(created.Number("spec", "groupPriorityMinimum"), GroupPriorityMax, path["groupPriorityMinimum"], errors);
        CheckPriority(created.Number("spec", "versionPriority"), VersionPriorityMax, path["versionPriority"], errors);
        CheckService(created, path, errors);
    }

    private static void CheckPriority(long? value, int max, FieldPath path, FieldErrors errors)
    {
        if (value is null or <= 0 || value > max)
        {
            errors.Invalid(path, value, $"must be positive and not more than {max}");
        }
    }

    private static void CheckService(JsonObject created, FieldPath path, FieldErrors errors)
    {
        var caBundle = created.Text("spec", "caBundle");
        var insecure = created.Flag("spec", "insecureSkipTLSVerify") == true;
        if (created.Map("spec", "service") is not { } service)
        {
            if (!string.IsNullOrEmpty(caBundle) || insecure)
            {
                errors.Invalid(path, null, "local APIServices have neither caBundle nor insecureSkipTLSVerify");
            }

            return;
        }

        if (string.IsNullOrEmpty(created.Text("spec", "group")))
        {
            errors.Required(path["group"], "only local APIServices may have an empty group");
        }

        foreach (var field in (string[])["namespace", "name"])
        {
            if (string.IsNullOrEmpty(service.Text(field)))
            {
                errors.Required(path["service"][field]);
            }
        }

        if (service.Number("port") is < 1 or > 65535)
        {
            errors.Invalid(path["service"]["port"], service.Number("port"), "must be between 1 and 65535, inclusive");
        }

        if (insecure && !string.IsNullOrEmpty(caBundle))
        {
            errors.Invalid(path["insecureSkipTLSVerify"], true, "may not be true if caBundle is present");
        }

        CheckBundle(caBundle, path["caBundle"], errors);
    }

    private static void CheckBundle(string? caBundle, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(caBundle))
        {
            return;
        }

        try
        {
            Pki.Pem.ReadBundle(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(caBundle)));
        }
        catch (Exception e) when (e is FormatException or System.Security.Cryptography.CryptographicException)
        {
            errors.Invalid(path, "<bytes>", "must hold certificates in PEM, in base64");
        }
    }
}
