using System.Collections.Concurrent;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
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
/// <param name="Text">JSON or YAML.</param>
internal sealed record OutputFormat(OutputShape Shape, string MetaVersion, string Include, TextForm Text)
{
    // Clients send few different headers; anything beyond is no client's habit and is read each time.
    private const int KnownMax = 256;
    private static readonly string[] Accepted = ["application/json", "application/yaml"];
    private static readonly string[] AcceptedStreams = ["application/json", "application/json;stream=watch"];
    private static readonly ConcurrentDictionary<string, OutputFormat> Known = new(StringComparer.Ordinal);

    /// <summary>Whether metadata of a list was asked for; null when the name of the form does not say.</summary>
    public bool? OfList { get; init; }

    public static OutputFormat Plain { get; } = new(OutputShape.Object, "v1", "Metadata", TextForm.Json);

    /// <summary>Chooses the first form of the Accept header that is served.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isList">Whether the answer is a list.</param>
    /// <exception cref="ApiStatusException">406: none is.</exception>
    public static OutputFormat Negotiate(HttpRequest request, bool isList = false)
    {
        var format = Read(request) ?? throw ApiErrors.NotAcceptable(Accepted);
        if (format.OfList is { } wanted && wanted != isList)
        {
            throw ApiErrors.Make(406, StatusReason.NotAcceptable, isList
                ? "you requested PartialObjectMetadata, but the requested object is a list"
                : "you requested PartialObjectMetadataList, but the requested object is not a list");
        }

        var include = request.Query["includeObject"].ToString();
        if (include.Length > 0 && format.Shape == OutputShape.Table)
        {
            if (include is not ("Metadata" or "Object" or "None"))
            {
                throw ApiErrors.BadRequest(
                    "Unable to convert to Table as requested: "
                    + $"includeObject: Invalid value: \"{include}\": must be 'Metadata', 'Object', 'None', or empty");
            }

            format = format with { Include = include };
        }

        return format.Text == TextForm.Json && request.Query["pretty"].ToString() is "true" or "1"
            ? format with { Text = TextForm.Pretty }
            : format;
    }

    /// <summary>For answers that have no metadata and so no other form than their own.</summary>
    /// <exception cref="ApiStatusException">406: the client takes tables or metadata only.</exception>
    public static void RequirePlain(HttpRequest request)
    {
        if (Negotiate(request).Shape != OutputShape.Object && !Array.Exists(
            request.Headers.Accept.ToString().Split(','),
            type => !type.Contains("as=", StringComparison.Ordinal)
                && (type.Contains("json", StringComparison.Ordinal) || type.Contains("*/*", StringComparison.Ordinal))))
        {
            throw ApiErrors.NotAcceptable(Accepted);
        }
    }

    /// <summary>The form of a watch, which is always JSON: a stream of YAML has no end of its parts.</summary>
    /// <exception cref="ApiStatusException">406: none that is served as a stream.</exception>
    public static OutputFormat NegotiateStream(HttpRequest request)
    {
        var format = Negotiate(request);
        return format.Text switch
        {
            TextForm.Yaml => throw ApiErrors.NotAcceptable(AcceptedStreams),
            TextForm.Pretty => format with { Text = TextForm.Json },
            _ => format,
        };
    }

    /// <summary>The text form of a Status: what the client accepts, else JSON.</summary>
    public static TextForm TextOf(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("yaml", StringComparison.Ordinal)
            ? Read(request)?.Text ?? TextForm.Json
            : TextForm.Json;

    private static OutputFormat? Read(HttpRequest request)
    {
        var header = request.Headers.Accept;
        if (header.Count == 0)
        {
            return Plain;
        }

        var text = header.ToString();
        if (Known.TryGetValue(text, out var known))
        {
            return known;
        }

        if (!MediaTypeHeaderValue.TryParseList([.. header.OfType<string>()], out var wanted))
        {
            return text.Length == 0 ? Plain : null;
        }

        var format = wanted.OrderByDescending(t => t.Quality ?? 1).Select(FormOf).FirstOrDefault(f => f is not null);
        if (format is not null && Known.Count < KnownMax)
        {
            Known.TryAdd(text, format);
        }

        return format;
    }

    private static OutputFormat? FormOf(MediaTypeHeaderValue type)
    {
        if (TextOf(type.MediaType.Value) is not { } text)
        {
            return null;
        }

        var form = Parameter(type, "as");
        if (form is null)
        {
            return Plain with { Text = text };
        }

        var version = Parameter(type, "v") ?? "v1";
        if (Parameter(type, "g") != "meta.k8s.io" || version is not "v1" and not "v1beta1")
        {
            return null;
        }

        return form switch
        {
            "Table" => new OutputFormat(OutputShape.Table, version, "Metadata", text),
            "PartialObjectMetadata" or "PartialObjectMetadataList" =>
                new OutputFormat(OutputShape.PartialMetadata, version, "Metadata", text)
                {
                    OfList = form == "PartialObjectMetadataList",
                },
            _ => null,
        };
    }

    private static TextForm? TextOf(string? mediaType) => mediaType?.ToLowerInvariant() switch
    {
        "application/json" or "*/*" or "application/*" => TextForm.Json,
        "application/yaml" => TextForm.Yaml,
        _ => null,
    };

    private static string? Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Value;
}
