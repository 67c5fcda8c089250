using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Delegation;

/// <summary>Lets the host decide who may do what, and remembers what it said for some seconds. Health is open to all.</summary>
internal sealed class DelegatedAuthorizer(IHostCluster host, TimeProvider time) : IAuthorizer
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly AnswerCache<AuthorizationDecision> answers = new(time);

    /// <inheritdoc/>
    public ValueTask<AuthorizationDecision> AuthorizeAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken)
    {
        if (!request.IsResource && IsHealth(request.Path))
        {
            return ValueTask.FromResult(AuthorizationDecision.Allow());
        }

        return answers.GetAsync(
            KeyOf(user, request), () => host.ReviewAccessAsync(user, request, cancellationToken), _ => Lifetime);
    }

    private static bool IsHealth(string path) => path.Split('/') is ["", "healthz" or "livez" or "readyz", ..];

    private static string KeyOf(UserInfo user, RequestInfo request)
    {
        IEnumerable<string?> parts =
        [
            user.Name, user.Uid, .. user.Groups, "",
            .. user.Extra.OrderBy(e => e.Key, StringComparer.Ordinal).SelectMany(e => e.Value.Prepend(e.Key)), "",
            request.Verb, request.IsResource ? null : request.Path, request.Group, request.Version, request.Resource,
            request.Subresource, request.Namespace, request.Name, "",
            .. request.SelectedFields.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => new[] { f.Key, f.Value }),
        ];
        return string.Join('\0', parts);
    }
}
