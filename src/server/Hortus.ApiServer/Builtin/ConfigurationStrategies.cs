using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Secrets: plain texts become data, types have their keys, immutable ones stay.</summary>
internal sealed class SecretStrategy : ResourceStrategy
{
    private const int BytesMax = 1024 * 1024;

    private static readonly Dictionary<string, string[]> RequiredKeys = new()
    {
        ["kubernetes.io/dockercfg"] = [".dockercfg"],
        ["kubernetes.io/dockerconfigjson"] = [".dockerconfigjson"],
        ["kubernetes.io/ssh-auth"] = ["ssh-privatekey"],
        ["kubernetes.io/tls"] = ["tls.crt", "tls.key"],
    };

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value) => Fold(value);

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        Fold(created);
        if (string.IsNullOrEmpty(created.Text("type")))
        {
            created["type"] = "Opaque";
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        Fold(updated);
        if (string.IsNullOrEmpty(updated.Text("type")))
        {
            updated["type"] = old.Text("type");
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var data = created.Map("data") ?? [];
        var path = FieldPath.Root["data"];
        var total = 0L;
        foreach (var (key, value) in data)
        {
            ConfigMapStrategy.CheckKey(key, path, errors);
            total += Size(value.Text() ?? "", path.Key(key), errors);
        }

        if (total > BytesMax)
        {
            errors.TooLong(path, BytesMax);
        }

        var type = created.Text("type") ?? "";
        foreach (var key in RequiredKeys.GetValueOrDefault(type, []).Where(k => !data.ContainsKey(k)))
        {
            errors.Required(path.Key(key));
        }

        if (type == "kubernetes.io/basic-auth" && !data.ContainsKey("username") && !data.ContainsKey("password"))
        {
            errors.Required(path.Key("username"));
            errors.Required(path.Key("password"));
        }

        if (type is "kubernetes.io/dockercfg" or "kubernetes.io/dockerconfigjson")
        {
            CheckJson(data, RequiredKeys[type][0], path, errors);
        }

        const string account = "kubernetes.io/service-account.name";
        if (type == "kubernetes.io/service-account-token"
            && string.IsNullOrEmpty(created.Text("metadata", "annotations", account)))
        {
            errors.Required(FieldPath.Root["metadata"]["annotations"].Key(account));
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        if (updated.Text("type") != old.Text("type"))
        {
            errors.Invalid(FieldPath.Root["type"], updated.Text("type"), "field is immutable");
        }

        ConfigMapStrategy.CheckImmutable(updated, old, errors, "data");
    }

    // What kubelets cannot read would fail with every pull, far from who wrote it.
    private static void CheckJson(JsonObject data, string key, FieldPath path, FieldErrors errors)
    {
        if (data[key].Text() is not { } text)
        {
            return;
        }

        try
        {
            using var parsed = JsonDocument.Parse(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            // Told as a fault of the data itself.
        }
        catch (JsonException e)
        {
            errors.Invalid(path.Key(key), "<secret contents redacted>", e.Message);
        }
    }

    private static void Fold(JsonObject secret)
    {
        if (secret["stringData"] is JsonObject texts)
        {
            foreach (var (key, value) in texts)
            {
                secret.Ensure("data")[key] =
                    Convert.ToBase64String(Encoding.UTF8.GetBytes(value.Text() ?? ""));
            }
        }

        secret.Remove("stringData");
    }

    private static int Size(string base64, FieldPath path, FieldErrors errors)
    {
        var buffer = new byte[(base64.Length * 3 / 4) + 3];
        if (Convert.TryFromBase64String(base64, buffer, out var written))
        {
            return written;
        }

        errors.Invalid(path, "<redacted>", "must be base64");
        return 0;
    }
}

/// <summary>Config maps: keys are file names, immutable ones stay.</summary>
internal sealed class ConfigMapStrategy : ResourceStrategy
{
    private const int BytesMax = 1024 * 1024;

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var total = 0L;
        foreach (var field in new[] { "data", "binaryData" })
        {
            foreach (var (key, value) in created.Map(field) ?? [])
            {
                CheckKey(key, FieldPath.Root[field], errors);
                total += Encoding.UTF8.GetByteCount(value.Text() ?? "");
                if (field == "binaryData" && created.Map("data")?.ContainsKey(key) == true)
                {
                    errors.Invalid(FieldPath.Root["data"].Key(key), key, "duplicate of key present in binaryData");
                }
            }
        }

        if (total > BytesMax)
        {
            errors.TooLong(FieldPath.Root, BytesMax);
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        CheckImmutable(updated, old, errors, "data", "binaryData");
    }

    internal static void CheckKey(string key, FieldPath path, FieldErrors errors)
    {
        if (key.Length is 0 or > 253 || key is "." or ".."
            || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            errors.Invalid(path.Key(key), key,
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' and must not be "
                + "'.' or '..'");
        }
    }

    internal static void CheckImmutable(
        JsonObject updated, JsonObject old, FieldErrors errors, params ReadOnlySpan<string> fields)
    {
        if (old.Flag("immutable") != true)
        {
            return;
        }

        if (updated.Flag("immutable") != true)
        {
            errors.Forbidden(FieldPath.Root["immutable"], "field is immutable when `immutable` is set");
        }

        foreach (var field in fields)
        {
            if (!Same(updated[field], old[field]))
            {
                errors.Forbidden(FieldPath.Root[field], "field is immutable when `immutable` is set");
            }
        }
    }

    private static bool Same(JsonNode? a, JsonNode? b) =>
        JsonNode.DeepEquals(a, b) || (IsEmpty(a) && IsEmpty(b));

    private static bool IsEmpty(JsonNode? node) => node is null or JsonObject { Count: 0 };
}
