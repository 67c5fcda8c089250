using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>Allows what the roles bound to the user allow; never denies by itself.</summary>
internal sealed class RbacAuthorizer(RbacIndex index) : IAuthorizer
{
    /// <summary>The kinds that the index is made of, roles first so that bindings find them.</summary>
    private static readonly ResourceKind[] Indexed =
        [Kinds.ClusterRole, Kinds.Role, Kinds.ClusterRoleBinding, Kinds.RoleBinding];

    /// <summary>What a request asks of RBAC.</summary>
    public static RbacQuery Query(RequestInfo request) => request.IsResource
        ? new RbacQuery(
            request.Verb,
            request.Group,
            request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}",
            request.OnlyName ?? "",
            "")
        : new RbacQuery(request.Verb, "", null, "", request.Path);

    /// <inheritdoc/>
    public ValueTask<AuthorizationDecision> AuthorizeAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken)
    {
        var grant = index.FindGrant(new RbacSubject(user.Name, user.Groups), request.Namespace, Query(request));
        return ValueTask.FromResult(grant is null
            ? AuthorizationDecision.NoOpinion()
            : AuthorizationDecision.Allow($"RBAC: allowed by {grant}"));
    }

    /// <summary>Brings the whole present state into the index.</summary>
    public async Task LoadAsync(IObjectReader objects, CancellationToken cancellationToken)
    {
        foreach (var kind in Indexed)
        {
            await LoadAsync(objects, kind, cancellationToken);
        }
    }

    /// <summary>Keeps the index current until cancelled.</summary>
    public Task RunAsync(IObjectReader objects, CancellationToken cancellationToken) =>
        Task.WhenAll(Indexed.Select(k => FollowAsync(objects, k, cancellationToken)));

    private async Task FollowAsync(IObjectReader objects, ResourceKind kind, CancellationToken cancellationToken)
    {
        await using var changes = objects.WatchAsync(kind, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var next = changes.MoveNextAsync().AsTask();

        // The watch is open now: what changed before it is in this list, what changes later is in the watch.
        await LoadAsync(objects, kind, cancellationToken);
        while (await next)
        {
            var key = changes.Current;
            index.Apply(kind.Kind, key, await objects.FindAsync(kind, key, cancellationToken));
            next = changes.MoveNextAsync().AsTask();
        }
    }

    private async Task LoadAsync(IObjectReader objects, ResourceKind kind, CancellationToken cancellationToken)
    {
        foreach (var current in await objects.ListAsync(kind, null, cancellationToken))
        {
            var metadata = current["metadata"]!.AsObject();
            index.Apply(
                kind.Kind,
                new ObjectKey((string?)metadata["namespace"], (string)metadata["name"]!),
                current);
        }
    }
}

/// <summary>Members of <c>system:masters</c> may do everything, whatever the mode.</summary>
internal sealed class MastersAuthorizer : IAuthorizer
{
    /// <inheritdoc/>
    public ValueTask<AuthorizationDecision> AuthorizeAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(user.Groups.Contains(UserInfo.MastersGroup)
            ? AuthorizationDecision.Allow("member of system:masters")
            : AuthorizationDecision.NoOpinion());
}

/// <summary>The modes AlwaysAllow and AlwaysDeny.</summary>
internal sealed class ConstantAuthorizer(AuthorizationDecision decision) : IAuthorizer
{
    /// <inheritdoc/>
    public ValueTask<AuthorizationDecision> AuthorizeAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken) => ValueTask.FromResult(decision);
}
