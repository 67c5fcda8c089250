using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Output;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Rest;

/// <summary>An authorized request to a resource.</summary>
internal sealed record ResourceRequest(HttpContext Http, RequestInfo Info, ResourceDefinition Definition, UserInfo User)
{
    private const int WarningCharsMax = 4096;

    // Some clients refuse answers with more than a hundred headers.
    private const int WarningsMax = 80;

    /// <summary>Key of the object addressed.</summary>
    public ObjectKey Key => Definition.Kind.Namespaced
        ? new ObjectKey(Info.Namespace ?? throw ApiErrors.BadRequest("a namespace is needed in the path"), NameIn(Info))
        : ObjectKey.Cluster(NameIn(Info));

    /// <summary>Reads the body in its media type.</summary>
    /// <exception cref="ApiStatusException">400, 413 or 415.</exception>
    public async ValueTask<DecodedBody> ReadBodyAsync(CancellationToken cancellationToken)
    {
        var bytes = await RequestBody.ReadBytesAsync(Http.Request, cancellationToken);
        return RequestDecoder.Decode(bytes.Span, Http.Request.ContentType) with { Bytes = bytes };
    }

    /// <summary>Reads the body of a create or update, which is an object and no patch.</summary>
    /// <exception cref="ApiStatusException">400, 413 or 415.</exception>
    public ValueTask<DecodedBody> ReadObjectAsync(CancellationToken cancellationToken)
    {
        RequestDecoder.RequireObjectType(Http.Request.ContentType);
        return ReadBodyAsync(cancellationToken);
    }

    /// <summary>Reads the options of a deletion from body and query.</summary>
    /// <exception cref="ApiStatusException">400, 413, 415 or 422.</exception>
    public async ValueTask<DeletionOptions> ReadDeletionAsync(CancellationToken cancellationToken)
    {
        var bytes = await RequestBody.ReadBytesAsync(Http.Request, cancellationToken);
        var body = bytes.Length == 0 ? null : RequestDecoder.Decode(bytes.Span, Http.Request.ContentType).Object;
        return DeletionOptions.Parse(body, Http.Request.Query);
    }

    /// <summary>Circumstances of a write without a decoded object.</summary>
    /// <exception cref="ApiStatusException">422: dryRun or fieldValidation is not understood.</exception>
    public WriteContext Context()
    {
        var query = Http.Request.Query;
        var options = Info.Verb switch
        {
            "create" => "CreateOptions",
            "update" => "UpdateOptions",
            "patch" => "PatchOptions",
            _ => "DeleteOptions",
        };
        CheckManager(query, options);
        return new WriteContext
        {
            Definition = Definition,
            User = User,
            Subresource = Info.Subresource,
            DryRun = DryRunOption.Parse(query, Definition.Kind, options),
            FieldManager = FieldManagement.ManagerOf(query["fieldManager"], Http.Request.Headers.UserAgent),
            FieldValidation = ParseValidation(query["fieldValidation"].ToString(), options),
            Warn = Warn,
        };
    }

    private FieldValidation ParseValidation(string parameter, string options)
    {
        if (StrictDecoding.TryParse(parameter, out var validation))
        {
            return validation;
        }

        var errors = new FieldErrors();
        errors.NotSupported(FieldPath.Root["fieldValidation"], parameter, ["", "Ignore", "Strict", "Warn"]);
        throw ApiErrors.Invalid(Definition.Kind with { Group = "meta.k8s.io", Kind = options }, "", errors);
    }

    private void CheckManager(IQueryCollection query, string options)
    {
        var isApply = Http.Request.ContentType?.StartsWith("application/apply-patch", StringComparison.OrdinalIgnoreCase) == true;
        var errors = FieldManagement.CheckManager(query["fieldManager"], options == "PatchOptions" && isApply);
        if (options == "PatchOptions" && !isApply && query.ContainsKey("force"))
        {
            errors.Forbidden(FieldPath.Root["force"], "may not be specified for non-apply patch");
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(Definition.Kind with { Group = "meta.k8s.io", Kind = options }, "", errors);
        }
    }

    /// <summary>Circumstances of a write of a decoded object.</summary>
    public WriteContext ContextOf(DecodedBody body) => Context() with { DuplicateFields = body.DuplicateFields };

    /// <summary>Writes an object as the answer.</summary>
    public async Task WriteAsync(
        int statusCode, StoredObject value, OutputFormat format, TimeProvider time, CancellationToken cancellationToken)
    {
        using var answer = new AnswerWriter(Http, statusCode, format.Text);
        new ObjectFormatter(Definition, format, time).WriteObject(answer, value, value.Revision);
        await answer.CompleteAsync(cancellationToken);
    }

    private static string NameIn(RequestInfo info) =>
        info.Name is { Length: > 0 } name && name is not "." and not ".." && !name.Contains('\0', StringComparison.Ordinal)
            ? name
            : throw ApiErrors.BadRequest("a name is needed in the path");

    /// <summary>Adds a Warning header.</summary>
    public void Warn(string text)
    {
        // A header carries ASCII alone.
        var printable = text.Where(c => !char.IsControl(c)).Select(c => c <= '~' ? c.ToString() : $"\\u{(int)c:x4}");
        var escaped = string.Concat(printable)
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        var header = $"299 - \"{escaped}\"";
        var present = Http.Response.Headers.Warning;
        if (!present.Contains(header) && present.Count < WarningsMax && present.Sum(w => w?.Length ?? 0) + header.Length <= WarningCharsMax)
        {
            Http.Response.Headers.Append("Warning", header);
        }
    }
}
