using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Hortus.ApiServer.Streaming;

/// <summary><c>pods/exec</c>, <c>pods/attach</c> and <c>pods/portforward</c>: an upgraded connection to the
/// kubelet.</summary>
internal sealed class UpgradeHandler(
    string subresource, IObjectReader objects, KubeletClient kubelets, IAuthorizer authorizer)
    : ISubresourceHandler
{
    private readonly StreamProxy proxy = new(kubelets.SendAsync, kubelets.Stopping);

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        // WebSocket clients come with GET: reading must not be enough to run commands.
        var needed = request.Info with { Verb = "create" };
        if ((await authorizer.AuthorizeAsync(
            request.User, needed, cancellationToken)) is { Verdict: not AuthorizationVerdict.Allow } no)
        {
            throw Denial.Of(request.User, needed, no.Reason);
        }

        if (!StreamProxy.IsUpgrade(request.Http))
        {
            throw ApiErrors.BadRequest(
                $"unable to upgrade: {subresource} needs an upgraded connection (WebSocket or SPDY/3.1)");
        }

        var target = await PodTarget.FindAsync(objects, request.Key, cancellationToken);
        var path = Path(request, target);
        var kubelet = await kubelets.FindAsync(target.Node, cancellationToken);
        await proxy.ForwardAsync(request.Http, new Uri(kubelet, path), cancellationToken);
    }

    private static bool IsTrue(string? value) => value is "1" or "true" or "True";

    private string Path(SubresourceRequest request, PodTarget target)
    {
        var asked = request.Http.Request.Query;
        var query = new QueryBuilder();
        if (subresource == "portforward")
        {
            target.RequireRunning(null);
            foreach (var port in asked["ports"])
            {
                query.Add("port", port ?? "");
            }

            return $"/portForward/{request.Key.Namespace}/{request.Key.Name}{query.ToQueryString()}";
        }

        var container = target.Container(asked["container"]);
        target.RequireRunning(container);
        foreach (var command in asked["command"])
        {
            query.Add("command", command ?? "");
        }

        foreach (var (name, kubeletName) in new[] { ("stdin", "input"), ("stdout", "output"), ("stderr", "error"),
            ("tty", "tty") })
        {
            if (IsTrue(asked[name]))
            {
                query.Add(kubeletName, "1");
            }
        }

        return $"/{subresource}/{request.Key.Namespace}/{request.Key.Name}/{container}{query.ToQueryString()}";
    }
}
