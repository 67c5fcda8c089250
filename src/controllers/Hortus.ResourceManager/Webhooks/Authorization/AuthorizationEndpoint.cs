using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Webhooks.Authorization;

/// <summary>Speaks <c>authorization.k8s.io/v1</c> (and v1beta1, which calls the groups otherwise) for an authorizer.</summary>
internal sealed class AuthorizationEndpoint(IAuthorizationWebhook authorizer) : IWebhook
{
    private const string Version = "authorization.k8s.io/v1";
    private const string BetaVersion = "authorization.k8s.io/v1beta1";
    private const string Kind = "SubjectAccessReview";

    /// <inheritdoc/>
    public async Task<JsonObject> AnswerAsync(JsonObject review, CancellationToken cancellationToken)
    {
        var version = review.Text("apiVersion");
        if (version is not (Version or BetaVersion) || review.Text("kind") != Kind)
        {
            throw new BadReviewException($"want a {Kind} of {Version}, found kind \"{review.Text("kind")}\" of \"{version}\"");
        }

        var spec = review["spec"] as JsonObject ?? throw new BadReviewException("the review has no spec");
        return new JsonObject
        {
            ["apiVersion"] = version,
            ["kind"] = Kind,
            ["spec"] = spec.DeepClone(),
            ["status"] = await DecideAsync(Read(spec, version == BetaVersion ? "group" : "groups"), cancellationToken),
        };
    }

    private async Task<JsonObject> DecideAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await authorizer.AuthorizeAsync(request, cancellationToken);
            var status = new JsonObject { ["allowed"] = verdict.IsAllowed };
            if (verdict.IsDenied)
            {
                status["denied"] = true;
                status["reason"] = verdict.Reason;
            }

            return status;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            // An HTTP error would leave it to the others; whoever cannot be judged must not get in by that.
            return new JsonObject { ["allowed"] = false, ["denied"] = true, ["evaluationError"] = $"cannot decide: {e.Message}" };
        }
    }

    private static AuthorizationRequest Read(JsonObject spec, string groups)
    {
        var about = spec["resourceAttributes"] as JsonObject;
        if (about is null && spec["nonResourceAttributes"] is not JsonObject)
        {
            throw new BadReviewException("spec: want resourceAttributes or nonResourceAttributes");
        }

        return new AuthorizationRequest
        {
            User = spec.Text("user") ?? "",
            Groups = TextsOf(spec[groups]),
            IsResource = about is not null,
            Verb = (about ?? spec["nonResourceAttributes"]).Text("verb") ?? "",
            Group = about.Text("group") ?? "",
            Resource = about.Text("resource") ?? "",
            Subresource = about.Text("subresource") ?? "",
            Namespace = about.Text("namespace") ?? "",
            Name = about.Text("name") ?? "",
            Fields = FieldsOf(about.At("fieldSelector")),
        };
    }

    private static Dictionary<string, string> FieldsOf(JsonNode? selector)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var requirement in selector.Items("requirements"))
        {
            if (requirement.Text("key") is { } key && requirement.Text("operator") == "In" && TextsOf(requirement["values"]) is [var value])
            {
                fields[key] = value;
            }
        }

        foreach (var part in (selector.Text("rawSelector") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!part.Contains("!=", StringComparison.Ordinal)
                && part.Split('=', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var key, var value])
            {
                fields[key] = value;
            }
        }

        return fields;
    }

    private static List<string> TextsOf(JsonNode? list) =>
        [.. (list as JsonArray ?? []).Where(i => i?.GetValueKind() == JsonValueKind.String).Select(i => i!.GetValue<string>())];
}
