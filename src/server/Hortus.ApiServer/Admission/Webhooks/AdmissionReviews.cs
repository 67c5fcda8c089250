using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Webhooks;
using Hortus.Objects;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>What a webhook answered.</summary>
/// <param name="Allowed">Whether the request may go on.</param>
/// <param name="Patch">The change it wants, as JSON patch; null for none.</param>
/// <param name="Status">Why it refuses; null when it does not say.</param>
/// <param name="Warnings">Texts for the client.</param>
internal sealed record AdmissionVerdict(
    bool Allowed, ReadOnlyMemory<byte>? Patch, JsonObject? Status, IReadOnlyList<string> Warnings);

/// <summary>Writes and reads <c>admission.k8s.io/v1</c> AdmissionReviews.</summary>
internal static class AdmissionReviews
{
    private const string ApiVersion = "admission.k8s.io/v1";
    private const int BadRequest = 400;

    /// <summary>The request part, without the objects; also what expressions see as <c>request</c>.</summary>
    public static JsonObject RequestOf(AdmissionAttributes attributes, string uid, ResourceKind asked)
    {
        var own = attributes.Definition.Kind;
        var request = new JsonObject
        {
            ["uid"] = uid,
            ["kind"] = KindOf(attributes.ObjectKind ?? asked),
            ["resource"] = ResourceOf(asked),
            ["requestKind"] = KindOf(attributes.ObjectKind ?? own),
            ["requestResource"] = ResourceOf(own),
            ["operation"] = WebhookRules.NameOf(attributes.Operation),
            ["userInfo"] = UserOf(attributes),
            ["dryRun"] = attributes.DryRun,
        };
        if (attributes.Subresource.Length > 0)
        {
            request["subResource"] = attributes.Subresource;
            request["requestSubResource"] = attributes.Subresource;
        }

        var name = attributes.Key.Name.Length > 0 ? attributes.Key.Name : attributes.Object?.Name ?? "";
        if (name.Length > 0)
        {
            request["name"] = name;
        }

        var space = own.GroupResource == "namespaces" ? name : attributes.Key.Namespace;
        if (!string.IsNullOrEmpty(space))
        {
            request["namespace"] = space;
        }

        request["options"] = OptionsOf(attributes);

        return request;
    }

    /// <summary>What <c>authorizer.requestResource</c> asks about.</summary>
    public static RequestInfo AccessOf(AdmissionAttributes attributes) => new()
    {
        IsResource = true,
        Path = "",
        Verb = "",
        Group = attributes.Definition.Kind.Group,
        Version = attributes.Definition.Kind.Version,
        Resource = attributes.Definition.Kind.Plural,
        Subresource = attributes.Subresource,
        Namespace = attributes.Key.Namespace,
        Name = attributes.Key.Name.Length > 0 ? attributes.Key.Name : null,
    };

    /// <summary>The whole review as bytes.</summary>
    public static ReadOnlyMemory<byte> Write(JsonObject request, JsonObject? value, JsonObject? old)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Encoder = KubernetesJson.Options.Encoder,
            MaxDepth = KubernetesJson.DepthMax,
            SkipValidation = true,
        });
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "AdmissionReview"u8);
        writer.WriteString("apiVersion"u8, ApiVersion);
        writer.WritePropertyName("request"u8);
        writer.WriteStartObject();
        foreach (var (name, field) in request)
        {
            Write(writer, name, field);
        }

        Write(writer, "object", value);
        Write(writer, "oldObject", old);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Reads the answer.</summary>
    /// <exception cref="WebhookCallException">It is none to this request.</exception>
    public static AdmissionVerdict Read(JsonObject review, string uid, bool mutating)
    {
        try
        {
            return ReadResponse(review, uid, mutating);
        }
        catch (FormatException e)
        {
            throw new WebhookCallException($"received invalid webhook response: {e.Message}", e);
        }
    }

    /// <summary>The answer to a client whose request a webhook refused.</summary>
    public static ApiStatusException Denial(string webhook, JsonObject? status)
    {
        var denied = $"admission webhook \"{webhook}\" denied the request";
        var code = status?.Number("code") is { } given && given is >= BadRequest and < 600 ? (int)given : BadRequest;
        var reason = status?.Text("reason") ?? "";
        var message = status?.Text("message") is { Length: > 0 } text ? $"{denied}: {text}"
            : reason.Length > 0 ? $"{denied}: {reason}" : $"{denied} without explanation";
        return ApiErrors.Make(code, reason, message, DetailsOf(status?.Map("details")));
    }

    private static StatusDetails? DetailsOf(JsonObject? details)
    {
        try
        {
            return details is null ? null : KubernetesJson.Deserialize<StatusDetails>(details);
        }
        catch (JsonException)
        {
            // The refusal counts, whatever is wrong with its details.
            return null;
        }
    }

    private static AdmissionVerdict ReadResponse(JsonObject review, string uid, bool mutating)
    {
        if (review.Text("apiVersion") != ApiVersion || review.Text("kind") != "AdmissionReview")
        {
            throw new FormatException(
                $"expected webhook response of {ApiVersion}, Kind=AdmissionReview, got {review.Text("apiVersion")}, "
                + $"Kind={review.Text("kind")}");
        }

        var response = review.Map("response") ?? throw new FormatException("webhook response was absent");
        if (response.Text("uid") != uid)
        {
            throw new FormatException($"expected response.uid=\"{uid}\", got \"{response.Text("uid")}\"");
        }

        var allowed = response.Flag("allowed") ?? (response.At("allowed") is null ? false
            : throw new FormatException("response.allowed is not a boolean"));
        return new AdmissionVerdict(
            allowed, PatchOf(response, mutating), response.Map("status"), response.TextList("warnings"));
    }

    private static ReadOnlyMemory<byte>? PatchOf(JsonObject response, bool mutating)
    {
        var patch = response.Text("patch");
        var type = response.Text("patchType");
        if (!mutating)
        {
            return !string.IsNullOrEmpty(patch)
                ? throw new FormatException("validating webhook may not return response.patch")
                : type is not null
                    ? throw new FormatException("validating webhook may not return response.patchType")
                    : null;
        }

        if (string.IsNullOrEmpty(patch))
        {
            return type is null ? null
                : throw new FormatException("webhook returned response.patchType but not response.patch");
        }

        return type switch
        {
            null => throw new FormatException("webhook returned response.patch but not response.patchType"),
            "JSONPatch" => Convert.FromBase64String(patch),
            _ => throw new FormatException($"webhook returned invalid response.patchType of \"{type}\""),
        };
    }

    private static void Write(Utf8JsonWriter writer, string name, JsonNode? value)
    {
        writer.WritePropertyName(name);
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer, KubernetesJson.Options);
        }
    }

    private static JsonObject? OptionsOf(AdmissionAttributes attributes)
    {
        if (attributes.Operation == AdmissionOperation.Connect)
        {
            return null;
        }

        var kind = attributes.OptionsKind ?? attributes.Operation switch
        {
            AdmissionOperation.Create => "CreateOptions",
            AdmissionOperation.Update => "UpdateOptions",
            _ => "DeleteOptions",
        };
        var options = new JsonObject { ["kind"] = kind, ["apiVersion"] = "meta.k8s.io/v1" };
        if (attributes.DryRun)
        {
            options["dryRun"] = new JsonArray("All");
        }

        if (attributes.FieldManager.Length > 0 && attributes.Operation != AdmissionOperation.Delete)
        {
            options["fieldManager"] = attributes.FieldManager;
        }

        return options;
    }

    private static JsonObject KindOf(ResourceKind kind) =>
        new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind };

    private static JsonObject ResourceOf(ResourceKind kind) =>
        new() { ["group"] = kind.Group, ["version"] = kind.Version, ["resource"] = kind.Plural };

    private static JsonObject UserOf(AdmissionAttributes attributes)
    {
        var user = attributes.User;
        var info = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
        {
            info["uid"] = user.Uid;
        }

        info["groups"] = ObjectTree.List(user.Groups);
        if (user.Extra.Count > 0)
        {
            info["extra"] = new JsonObject(user.Extra.Select(
                e => KeyValuePair.Create<string, JsonNode?>(e.Key, ObjectTree.List(e.Value))));
        }

        return info;
    }
}
