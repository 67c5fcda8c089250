using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Output;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;
using Hortus.Storage;
using static Hortus.ApiServer.Registry.ColumnForms;

namespace Hortus.ApiServer.Builtin;

/// <summary>Writes scales in the form the client asks for: whole, as a table, or their metadata alone.</summary>
internal static class ScaleAnswer
{
    private static readonly ResourceDefinition Form = new()
    {
        Kind = ScaleHandler.ScaleKind,
        Schema = static () => new SchemaNode { Type = "object" },
        StoragePrefix = "",
        Columns = [Count("Desired", "spec.replicas"), Count("Available", "status.replicas"), Age],
    };

    /// <summary>Answers with 200.</summary>
    /// <exception cref="Requests.ApiStatusException">406: the client takes no form there is.</exception>
    public static async Task WriteAsync(SubresourceRequest request, JsonObject scale, CancellationToken cancellationToken)
    {
        var format = OutputFormat.Negotiate(request.Http.Request);
        if (format.Shape == OutputShape.Object)
        {
            await request.WriteAsync(200, scale, cancellationToken);
            return;
        }

        _ = long.TryParse(
            scale.Text("metadata", "resourceVersion"), NumberStyles.None, CultureInfo.InvariantCulture, out var revision);
        var value = StoredObject.Of(new StoredValue("", ObjectEncoding.Encode(scale), revision, revision));
        using var answer = new AnswerWriter(request.Http, 200, format.Text);
        new ObjectFormatter(Form, format, request.Time).WriteObject(answer, value, revision);
        await answer.CompleteAsync(cancellationToken);
    }
}
