using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Authentication;

/// <summary>
/// Service account tokens. A token is worth nothing once its service account, or the pod, secret or node it is bound
/// to, is
/// gone or was made anew under the same name.
/// </summary>
internal sealed class ServiceAccountAuthenticator(ServiceAccountTokens tokens, IObjectReader objects)
    : ITokenAuthenticator
{
    private const string ExtraPrefix = "authentication.kubernetes.io/";

    /// <inheritdoc/>
    public async ValueTask<TokenOwner?> AuthenticateAsync(
        string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        if (await tokens.ReadAsync(token) is not { } claims)
        {
            return null;
        }

        return claims.Text("iss") == ServiceAccountTokens.LegacyIssuer
            ? await LegacyAsync(token, claims, audiences, cancellationToken)
            : await BoundAsync(claims, audiences, cancellationToken);
    }

    private async ValueTask<TokenOwner> BoundAsync(
        JsonObject claims, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        string[] meant = claims.Text("aud") is { } single ? [single] : [.. claims.TextList("aud")];
        string[] common = [.. audiences.Intersect(meant)];
        var space = claims.Text("kubernetes.io", "namespace") ?? "";
        var name = claims.Text("kubernetes.io", "serviceaccount", "name") ?? "";
        var uid = claims.Text("kubernetes.io", "serviceaccount", "uid") ?? "";
        if (common.Length == 0 || claims.Text("sub") != UserGroups.ServiceAccountUser(space, name))
        {
            throw ApiErrors.Unauthorized();
        }

        await RequireAsync<ServiceAccount>(new ObjectKey(space, name), uid, cancellationToken);
        var extra = new Dictionary<string, IReadOnlyList<string>>();
        if (claims.Text("jti") is { Length: > 0 } id)
        {
            extra[ExtraPrefix + "credential-id"] = [$"JTI={id}"];
        }

        await BoundObjectAsync<Pod>(claims, "pod", space, extra, cancellationToken);
        await BoundObjectAsync<Secret>(claims, "secret", space, extra, cancellationToken);

        // The node claim of a token that is bound to a pod only informs.
        if (claims.At("kubernetes.io", "pod") is null)
        {
            await BoundObjectAsync<Node>(claims, "node", null, extra, cancellationToken);
        }
        else if (claims.Text("kubernetes.io", "node", "name") is { } node)
        {
            extra[ExtraPrefix + "node-name"] = [node];
            extra[ExtraPrefix + "node-uid"] = [claims.Text("kubernetes.io", "node", "uid") ?? ""];
        }

        return new TokenOwner(User(space, name, uid, extra), common);
    }

    private async ValueTask BoundObjectAsync<T>(
        JsonObject claims,
        string claim,
        string? space,
        Dictionary<string, IReadOnlyList<string>> extra,
        CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        if (claims.Map("kubernetes.io", claim) is not { } bound)
        {
            return;
        }

        var (name, uid) = (bound.Text("name") ?? "", bound.Text("uid") ?? "");
        await RequireAsync<T>(new ObjectKey(space, name), uid, cancellationToken);
        if (claim != "secret")
        {
            extra[$"{ExtraPrefix}{claim}-name"] = [name];
            extra[$"{ExtraPrefix}{claim}-uid"] = [uid];
        }
    }

    private async ValueTask RequireAsync<T>(ObjectKey key, string uid, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        if (uid.Length == 0 || (await objects.FindAsync<T>(key, cancellationToken))?.Metadata.Uid != uid)
        {
            throw ApiErrors.Unauthorized();
        }
    }

    private async ValueTask<TokenOwner> LegacyAsync(
        string token, JsonObject claims, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        const string prefix = "kubernetes.io/serviceaccount/";
        var space = claims.Text(prefix + "namespace") ?? "";
        var name = claims.Text(prefix + "service-account.name") ?? "";
        var uid = claims.Text(prefix + "service-account.uid") ?? "";
        var secretName = claims.Text(prefix + "secret.name") ?? "";
        var secret = await objects.FindAsync<Secret>(new ObjectKey(space, secretName), cancellationToken);

        // Tokens of Secrets carry no audience: they are good for the API server alone.
        if (claims.Text("sub") != UserGroups.ServiceAccountUser(space, name)
            || !audiences.Intersect(tokens.ApiAudiences).Any()
            || secret is not { Metadata.DeletionTimestamp: null, Data: { } data }
            || !data.TryGetValue("token", out var stored) || Encoding.UTF8.GetString(stored) != token)
        {
            throw ApiErrors.Unauthorized();
        }

        await RequireAsync<ServiceAccount>(new ObjectKey(space, name), uid, cancellationToken);
        return new TokenOwner(User(space, name, uid, []), [.. audiences.Intersect(tokens.ApiAudiences)]);
    }

    private static UserInfo User(
        string space, string name, string uid, Dictionary<string, IReadOnlyList<string>> extra) =>
        new(UserGroups.ServiceAccountUser(space, name), UserGroups.OfServiceAccount(space))
        {
            Uid = uid,
            Extra = extra,
        };
}
