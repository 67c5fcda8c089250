using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Runtime.Webhooks;

/// <summary>Speaks <c>admission.k8s.io/v1</c> for an admission webhook.</summary>
public sealed class AdmissionEndpoint(IAdmissionWebhook webhook) : IWebhook
{
    private const string ApiVersion = "admission.k8s.io/v1";
    private const string Kind = "AdmissionReview";

    /// <inheritdoc/>
    public async Task<JsonObject> AnswerAsync(JsonObject review, CancellationToken cancellationToken)
    {
        var request = Read(review);
        var answer = await webhook.ReviewAsync(request, cancellationToken);
        var response = new JsonObject { ["uid"] = request.Uid, ["allowed"] = answer.Denial is null };
        if (answer.Denial is { } denial)
        {
            response["status"] = KubernetesJson.ToNode(denial);
        }
        else if (answer.Changed is { } changed && JsonDifference.Between(request.Object!, changed) is { Count: > 0 } patch)
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch.ToJsonString(KubernetesJson.Options)));
        }

        return new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = Kind, ["response"] = response };
    }

    private static AdmissionRequest Read(JsonObject review)
    {
        if (review.Text("apiVersion") != ApiVersion || review.Text("kind") != Kind)
        {
            throw new BadReviewException(
                $"want an {Kind} of {ApiVersion}, found kind \"{review.Text("kind")}\" of \"{review.Text("apiVersion")}\"");
        }

        var request = review["request"] as JsonObject ?? throw new BadReviewException("the review has no request");
        var operation = Needed(request, "operation");
        if (operation is not ("CREATE" or "UPDATE" or "DELETE" or "CONNECT"))
        {
            throw new BadReviewException($"request.operation: want CREATE, UPDATE, DELETE or CONNECT, found \"{operation}\"");
        }

        var value = ObjectOf(request, "object");
        return operation is "CREATE" or "UPDATE" && value is null
            ? throw new BadReviewException($"request.object: a request to {operation} has one")
            : new AdmissionRequest
            {
                Uid = Needed(request, "uid"),
                Operation = operation,
                Group = request.Text("kind", "group") ?? "",
                Kind = Needed(request, "kind", "kind"),
                Resource = Needed(request, "resource", "resource"),
                Subresource = request.Text("subResource"),
                Namespace = request.Text("namespace") is { Length: > 0 } @namespace ? @namespace : null,
                Name = request.Text("name") ?? value.Text("metadata", "name") ?? value.Text("metadata", "generateName") ?? "",
                Object = value,
                OldObject = ObjectOf(request, "oldObject"),
            };
    }

    private static JsonObject? ObjectOf(JsonObject request, string field) => request[field] switch
    {
        null => null,
        JsonObject value => value,
        _ => throw new BadReviewException($"request.{field}: want an object"),
    };

    private static string Needed(JsonObject request, params ReadOnlySpan<string> path) =>
        request.Text(path) is { Length: > 0 } text
            ? text
            : throw new BadReviewException($"request.{string.Join('.', path)}: want a text that is not empty");
}
