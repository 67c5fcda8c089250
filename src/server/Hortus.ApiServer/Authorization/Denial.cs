using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>Words the 403 for a request that no authorizer allowed.</summary>
public static class Denial
{
    /// <summary>The error; <paramref name="reason"/> is added when it is not empty.</summary>
    public static ApiStatusException Of(UserInfo user, RequestInfo request, string reason)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(request);
        var suffix = string.IsNullOrEmpty(reason) ? "" : ": " + reason;
        if (!request.IsResource)
        {
            return ApiErrors.Make(403, StatusReason.Forbidden,
                $"forbidden: User \"{user.Name}\" cannot {request.Verb} path \"{request.Path}\"{suffix}",
                    new StatusDetails());
        }

        var resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        var where = string.IsNullOrEmpty(request.Namespace)
            ? "at the cluster scope"
            : $"in the namespace \"{request.Namespace}\"";
        var subject = request.GroupVersionResource.GroupResource;
        if (!string.IsNullOrEmpty(request.Name))
        {
            subject += $" \"{request.Name}\"";
        }

        return ApiErrors.Make(403, StatusReason.Forbidden,
            $"{subject} is forbidden: User \"{user.Name}\" cannot {request.Verb} resource \"{resource}\" in API group "
            + $"\"{request.Group}\" {where}{suffix}",
            new StatusDetails
            {
                Name = string.IsNullOrEmpty(request.Name) ? null : request.Name,
                Group = request.Group.Length == 0 ? null : request.Group,
                Kind = request.Resource,
            });
    }
}
