using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Output;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Selectors;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Rest;

/// <summary>Serves authorized requests to resources.</summary>
internal sealed class ResourceHandler(
    ResourceRegistry registry, ObjectHandlers handlers, AdmissionChain admission, IAuthorizer authorizer, TimeProvider time)
{
    /// <summary>Kinds whose deletion is answered with the last state of the object.</summary>
    private static readonly HashSet<string> ReturnsDeleted =
    [
        "pods", "services", "persistentvolumes", "persistentvolumeclaims", "serviceaccounts", "resourcequotas",
        "podtemplates", "storageclasses.storage.k8s.io", "csidrivers.storage.k8s.io", "csinodes.storage.k8s.io",
        "volumeattachments.storage.k8s.io",
    ];

    private readonly ObjectStore store = handlers.Store;
    private readonly ObjectWriter writer = handlers.Writer;
    private readonly ObjectDeleter deleter = handlers.Deleter;
    private readonly WatchHandler watches = handlers.Watches;
    private readonly SubresourceAdmission admitted = new(admission, time);

    /// <summary>Serves one request.</summary>
    /// <exception cref="ApiStatusException">Becomes the answer.</exception>
    public async Task HandleAsync(HttpContext http, RequestInfo info, UserInfo user, CancellationToken cancellationToken)
    {
        var definition = registry.Find(info.GroupVersionResource) ?? throw ApiErrors.UnknownResource();
        if (!definition.Kind.Namespaced && info.Namespace is not null && info.Resource != "namespaces")
        {
            throw ApiErrors.UnknownResource();
        }

        var request = new ResourceRequest(http, info, definition, user);
        if (definition.DeprecationWarning is { } deprecated)
        {
            request.Warn(deprecated);
        }

        if (info.Subresource.Length > 0)
        {
            await HandleSubresourceAsync(request, cancellationToken);
            return;
        }

        if (!definition.Verbs.Contains(info.Verb) || (info.Name is null && info.Verb is ("update" or "patch")))
        {
            throw ApiErrors.MethodNotAllowed(definition.Kind, info.Verb);
        }

        if (definition.Virtual is not null)
        {
            await CreateVirtualAsync(request, cancellationToken);
            return;
        }

        await (info.Verb switch
        {
            "get" => GetAsync(request, cancellationToken),
            "list" => ListAsync(request, cancellationToken),
            "watch" => watches.HandleAsync(request, cancellationToken),
            "create" => CreateAsync(request, cancellationToken),
            "update" => UpdateAsync(request, cancellationToken),
            "patch" => PatchAsync(request, cancellationToken),
            "delete" => DeleteAsync(request, cancellationToken),
            "deletecollection" => DeleteCollectionAsync(request, cancellationToken),
            _ => throw ApiErrors.MethodNotAllowed(definition.Kind, info.Verb),
        });
    }

    private async Task HandleSubresourceAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var (_, info, definition, _) = request;
        if (info.Name is null || !definition.Subresources.TryGetValue(info.Subresource, out var subresource))
        {
            throw ApiErrors.UnknownResource();
        }

        if (!subresource.Verbs.Contains(info.Verb))
        {
            throw ApiErrors.MethodNotAllowed(definition.Kind, info.Verb);
        }

        if (subresource.Handler is { } handler)
        {
            await admitted.HandleAsync(handler, request, subresource, cancellationToken);
            return;
        }

        await (info.Verb switch
        {
            "get" => GetAsync(request, cancellationToken),
            "update" => UpdateAsync(request, cancellationToken),
            "patch" => PatchAsync(request, cancellationToken),
            _ => throw ApiErrors.MethodNotAllowed(definition.Kind, info.Verb),
        });
    }

    private static async Task CreateVirtualAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        OutputFormat.RequirePlain(request.Http.Request);
        var body = await request.ReadObjectAsync(cancellationToken);
        ObjectPreparation.CheckKind(body.Object, request.Definition.Kind);
        var answer = await request.Definition.Virtual!.CreateAsync(
            body.Object, request.Info, request.User, request.ContextOf(body).Origin, cancellationToken);
        await ResponseBody.WriteAsync(request.Http, 201, answer, cancellationToken);
    }

    private async Task GetAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var format = OutputFormat.Negotiate(request.Http.Request);
        var options = ListOptions.Parse(request.Http.Request.Query, isWatch: true);
        if (options.ResourceVersion is > 0 and { } version)
        {
            await store.WaitForAsync(version, cancellationToken);
        }

        var found = await store.FindAsync(request.Definition, request.Key, cancellationToken)
            ?? throw ApiErrors.NotFound(request.Definition.Kind, request.Key.Name);
        await request.WriteAsync(200, found, format, time, cancellationToken);
    }

    private async Task ListAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var format = OutputFormat.Negotiate(request.Http.Request, isList: true);
        var options = ListOptions.Parse(request.Http.Request.Query, isWatch: false);
        var selector = ObjectSelector.Parse(options, request.Definition);
        var page = await store.ListAsync(request.Definition, request.Info.Namespace, selector, options, cancellationToken);
        await WriteListAsync(request, page, format, cancellationToken);
    }

    private async Task WriteListAsync(
        ResourceRequest request, ObjectPage page, OutputFormat format, CancellationToken cancellationToken)
    {
        using var answer = new AnswerWriter(request.Http, 200, format.Text);
        await new ObjectFormatter(request.Definition, format, time).WriteListAsync(answer, page, cancellationToken);
        await answer.CompleteAsync(cancellationToken);
    }

    private async Task CreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        if (request.Info.Name is not null || IsOverNamespaces(request))
        {
            throw ApiErrors.MethodNotAllowed(request.Definition.Kind, "create");
        }

        var format = OutputFormat.Negotiate(request.Http.Request);
        var body = await request.ReadObjectAsync(cancellationToken);
        var context = request.ContextOf(body);
        Written written;
        try
        {
            written = await writer.CreateAsync(body.Object, request.Info.Namespace, context, cancellationToken);
        }
        catch (ApiStatusException e) when (MistypedBody.Find(e, body, request) is { } fault)
        {
            throw fault;
        }

        await request.WriteAsync(201, written.Object, format, time, cancellationToken);
    }

    private async Task UpdateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var format = OutputFormat.Negotiate(request.Http.Request);
        var body = await request.ReadObjectAsync(cancellationToken);
        var submitted = body.Object;
        var options = new UpdateOptions
        {
            CreateMissing = request.Definition.Strategy.AllowCreateOnUpdate,
            AuthorizeCreateAsync = token => AuthorizeCreateAsync(request, token),
        };
        Written written;
        try
        {
            written = await writer.UpdateAsync(
                request.Key,
                _ => (JsonObject)submitted.DeepClone(),
                options,
                request.ContextOf(body),
                cancellationToken);
        }
        catch (ApiStatusException e) when (MistypedBody.Find(e, body, request) is { } fault)
        {
            throw fault;
        }

        await request.WriteAsync(written.Created ? 201 : 200, written.Object, format, time, cancellationToken);
    }

    private async Task PatchAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var format = OutputFormat.Negotiate(request.Http.Request);
        var mediaType = request.Http.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() ?? "";
        var kind = PatchKinds.Parse(mediaType, request.Definition);
        var body = await request.ReadBodyAsync(cancellationToken);
        var context = request.ContextOf(body);
        var options = new UpdateOptions
        {
            IsPatch = true,
            IsApply = kind == PatchKind.Apply,
            CreateMissing = kind == PatchKind.Apply,
            AuthorizeCreateAsync = token => AuthorizeCreateAsync(request, token),
        };
        var change = PatchKinds.ChangeOf(kind, body, request.Http.Request.Query, context, time);
        var written = await writer.UpdateAsync(request.Key, change, options, context, cancellationToken);
        await request.WriteAsync(written.Created ? 201 : 200, written.Object, format, time, cancellationToken);
    }

    /// <summary>Who updates or applies what is not there creates it, which is a right of its own.</summary>
    private async ValueTask AuthorizeCreateAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var creation = request.Info with { Verb = "create" };
        var decision = await authorizer.AuthorizeAsync(request.User, creation, cancellationToken);
        if (decision.Verdict != AuthorizationVerdict.Allow)
        {
            throw Denial.Of(request.User, creation, decision.Reason);
        }
    }

    private async Task DeleteAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var format = OutputFormat.Negotiate(request.Http.Request);
        var options = await request.ReadDeletionAsync(cancellationToken);
        var context = request.Context() with { DryRun = options.DryRun };
        var written = await deleter.DeleteAsync(request.Key, options, context, cancellationToken);
        if (!written.Removed || ReturnsDeleted.Contains(request.Definition.GroupResource))
        {
            await request.WriteAsync(200, written.Object, format, time, cancellationToken);
            return;
        }

        var kind = request.Definition.Kind;
        var status = new Status
        {
            Outcome = "Success",
            Details = new StatusDetails
            {
                Name = request.Key.Name,
                Group = kind.Group.Length == 0 ? null : kind.Group,
                Kind = kind.Plural,
                Uid = Metadata.Text(written.Object.Tree, "uid"),
            },
        };
        await ResponseBody.WriteAsync(request.Http, status, cancellationToken);
    }

    /// <summary>Namespaced objects are listed and watched over all namespaces, but not written.</summary>
    private static bool IsOverNamespaces(ResourceRequest request) =>
        request.Definition.Kind.Namespaced && request.Info.Namespace is null;

    private async Task DeleteCollectionAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        if (IsOverNamespaces(request))
        {
            throw ApiErrors.MethodNotAllowed(request.Definition.Kind, "deletecollection");
        }

        var format = OutputFormat.Negotiate(request.Http.Request, isList: true);
        var deletion = await request.ReadDeletionAsync(cancellationToken);
        var options = ListOptions.Parse(request.Http.Request.Query, isWatch: false);
        var selector = ObjectSelector.Parse(options, request.Definition);
        var page = await store.ListAsync(request.Definition, request.Info.Namespace, selector, options, cancellationToken);
        var context = request.Context() with { DryRun = deletion.DryRun };
        var deleted = new List<StoredObject>(page.Items.Count);
        foreach (var item in page.Items)
        {
            try
            {
                var key = new ObjectKey(Metadata.Text(item.Tree, "namespace"), Metadata.Name(item.Tree));
                var written = await deleter.DeleteAsync(key, deletion, context, cancellationToken);
                deleted.Add(written.Object);
            }
            catch (ApiStatusException e) when (e.Reason == StatusReason.NotFound)
            {
                // Somebody else deleted it, which is what was asked for.
            }
        }

        await WriteListAsync(request, page with { Items = deleted }, format, cancellationToken);
    }
}

/// <summary>What resources are read and written with.</summary>
internal sealed record ObjectHandlers(
    ObjectStore Store, ObjectWriter Writer, ObjectDeleter Deleter, WatchHandler Watches);
