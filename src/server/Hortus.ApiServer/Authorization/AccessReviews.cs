using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>Whose access a review is about.</summary>
internal enum ReviewSubject
{
    /// <summary>The user named in the review (SubjectAccessReview).</summary>
    Named,

    /// <summary>The user named in the review, in the namespace of the request (LocalSubjectAccessReview).</summary>
    NamedInNamespace,

    /// <summary>Who asks (SelfSubjectAccessReview).</summary>
    Self,
}

/// <summary>SubjectAccessReview and its local and self forms: whether a user may do something.</summary>
internal sealed class AccessReview(ResourceKind kind, ReviewSubject subject, IAuthorizer authorizer) : IVirtualResource
{
    /// <inheritdoc/>
    public async ValueTask<JsonObject> CreateAsync(
        JsonObject submitted, RequestInfo info, UserInfo user, WriteOrigin origin, CancellationToken cancellationToken)
    {
        Validate(submitted, info);
        var spec = submitted.Map("spec")!;
        var decision = await authorizer.AuthorizeAsync(
            subject == ReviewSubject.Self ? user : AccessReviewSpec.UserOf(spec), AccessReviewSpec.RequestOf(spec), cancellationToken);
        var status = new JsonObject { ["allowed"] = decision.Verdict == AuthorizationVerdict.Allow };
        if (decision.Verdict == AuthorizationVerdict.Deny)
        {
            status["denied"] = true;
        }

        if (!string.IsNullOrEmpty(decision.Reason))
        {
            status["reason"] = decision.Reason;
        }

        return Review.Answer(submitted, kind, status);
    }

    private void Validate(JsonObject submitted, RequestInfo info)
    {
        var errors = new FieldErrors();
        var path = FieldPath.Root["spec"];
        var spec = submitted.Map("spec") ?? [];
        if ((spec["resourceAttributes"] is null) == (spec["nonResourceAttributes"] is null))
        {
            errors.Invalid(path["resourceAttributes"], spec["resourceAttributes"]?.ToJsonString(),
                "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }

        if (subject != ReviewSubject.Self && string.IsNullOrEmpty(spec.Text("user")) && spec.TextList("groups").Count == 0)
        {
            errors.Invalid(path["user"], spec.Text("user"), "at least one of user or group must be specified");
        }

        if (subject == ReviewSubject.NamedInNamespace && spec.Text("resourceAttributes", "namespace") != info.Namespace)
        {
            errors.Invalid(path["resourceAttributes"]["namespace"], spec.Text("resourceAttributes", "namespace"),
                $"must match metadata.namespace: {info.Namespace}");
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(kind, submitted.Name, errors);
        }
    }
}

/// <summary>SelfSubjectRulesReview: what the asking user may do in a namespace.</summary>
internal sealed class RulesReview(ResourceKind kind, RbacIndex index, bool allowsAll) : IVirtualResource
{
    /// <inheritdoc/>
    public ValueTask<JsonObject> CreateAsync(
        JsonObject submitted, RequestInfo info, UserInfo user, WriteOrigin origin, CancellationToken cancellationToken)
    {
        var space = submitted.Text("spec", "namespace");
        if (string.IsNullOrEmpty(space))
        {
            throw ApiErrors.BadRequest("no namespace on request");
        }

        var everything = allowsAll || user.Groups.Contains(UserInfo.MastersGroup);
        IEnumerable<RbacRule> rules = index.RulesOf(new RbacSubject(user.Name, user.Groups), space);
        if (everything)
        {
            rules = rules
                .Append(new RbacRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] })
                .Append(new RbacRule { Verbs = ["*"], NonResourceUrls = ["*"] });
        }

        List<RbacRule> all = [.. rules];
        var status = new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. all.Where(r => r.Resources.Length > 0).Select(r => r.ToJson())]),
            ["nonResourceRules"] =
                new JsonArray([.. all.Where(r => r.NonResourceUrls.Length > 0).Select(r => r.ToJson())]),
            ["incomplete"] = UserGroups.NodeOf(user) is not null,
        };
        return ValueTask.FromResult(Review.Answer(submitted, kind, status));
    }
}

/// <summary>The form that all reviews are answered in.</summary>
internal static class Review
{
    /// <summary>The submitted review with its status.</summary>
    public static JsonObject Answer(JsonObject submitted, ResourceKind kind, JsonObject status)
    {
        var answer = new JsonObject { ["kind"] = kind.Kind, ["apiVersion"] = kind.ApiVersion };
        answer["metadata"] = submitted["metadata"]?.DeepClone() ?? new JsonObject();
        if (submitted["spec"] is { } spec)
        {
            answer["spec"] = spec.DeepClone();
        }

        answer["status"] = status;
        return answer;
    }
}
