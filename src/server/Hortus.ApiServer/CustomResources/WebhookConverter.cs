using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Webhooks;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.CustomResources;

/// <summary>Lets a webhook convert custom resources between versions (<c>ConversionReview</c> of
/// apiextensions.k8s.io/v1), a whole list in one call.</summary>
internal sealed class WebhookConverter : IObjectConverter, IDisposable
{
    private const string ApiVersion = "apiextensions.k8s.io/v1";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly string kind;
    private readonly WebhookEndpoint? endpoint;
    private readonly string? fault;

    public WebhookConverter(string kind, WebhookClientConfig config, WebhookServices services, TimeProvider time)
    {
        this.kind = kind;
        try
        {
            endpoint = new WebhookEndpoint(WebhookAddress.Of(config), services, time);
        }
        catch (WebhookCallException e)
        {
            fault = e.Message;
        }
    }

    public async ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
        IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken)
    {
        var sent = objects.Where(o => o.Text("apiVersion") != apiVersion).ToList();
        if (sent.Count == 0)
        {
            return objects;
        }

        var title = $"conversion webhook for {sent[0].Text("apiVersion")}, Kind={kind}";
        try
        {
            var converted = await AskAsync(sent, apiVersion, cancellationToken);
            for (var i = 0; i < sent.Count; i++)
            {
                Check(sent[i], converted[i], apiVersion, i);
                RestoreMetadata(sent[i], converted[i]);
            }

            var next = 0;
            return [.. objects.Select(o => o.Text("apiVersion") == apiVersion ? o : converted[next++])];
        }
        catch (WebhookCallException e)
        {
            throw ApiErrors.Make(500, StatusReason.InternalError, $"{title} {e.Message}", inner: e);
        }
    }

    public void Dispose() => endpoint?.Dispose();

    private async Task<List<JsonObject>> AskAsync(
        List<JsonObject> sent, string apiVersion, CancellationToken cancellationToken)
    {
        var uid = Guid.NewGuid().ToString();
        var review = new JsonObject
        {
            ["kind"] = "ConversionReview",
            ["apiVersion"] = ApiVersion,
            ["request"] = new JsonObject
            {
                ["uid"] = uid,
                ["desiredAPIVersion"] = apiVersion,
                ["objects"] = new JsonArray([.. sent.Select(o => o.DeepClone())]),
            },
        };
        try
        {
            var asked = endpoint ?? throw new WebhookCallException(fault ?? "it has no address");
            var answer = await asked.PostAsync(
                JsonSerializer.SerializeToUtf8Bytes(review, KubernetesJson.Options), Timeout, cancellationToken);
            return Read(answer, uid, sent.Count);
        }
        catch (WebhookCallException e)
        {
            throw new WebhookCallException($"failed: {e.Message}", e);
        }
    }

    private static List<JsonObject> Read(JsonObject review, string uid, int count)
    {
        if (review.Text("apiVersion") != ApiVersion || review.Text("kind") != "ConversionReview")
        {
            throw new WebhookCallException(
                $"expected webhook response of {ApiVersion}, Kind=ConversionReview, got {review.Text("apiVersion")}, "
                + $"Kind={review.Text("kind")}");
        }

        var response = review.Map("response") ?? throw new WebhookCallException("no response provided");
        if (response.Text("uid") != uid)
        {
            throw new WebhookCallException($"expected response.uid \"{uid}\", got \"{response.Text("uid")}\"");
        }

        if (response.Text("result", "status") is var status && status != "Success")
        {
            throw new WebhookCallException(response.Text("result", "message") is { Length: > 0 } message
                ? message
                : $"response.result.status was '{status}', not 'Success'");
        }

        var converted = response.Items("convertedObjects").Select(o => (JsonObject)o.DeepClone()).ToList();
        return converted.Count == count ? converted
            : throw new WebhookCallException($"returned {converted.Count} objects, expected {count}");
    }

    private static void Check(JsonObject sent, JsonObject converted, string apiVersion, int index)
    {
        string? wrong = null;
        if (converted.Text("apiVersion") != apiVersion)
        {
            wrong = $"invalid groupVersion: expected {apiVersion}, got {converted.Text("apiVersion")}";
        }
        else if (converted.Text("kind") != sent.Text("kind"))
        {
            wrong = $"must have the same kind: {sent.Text("kind")} != {converted.Text("kind")}";
        }

        foreach (var field in (string[])["name", "namespace", "uid"])
        {
            var (before, after) = (sent.Text("metadata", field), converted.Text("metadata", field));
            if (wrong is null && before != after)
            {
                wrong = $"must have the same {(field == "uid" ? "UID" : field)}: {before} != {after}";
            }
        }

        if (wrong is not null)
        {
            throw new WebhookCallException($"returned invalid converted object at index {index}: {wrong}");
        }
    }

    /// <summary>Of metadata, webhooks may change labels and annotations alone.</summary>
    private static void RestoreMetadata(JsonObject sent, JsonObject converted)
    {
        var metadata = (JsonObject)(sent.Map("metadata") ?? []).DeepClone();
        foreach (var field in (string[])["labels", "annotations"])
        {
            metadata.Remove(field);
            if (converted.Map("metadata", field) is { Count: > 0 } given)
            {
                metadata[field] = given.DeepClone();
            }
        }

        converted["metadata"] = metadata;
        var errors = new FieldErrors();
        MetadataValidation.ValidateLabelsAndAnnotations(converted, errors);
        if (!errors.IsEmpty)
        {
            throw new WebhookCallException($"returned invalid metadata: {string.Join(", ", errors.All)}");
        }
    }
}
