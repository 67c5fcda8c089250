using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Audit;

/// <summary>What is noted of one request while it is served. Found by the parts that see bodies as a feature of the
/// request.</summary>
internal sealed class AuditRecord(HttpContext http, RequestInfo request, AuditDecision decision, DateTimeOffset received)
{
    private readonly string uri = http.Request.Path + http.Request.QueryString;
    private readonly string userAgent = http.Request.Headers.UserAgent.ToString();
    private readonly JsonArray sources = Sources(http);
    private readonly ArrayBufferWriter<byte> answer = new();
    private (byte[] Bytes, string? MediaType)? body;

    /// <summary>Who asks, and as whom; null when nobody could be made out.</summary>
    public UserInfo? User { get; set; }

    public UserInfo? Impersonated { get; set; }

    public AuthorizationDecision? Authorization { get; set; }

    /// <summary>The Status of a failure.</summary>
    public Status? Failure { get; set; }

    public AuditDecision Decision => decision;

    /// <summary>Notes the body of the request, if the policy asks for it.</summary>
    public static void NoteRequest(HttpContext http, ReadOnlyMemory<byte> bytes)
    {
        if (http.Features.Get<AuditRecord>() is { } record && record.Decision.Level >= AuditLevel.Request)
        {
            record.body = (bytes.ToArray(), http.Request.ContentType);
        }
    }

    /// <summary>Notes a part of the answer, if the policy asks for it.</summary>
    public static void NoteAnswer(HttpContext http, ReadOnlySpan<byte> json)
    {
        if (http.Features.Get<AuditRecord>() is { } record && record.Decision.Level == AuditLevel.RequestResponse)
        {
            record.answer.Write(json);
        }
    }

    /// <summary>The event of a stage as a line; null when the policy leaves the stage out.</summary>
    public byte[]? At(string stage, DateTimeOffset now)
    {
        if (decision.Level == AuditLevel.None || decision.OmitStages.Contains(stage))
        {
            return null;
        }

        var written = new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "audit.k8s.io/v1",
            ["level"] = decision.Level.ToString(),
            ["auditID"] = http.Response.Headers["Audit-Id"].ToString(),
            ["stage"] = stage,
            ["requestURI"] = uri,
            ["verb"] = request.Verb,
            ["user"] = Describe(User),
        };
        if (Impersonated is not null)
        {
            written["impersonatedUser"] = Describe(Impersonated);
        }

        written["sourceIPs"] = sources.DeepClone();
        if (userAgent.Length > 0)
        {
            written["userAgent"] = userAgent;
        }

        if (request.IsResource)
        {
            written["objectRef"] = Reference();
        }

        if (stage != "RequestReceived")
        {
            AddOutcome(written);
        }

        written["requestReceivedTimestamp"] = Time(received);
        written["stageTimestamp"] = Time(now);
        if (Authorization is { } authorization && stage != "RequestReceived")
        {
            written["annotations"] = new JsonObject
            {
                ["authorization.k8s.io/decision"] =
                    authorization.Verdict == AuthorizationVerdict.Allow ? "allow" : "forbid",
                ["authorization.k8s.io/reason"] = authorization.Reason ?? "",
            };
        }

        return [.. JsonSerializer.SerializeToUtf8Bytes(written, KubernetesJson.Options), (byte)'\n'];
    }

    private void AddOutcome(JsonObject written)
    {
        if (Failure is { } failure)
        {
            var status = new JsonObject { ["metadata"] = new JsonObject(), ["status"] = failure.Outcome };
            if (failure.Message is { } message)
            {
                status["message"] = message;
            }

            if (failure.Reason is { } reason)
            {
                status["reason"] = reason;
            }

            status["code"] = failure.Code;
            written["responseStatus"] = status;
        }
        else
        {
            written["responseStatus"] = new JsonObject
            {
                ["metadata"] = new JsonObject(),
                ["code"] = http.Response.StatusCode,
            };
        }

        if (body is { Bytes.Length: > 0 } sent)
        {
            written["requestObject"] = Read(() => RequestDecoder.Decode(sent.Bytes, sent.MediaType).Value);
        }

        if (answer.WrittenCount > 0)
        {
            written["responseObject"] = Read(() => JsonNode.Parse(
                answer.WrittenSpan, documentOptions: new() { MaxDepth = KubernetesJson.DepthMax }));
        }
    }

    // What cannot be read is what the answer complains about.
    private JsonNode? Read(Func<JsonNode?> parse)
    {
        try
        {
            var value = parse();
            RemoveTokens(value);
            if (decision.OmitManagedFields && value is JsonObject root)
            {
                OmitManagedFields(root);
                foreach (var item in (root["items"] as JsonArray ?? []).OfType<JsonObject>())
                {
                    OmitManagedFields(item);
                }
            }

            return value;
        }
        catch (Exception e) when (e is ApiStatusException or JsonException)
        {
            return null;
        }
    }

    // Whoever reads the log must not be able to act as those it tells of.
    private void RemoveTokens(JsonNode? value)
    {
        if (request.Resource == "tokenreviews")
        {
            (value?["spec"] as JsonObject)?.Remove("token");
        }
        else if (request.Subresource == "token")
        {
            (value?["status"] as JsonObject)?.Remove("token");
        }
    }

    private static void OmitManagedFields(JsonObject root) => (root["metadata"] as JsonObject)?.Remove("managedFields");

    private JsonObject Reference()
    {
        var reference = new JsonObject { ["resource"] = request.Resource };
        Set(reference, "namespace", request.Namespace);
        Set(reference, "name", request.Name);
        Set(reference, "apiGroup", request.Group);
        Set(reference, "apiVersion", request.Version);
        Set(reference, "subresource", request.Subresource);
        return reference;
    }

    private static void Set(JsonObject target, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            target[name] = value;
        }
    }

    private static JsonObject Describe(UserInfo? user)
    {
        var described = new JsonObject();
        if (user is null)
        {
            return described;
        }

        Set(described, "username", user.Name);
        Set(described, "uid", user.Uid);
        described["groups"] = new JsonArray([.. user.Groups.Select(g => (JsonNode)g)]);
        if (user.Extra.Count > 0)
        {
            var extra = new JsonObject();
            foreach (var (name, values) in user.Extra)
            {
                extra[name] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
            }

            described["extra"] = extra;
        }

        return described;
    }

    private static JsonArray Sources(HttpContext http)
    {
        var sources = new JsonArray();
        foreach (var forwarded in http.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (System.Net.IPAddress.TryParse(forwarded, out _))
            {
                sources.Add(forwarded);
            }
        }

        if (http.Connection.RemoteIpAddress is { } remote)
        {
            sources.Add((remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote).ToString());
        }

        return sources;
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
