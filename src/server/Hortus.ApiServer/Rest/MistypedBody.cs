using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.Rest;

/// <summary>
/// Bodies with a list where a map belongs and the like. A server with types cannot even read them, and says so before any rule
/// of the kind; whoever sent one reads of that, not of what followed from it.
/// </summary>
internal static class MistypedBody
{
    private const string Reason = "FieldValueTypeInvalid";

    /// <summary>The 400 that a refused body deserves; null when its types are right, or its kind has no types of its own.</summary>
    /// <param name="refusal">What came of the body.</param>
    /// <param name="body">The body.</param>
    /// <param name="request">The request.</param>
    public static ApiStatusException? Find(ApiStatusException refusal, DecodedBody body, ResourceRequest request)
    {
        var definition = request.Definition;
        if (refusal.Code != 422 || definition.IsCustom)
        {
            return null;
        }

        // Read again: webhooks may have changed the object since, and their mistakes are not the client's.
        var sent = RequestDecoder.Decode(body.Bytes.Span, request.Http.Request.ContentType).Object;
        var schema = definition.Schema();
        StructuralSchema.Prune(sent, schema);
        StructuralSchema.ApplyDefaults(sent, schema);
        List<string> faults =
        [
            .. StructuralSchema.Validate(sent, null, schema).All
                .Where(e => e.Reason == Reason).Select(e => e.ToString()),
        ];
        var kind = definition.Kind;
        return faults.Count == 0
            ? null
            : ApiErrors.BadRequest(
                $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {string.Join(", ", faults)}");
    }
}
