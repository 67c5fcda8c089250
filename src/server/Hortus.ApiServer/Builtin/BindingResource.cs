using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary><c>POST .../bindings</c>, the older way to bind a pod: the pod is named in the body.</summary>
internal sealed class BindingResource(BindingHandler bindings) : IVirtualResource
{
    /// <inheritdoc/>
    public async ValueTask<JsonObject> CreateAsync(
        JsonObject submitted, RequestInfo info, UserInfo user, WriteOrigin origin, CancellationToken cancellationToken)
    {
        var name = submitted.Name;
        if (info.Namespace is not { } space)
        {
            throw ApiErrors.MethodNotAllowed(BindingHandler.BindingKind, "create");
        }

        if (name.Length == 0)
        {
            throw ApiErrors.BadRequest("name must be provided");
        }

        await bindings.BindAsync(new ObjectKey(space, name), submitted, origin, cancellationToken);
        return BindingHandler.Success();
    }
}
