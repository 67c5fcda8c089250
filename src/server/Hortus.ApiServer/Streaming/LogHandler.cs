using System.Globalization;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Hortus.ApiServer.Streaming;

/// <summary><c>pods/log</c>: the log of a container, from its kubelet.</summary>
internal sealed class LogHandler(IObjectReader objects, KubeletClient kubelets) : ISubresourceHandler
{
    private static readonly string[] Passed =
        ["follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream"];

    private static readonly string[] Streams = ["All", "Stdout", "Stderr"];

    private static readonly ResourceKind OptionsKind =
        new() { Group = "", Version = "v1", Kind = "PodLogOptions", Plural = "pods" };

    private readonly StreamProxy proxy = new(kubelets.SendAsync, kubelets.Stopping);

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var asked = request.Http.Request.Query;
        Check(asked, request.Key.Name);
        var target = await PodTarget.FindAsync(objects, request.Key, cancellationToken);
        var container = target.Container(asked["container"]);
        target.RequireLogs(container, Flag(asked, "previous"));
        var query = new QueryBuilder();
        foreach (var name in Passed.Where(asked.ContainsKey))
        {
            query.Add(name, asked[name].ToString());
        }

        var kubelet = await kubelets.FindAsync(target.Node, cancellationToken);
        var path = $"/containerLogs/{request.Key.Namespace}/{request.Key.Name}/{container}{query.ToQueryString()}";
        await proxy.ForwardAsync(request.Http, new Uri(kubelet, path), cancellationToken);
    }

    private static bool Flag(IQueryCollection asked, string name) => asked[name].ToString() is "1" or "true";

    private static void Check(IQueryCollection asked, string pod)
    {
        var errors = new FieldErrors();
        CheckNumber(asked, "tailLines", 0, "must be greater than or equal to 0", errors);
        CheckNumber(asked, "limitBytes", 1, "must be greater than 0", errors);
        CheckNumber(asked, "sinceSeconds", 1, "must be greater than 0", errors);
        foreach (var flag in new[] { "follow", "previous", "timestamps", "insecureSkipTLSVerifyBackend" })
        {
            if (asked[flag].ToString() is not ("" or "1" or "0" or "true" or "false"))
            {
                throw ApiErrors.BadRequest($"invalid value \"{asked[flag]}\" for {flag}: want true or false");
            }
        }

        var sinceTime = asked["sinceTime"].ToString();
        if (sinceTime.Length > 0 && !DateTimeOffset.TryParse(
            sinceTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
        {
            throw ApiErrors.BadRequest($"invalid value \"{sinceTime}\" for sinceTime: want a time as RFC 3339 has it");
        }

        if (sinceTime.Length > 0 && asked["sinceSeconds"].ToString().Length > 0)
        {
            errors.Forbidden(FieldPath.Root, "at most one of `sinceTime` or `sinceSeconds` may be specified");
        }

        CheckStream(asked, errors);
        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(OptionsKind, pod, errors);
        }
    }

    private static void CheckStream(IQueryCollection asked, FieldErrors errors)
    {
        var stream = asked["stream"].ToString();
        if (stream.Length > 0 && !Streams.Contains(stream))
        {
            errors.NotSupported(FieldPath.Root["stream"], stream, Streams);
        }
        else if (stream is "Stdout" or "Stderr" && asked["tailLines"].ToString().Length > 0)
        {
            errors.Forbidden(
                FieldPath.Root, "`tailLines` and specific `stream` are mutually exclusive for now");
        }
    }

    private static void CheckNumber(
        IQueryCollection asked, string name, long least, string rule, FieldErrors errors)
    {
        var text = asked[name].ToString();
        if (text.Length == 0)
        {
            return;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw ApiErrors.BadRequest($"invalid value \"{text}\" for {name}: want a whole number");
        }

        if (value < least)
        {
            errors.Invalid(FieldPath.Root[name], value, rule);
        }
    }
}
