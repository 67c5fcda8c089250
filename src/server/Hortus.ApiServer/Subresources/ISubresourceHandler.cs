using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Subresources;

/// <summary>Serves a subresource that is not part of the stored object: logs, exec, tokens, scale, eviction.</summary>
public interface ISubresourceHandler
{
    /// <summary>Answers an authorized request; writes the response itself.</summary>
    /// <exception cref="ApiStatusException">Becomes the answer when nothing has been written yet.</exception>
    ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken);
}

/// <summary>A request to a subresource.</summary>
/// <param name="Http">The exchange; upgrades (WebSocket, SPDY) are done on it.</param>
/// <param name="Info">What is addressed.</param>
/// <param name="Definition">The parent resource.</param>
/// <param name="User">Who asks; authorized already for verb and subresource.</param>
public sealed record SubresourceRequest(HttpContext Http, RequestInfo Info, ResourceDefinition Definition, UserInfo User)
{
    /// <summary>Key of the parent object.</summary>
    public ObjectKey Key => new(Info.Namespace, Info.Name ?? "");

    /// <summary>For ages in tables.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Asks webhooks about an object that is written through the subresource (operation update), given the
    /// kind, the new and the old object; they may change the new one in place.</summary>
    internal Func<ResourceKind, JsonObject, JsonObject, CancellationToken, ValueTask> AdmitAsync { get; init; } =
        static (_, _, _, _) => ValueTask.CompletedTask;

    /// <summary>For writes that serve this request.</summary>
    /// <exception cref="ApiStatusException">422: dryRun is not understood.</exception>
    public WriteOrigin Origin => new(
        Info.Subresource,
        FieldManagement.ManagerOf(Http.Request.Query["fieldManager"], Http.Request.Headers.UserAgent),
        DryRunOption.Parse(Http.Request.Query, Definition.Kind));

    /// <summary>Reads the body as a JSON or YAML object; null when it is empty.</summary>
    /// <exception cref="ApiStatusException">400, 413 or 415.</exception>
    public ValueTask<JsonObject?> ReadBodyAsync(CancellationToken cancellationToken) =>
        Requests.RequestBody.ReadObjectAsync(Http.Request, cancellationToken);

    /// <summary>Writes an object as the answer.</summary>
    public Task WriteAsync(int statusCode, JsonObject answer, CancellationToken cancellationToken) =>
        Requests.ResponseBody.WriteAsync(Http, statusCode, answer, cancellationToken);
}

/// <summary>Answers POST to a resource that is never stored, such as SubjectAccessReview.</summary>
public interface IVirtualResource
{
    /// <summary>Gives the answer object, sent with 201.</summary>
    /// <exception cref="ApiStatusException">The body is not acceptable.</exception>
    ValueTask<JsonObject> CreateAsync(
        JsonObject submitted, RequestInfo info, UserInfo user, WriteOrigin origin, CancellationToken cancellationToken);
}
