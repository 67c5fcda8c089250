using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Output;

/// <summary>Writes objects, lists and watch events of one resource in the form a client asked for.</summary>
internal sealed class ObjectFormatter(ResourceDefinition definition, OutputFormat format, TimeProvider time)
{
    private readonly IReadOnlyList<TableColumn> columns =
        format.Shape == OutputShape.Table ? TableCells.ColumnsOf(definition) : [];
    private bool columnsSent;

    private string MetaApiVersion { get; } = $"meta.k8s.io/{format.MetaVersion}";

    /// <summary>Writes one object.</summary>
    public void WriteObject(IBufferWriter<byte> output, StoredObject value, long revision)
    {
        switch (format.Shape)
        {
            case OutputShape.Table:
                WriteTable(output, [(value, revision)], new ListMeta { ResourceVersion = Text(revision) });
                break;
            case OutputShape.PartialMetadata:
                value.WriteMetadataTo(output, MetaApiVersion, revision);
                break;
            default:
                value.WriteTo(output, definition.Kind.ApiVersion, revision);
                break;
        }
    }

    /// <summary>Writes a list, part by part.</summary>
    public async ValueTask WriteListAsync(AnswerWriter output, ObjectPage page, CancellationToken cancellationToken)
    {
        var metadata = new ListMeta
        {
            ResourceVersion = Text(page.Revision),
            Continue = page.Continue,
            RemainingItemCount = page.Remaining,
        };
        if (format.Shape == OutputShape.Table)
        {
            WriteTable(output, page.Items.Select(i => (i, i.Revision)), metadata);
            return;
        }

        WriteText(output, format.Shape == OutputShape.PartialMetadata
            ? $"{{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"{MetaApiVersion}\",\"metadata\":"
            : $"{{\"kind\":\"{definition.ListKind}\",\"apiVersion\":\"{definition.Kind.ApiVersion}\",\"metadata\":");
        output.Write(KubernetesJson.Serialize(metadata));
        output.Write(",\"items\":["u8);
        for (var i = 0; i < page.Items.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            WriteObject(output, page.Items[i], page.Items[i].Revision);
            if (output.IsFull)
            {
                await output.FlushAsync(cancellationToken);
            }
        }

        output.Write("]}"u8);
    }

    /// <summary>Writes a watch event and a line end.</summary>
    public void WriteEvent(IBufferWriter<byte> output, string type, StoredObject value, long revision)
    {
        output.Write("{\"type\":\""u8);
        WriteText(output, type);
        output.Write("\",\"object\":"u8);
        WriteObject(output, value, revision);
        output.Write("}\n"u8);
    }

    /// <summary>Writes a bookmark and a line end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="revision">Everything up to here has been sent.</param>
    /// <param name="endsInitial">Marks the end of the initial state; clients that asked for it wait for this mark.</param>
    public void WriteBookmark(IBufferWriter<byte> output, long revision, bool endsInitial)
    {
        var metadata = new JsonObject { ["resourceVersion"] = Text(revision), ["creationTimestamp"] = null };
        if (endsInitial)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        var bookmark = format.Shape switch
        {
            OutputShape.PartialMetadata => new JsonObject
            {
                ["kind"] = "PartialObjectMetadata",
                ["apiVersion"] = MetaApiVersion,
                ["metadata"] = metadata,
            },
            OutputShape.Table => TableBookmark(metadata),
            _ => new JsonObject
            {
                ["kind"] = definition.Kind.Kind,
                ["apiVersion"] = definition.Kind.ApiVersion,
                ["metadata"] = metadata,
            },
        };
        output.Write("{\"type\":\"BOOKMARK\",\"object\":"u8);
        WriteNode(output, bookmark);
        output.Write("}\n"u8);
    }

    /// <summary>Writes the event that ends a watch with an error.</summary>
    public static void WriteError(IBufferWriter<byte> output, Status status)
    {
        output.Write("{\"type\":\"ERROR\",\"object\":"u8);
        output.Write(KubernetesJson.Serialize(status));
        output.Write("}\n"u8);
    }

    // Clients read the bookmark's mark from the table's only row, as they do with objects.
    private JsonObject TableBookmark(JsonObject metadata) => new()
    {
        ["kind"] = "Table",
        ["apiVersion"] = MetaApiVersion,
        ["metadata"] = new JsonObject { ["resourceVersion"] = metadata["resourceVersion"]!.DeepClone() },
        ["columnDefinitions"] = null,
        ["rows"] = new JsonArray(new JsonObject
        {
            ["cells"] = new JsonArray([.. columns.Select(_ => (JsonNode)"")]),
            ["object"] = new JsonObject
            {
                ["kind"] = "PartialObjectMetadata",
                ["apiVersion"] = MetaApiVersion,
                ["metadata"] = metadata,
            },
        }),
    };

    private void WriteTable(
        IBufferWriter<byte> output, IEnumerable<(StoredObject Value, long Revision)> values, ListMeta metadata)
    {
        var table = new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = MetaApiVersion,
            ["metadata"] = KubernetesJson.ToNode(metadata),
            ["columnDefinitions"] = columnsSent ? null : TableCells.Describe(columns),
        };
        columnsSent = true;
        var rows = new JsonArray();
        foreach (var (value, revision) in values)
        {
            rows.Add(new JsonObject
            {
                ["cells"] = TableCells.Of(value.View(definition.Kind.ApiVersion), columns, time.GetUtcNow()),
                ["object"] = format.Include switch
                {
                    "None" => null,
                    "Object" => Whole(value, revision),
                    _ => Partial(value, revision),
                },
            });
        }

        table["rows"] = rows;
        WriteNode(output, table);
    }

    private JsonObject Whole(StoredObject value, long revision)
    {
        var whole = value.Copy(definition.Kind.ApiVersion);
        Metadata.SetText(whole, "resourceVersion", Text(revision));
        return whole;
    }

    private JsonObject Partial(StoredObject value, long revision)
    {
        var metadata = (JsonObject)value.Tree["metadata"]!.DeepClone();
        metadata["resourceVersion"] = Text(revision);
        return new JsonObject
        {
            ["kind"] = "PartialObjectMetadata",
            ["apiVersion"] = MetaApiVersion,
            ["metadata"] = metadata,
        };
    }

    private static string Text(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    private static void WriteText(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    private static void WriteNode(IBufferWriter<byte> output, JsonNode node) =>
        output.Write(JsonSerializer.SerializeToUtf8Bytes(node, KubernetesJson.Options));
}
