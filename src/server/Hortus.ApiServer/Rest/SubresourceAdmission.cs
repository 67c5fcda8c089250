using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Rest;

/// <summary>Asks webhooks about requests to subresources that have a handler of their own.</summary>
internal sealed class SubresourceAdmission(AdmissionChain admission, TimeProvider time)
{
    private static readonly string[] Flags = ["stdin", "stdout", "stderr", "tty"];

    /// <summary>Serves the request once the webhooks agree.</summary>
    public async ValueTask HandleAsync(
        ISubresourceHandler handler,
        ResourceRequest request,
        SubresourceDefinition subresource,
        CancellationToken cancellationToken)
    {
        var (http, info, definition, user) = request;
        var inner = new SubresourceRequest(http, info, definition, user) { Time = time };
        if (!admission.HasWebhooks)
        {
            await handler.HandleAsync(inner, cancellationToken);
            return;
        }

        if (subresource.Name is "exec" or "attach" or "portforward" or "proxy")
        {
            var (kind, options) = OptionsOf(subresource.Name, definition.Kind, http.Request, info);
            await admission.AskWebhooksAsync(
                request.Context().ForAdmission(AdmissionOperation.Connect, inner.Key, options, null) with
                {
                    ObjectKind = kind,
                },
                cancellationToken);
        }
        else if (info.Verb == "create")
        {
            await AdmitBodyAsync(request, subresource, cancellationToken);
        }

        await handler.HandleAsync(
            inner with
            {
                AdmitAsync = (kind, value, old, token) => admission.AskWebhooksAsync(
                    request.Context().ForAdmission(AdmissionOperation.Update, inner.Key, value, old) with
                    {
                        ObjectKind = kind,
                    },
                    token),
            },
            cancellationToken);
    }

    /// <summary>The handler reads the body once more, as webhooks left it.</summary>
    private async ValueTask AdmitBodyAsync(
        ResourceRequest request, SubresourceDefinition subresource, CancellationToken cancellationToken)
    {
        var http = request.Http.Request;
        var bytes = await RequestBody.ReadBytesAsync(http, cancellationToken);
        if (bytes.Length > 0)
        {
            var body = RequestDecoder.Decode(bytes.Span, http.ContentType).Object;
            var kind = subresource.Kind ?? request.Definition.Kind;
            body["kind"] ??= kind.Kind;
            body["apiVersion"] ??= kind.ApiVersion;
            await admission.AskWebhooksAsync(
                request.Context().ForAdmission(AdmissionOperation.Create, request.Key, body, null) with
                {
                    ObjectKind = kind,
                },
                cancellationToken);
            bytes = JsonSerializer.SerializeToUtf8Bytes(body, KubernetesJson.Options);
            http.ContentType = "application/json";
        }

        http.Body = new MemoryStream(bytes.ToArray());
        http.ContentLength = bytes.Length;
    }

    private static (ResourceKind Kind, JsonObject Options) OptionsOf(
        string subresource, ResourceKind parent, HttpRequest http, RequestInfo info)
    {
        var name = parent.Kind + subresource switch
        {
            "exec" => "ExecOptions",
            "attach" => "AttachOptions",
            "portforward" => "PortForwardOptions",
            _ => "ProxyOptions",
        };
        var options = new JsonObject { ["kind"] = name, ["apiVersion"] = "v1" };
        switch (subresource)
        {
            case "exec" or "attach":
                foreach (var flag in Flags.Where(f => http.Query[f].ToString() is "1" or "true" or "True"))
                {
                    options[flag] = true;
                }

                if (http.Query["container"].ToString() is { Length: > 0 } container)
                {
                    options["container"] = container;
                }

                if (http.Query["command"] is { Count: > 0 } command && subresource == "exec")
                {
                    options["command"] = ObjectTree.List(command.OfType<string>());
                }

                break;
            case "portforward":
                if (http.Query["ports"] is { Count: > 0 } ports)
                {
                    options["ports"] = new JsonArray([.. ports.OfType<string>()
                        .Select(p => int.TryParse(p, out var port) ? (JsonNode)port : (JsonNode)p)]);
                }

                break;
            default:
                options["path"] = "/" + info.SubresourcePath;
                break;
        }

        return (new ResourceKind { Group = "", Version = "v1", Kind = name, Plural = parent.Plural }, options);
    }
}
