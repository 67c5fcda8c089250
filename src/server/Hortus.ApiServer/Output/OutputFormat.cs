using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hortus.ApiServer.Output;

/// <summary>What form of an object the client wants.</summary>
internal enum OutputShape
{
    Object,
    Table,
    PartialMetadata,
}

/// <summary>The form of an answer, from the Accept header and query.</summary>
/// <param name="Shape">Which kind of object is sent.</param>
/// <param name="MetaVersion">Version of meta.k8s.io for tables and partial metadata.</param>
/// <param name="Include">What table rows carry: Metadata, Object or None.</param>
internal sealed record OutputFormat(OutputShape Shape, string MetaVersion, string Include)
{
    private static readonly string[] Accepted = ["application/json", "application/json;stream=watch"];

    public static OutputFormat Plain { get; } = new(OutputShape.Object, "v1", "Metadata");

    /// <summary>Chooses the first form of the Accept header that is served.</summary>
    /// <exception cref="ApiStatusException">406: none is.</exception>
    public static OutputFormat Negotiate(HttpRequest request)
    {
        var header = request.Headers.Accept;
        if (header.Count == 0 || !MediaTypeHeaderValue.TryParseList([.. header.OfType<string>()], out var wanted))
        {
            return Plain;
        }

        var include = request.Query["includeObject"].ToString();
        foreach (var type in wanted.OrderByDescending(t => t.Quality ?? 1))
        {
            if (FormOf(type, include.Length == 0 ? "Metadata" : include) is { } format)
            {
                return format;
            }
        }

        throw ApiErrors.NotAcceptable(Accepted);
    }

    private static OutputFormat? FormOf(MediaTypeHeaderValue type, string include)
    {
        if (!type.MatchesMediaType("application/json") && type.MediaType != "*/*" && type.MediaType != "application/*")
        {
            return null;
        }

        var form = Parameter(type, "as");
        if (form is null)
        {
            return Plain;
        }

        var version = Parameter(type, "v") ?? "v1";
        if (Parameter(type, "g") != "meta.k8s.io" || version is not "v1" and not "v1beta1")
        {
            return null;
        }

        return form switch
        {
            "Table" => new OutputFormat(OutputShape.Table, version, include),
            "PartialObjectMetadata" or "PartialObjectMetadataList" =>
                new OutputFormat(OutputShape.PartialMetadata, version, include),
            _ => null,
        };
    }

    private static string? Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Value;
}
