using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Authentication;

/// <summary>TokenReview: whose a token is.</summary>
internal sealed class TokenReview(
    ResourceKind kind,
    IReadOnlyList<ITokenAuthenticator> authenticators,
    IReadOnlyList<string> apiAudiences) : IVirtualResource
{
    /// <inheritdoc/>
    public async ValueTask<JsonObject> CreateAsync(
        JsonObject submitted, RequestInfo info, UserInfo user, WriteOrigin origin, CancellationToken cancellationToken)
    {
        var token = submitted.Text("spec", "token");
        if (string.IsNullOrEmpty(token))
        {
            throw ApiErrors.BadRequest("token is required for TokenReview in authentication");
        }

        var asked = submitted.TextList("spec", "audiences");
        var audiences = asked.Count > 0 ? asked : apiAudiences;
        JsonObject status;
        try
        {
            var owner = await BearerTokenAuthenticator.FindAsync(authenticators, token, audiences, cancellationToken);
            status = owner is null
                ? new JsonObject { ["user"] = new JsonObject(), ["error"] = "the token is of no kind that this server knows" }
                : new JsonObject
                {
                    ["authenticated"] = true,
                    ["user"] = Describe(owner.User),
                    ["audiences"] = ObjectTree.List(owner.Audiences),
                };
        }
        catch (ApiStatusException e) when (e.Code == 401)
        {
            status = new JsonObject { ["user"] = new JsonObject(), ["error"] = "the token is not valid" };
        }

        return Review.Answer(submitted, kind, status);
    }

    /// <summary>A user in the form of the authentication API.</summary>
    internal static JsonObject Describe(UserInfo user)
    {
        var json = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
        {
            json["uid"] = user.Uid;
        }

        json["groups"] = ObjectTree.List(user.Groups);
        if (user.Extra.Count > 0)
        {
            json["extra"] = new JsonObject(
                user.Extra.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)ObjectTree.List(e.Value))));
        }

        return json;
    }
}

/// <summary>SelfSubjectReview: who the asking user is.</summary>
internal sealed class SelfReview(ResourceKind kind) : IVirtualResource
{
    /// <inheritdoc/>
    public ValueTask<JsonObject> CreateAsync(
        JsonObject submitted, RequestInfo info, UserInfo user, WriteOrigin origin, CancellationToken cancellationToken)
    {
        submitted.Remove("spec");
        return ValueTask.FromResult(
            Review.Answer(submitted, kind, new JsonObject { ["userInfo"] = TokenReview.Describe(user) }));
    }
}
