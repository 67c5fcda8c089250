using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Authentication;

/// <summary>
/// Acts as another user on behalf of one who may: headers <c>Impersonate-User</c>, <c>-Group</c>, <c>-Uid</c>,
/// <c>-Extra-*</c>, each allowed by the verb <c>impersonate</c>.
/// </summary>
internal sealed class Impersonation(IAuthorizer authorizer)
{
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string AuthenticationGroup = "authentication.k8s.io";

    /// <summary>Whether a request has such headers.</summary>
    public static bool IsAsked(IHeaderDictionary headers)
    {
        foreach (var (header, _) in headers)
        {
            if (header.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The user to act as; removes the headers.</summary>
    /// <exception cref="ApiStatusException">400: headers without a user; 403: not allowed.</exception>
    public async ValueTask<UserInfo> ApplyAsync(
        UserInfo user, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        if (!IsAsked(headers))
        {
            return user;
        }

        var name = headers[UserHeader].ToString();
        if (name.Length == 0)
        {
            throw ApiErrors.BadRequest($"requested impersonation without naming a user: add the header {UserHeader}");
        }

        string[] groups = [.. headers[GroupHeader].OfType<string>()];
        var uid = headers[UidHeader].ToString();
        var extra = Extra(headers);
        await RequireUserAsync(user, name, cancellationToken);
        foreach (var group in groups)
        {
            await RequireAsync(user, Target("", "groups", group), cancellationToken);
        }

        if (uid.Length > 0)
        {
            await RequireAsync(user, Target(AuthenticationGroup, "uids", uid), cancellationToken);
        }

        foreach (var (key, values) in extra)
        {
            foreach (var value in values)
            {
                await RequireAsync(user, Target(AuthenticationGroup, "userextras", value) with { Subresource = key },
                    cancellationToken);
            }
        }

        foreach (var header in headers.Keys.Where(
            h => h.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            headers.Remove(header);
        }

        return new UserInfo(name, Complete(name, groups)) { Uid = uid, Extra = extra };
    }

    private static string[] Complete(string name, string[] groups)
    {
        if (name == UserInfo.Anonymous.Name)
        {
            return groups.Contains(UserGroups.Unauthenticated) ? groups : [.. groups, UserGroups.Unauthenticated];
        }

        if (groups.Length == 0 && UserGroups.ParseServiceAccount(name) is { } account)
        {
            return [.. UserGroups.OfServiceAccount(account.Namespace)];
        }

        return groups.Contains(UserGroups.Authenticated) ? groups : [.. groups, UserGroups.Authenticated];
    }

    private static Dictionary<string, IReadOnlyList<string>> Extra(IHeaderDictionary headers)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (header, values) in headers)
        {
            if (header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            {
                var key = Uri.UnescapeDataString(header[ExtraPrefix.Length..]).ToLowerInvariant();
                extra[key] = [.. values.OfType<string>()];
            }
        }

        return extra;
    }

    private static RequestInfo Target(string group, string resource, string name) => new()
    {
        IsResource = true,
        Path = "",
        Verb = "impersonate",
        Group = group,
        Version = "v1",
        Resource = resource,
        Name = name,
    };

    private ValueTask RequireUserAsync(UserInfo user, string name, CancellationToken cancellationToken) =>
        RequireAsync(
            user,
            UserGroups.ParseServiceAccount(name) is { } account
                ? Target("", "serviceaccounts", account.Name) with { Namespace = account.Namespace }
                : Target("", "users", name),
            cancellationToken);

    private async ValueTask RequireAsync(UserInfo user, RequestInfo request, CancellationToken cancellationToken)
    {
        var decision = await authorizer.AuthorizeAsync(user, request, cancellationToken);
        if (decision.Verdict != AuthorizationVerdict.Allow)
        {
            throw Denial.Of(user, request, decision.Reason);
        }
    }
}
