using System.Text.Json.Nodes;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Patching;

/// <summary>JSON patch, RFC 6902 (<c>application/json-patch+json</c>): parsed once, applied to each version
/// tried.</summary>
public sealed class JsonPatch
{
    /// <summary>Most operations of one patch.</summary>
    public const int OperationsMax = 10_000;

    /// <summary>Most bytes that all copy operations of one patch may copy.</summary>
    public const int CopiedBytesMax = 3 * 1024 * 1024;

    private readonly List<Operation> operations;

    private JsonPatch(List<Operation> operations) => this.operations = operations;

    /// <summary>Reads the patch.</summary>
    /// <exception cref="ApiStatusException">400 malformed, 413 too many operations.</exception>
    public static JsonPatch Parse(JsonNode? body)
    {
        if (body is not JsonArray items)
        {
            throw Rejection.BadRequest("json patch: the body must be a list of operations");
        }

        if (items.Count > OperationsMax)
        {
            throw Rejection.TooLarge(
                $"Request entity too large: The allowed maximum operations in a JSON patch is {OperationsMax}, got {items.Count}");
        }

        var operations = new List<Operation>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            operations.Add(ParseOperation(items[i], i));
        }

        return new JsonPatch(operations);
    }

    /// <summary>The patched document; <paramref name="document"/> is changed in place and of no use after a
    /// failure.</summary>
    /// <exception cref="ApiStatusException">422 when an operation does not fit, 413 when copies grow too
    /// large.</exception>
    public JsonNode Apply(JsonNode document)
    {
        var copied = 0L;
        for (var i = 0; i < operations.Count; i++)
        {
            document = Apply(document, operations[i], i, ref copied);
        }

        return document;
    }

    private static Operation ParseOperation(JsonNode? item, int index)
    {
        if (item is not JsonObject fields)
        {
            throw Rejection.BadRequest($"json patch: operation {index} must be an object");
        }

        var kind = fields.At("op").Text() ?? throw Missing(index, "op");
        var path = JsonPointer.Parse(fields.At("path").Text() ?? throw Missing(index, "path"));
        switch (kind)
        {
            case "add" or "replace" or "test":
                if (!fields.TryGetPropertyValue("value", out var value))
                {
                    throw Missing(index, "value");
                }

                return new Operation(kind, path, null, value);
            case "move" or "copy":
                var from = JsonPointer.Parse(fields.At("from").Text() ?? throw Missing(index, "from"));
                return new Operation(kind, path, from, null);
            case "remove":
                return new Operation(kind, path, null, null);
            default:
                throw Rejection.BadRequest(
                    $"json patch: operation {index} is \"{kind}\", want add, remove, replace, move, copy or test");
        }
    }

    private static ApiStatusException Missing(int index, string field) =>
        Rejection.BadRequest($"json patch: operation {index} needs the string field \"{field}\"");

    private static JsonNode Apply(JsonNode document, Operation operation, int index, ref long copied)
    {
        switch (operation.Kind)
        {
            case "add":
                return Add(document, operation, operation.Value?.DeepClone(), index);
            case "replace":
                return Replace(document, operation, index);
            case "remove":
                Remove(document, operation, operation.Path, index);
                return document;
            case "test":
                Test(document, operation, index);
                return document;
            case "copy":
                var source = Source(document, operation, index)?.DeepClone();
                copied += source?.ToJsonString().Length ?? 4;
                return copied <= CopiedBytesMax
                    ? Add(document, operation, source, index)
                    : throw Rejection.TooLarge(
                        $"json patch: operation {index} makes the copied bytes exceed the limit of {CopiedBytesMax}");
            default:
                return Move(document, operation, index);
        }
    }

    private static JsonNode Move(JsonNode document, Operation operation, int index)
    {
        var from = operation.From!;
        if (operation.Path.IsBelow(from))
        {
            throw Failed(operation, index, $"\"{from.Text}\" cannot be moved into itself");
        }

        var value = Source(document, operation, index);
        if (from.Steps.Count == 0)
        {
            return document;
        }

        Remove(document, operation, from, index);
        return Add(document, operation, value, index);
    }

    private static JsonNode? Source(JsonNode document, Operation operation, int index) =>
        operation.From!.Find(document, out var value)
            ? value
            : throw Failed(operation, index, $"there is nothing at \"{operation.From.Text}\"");

    private static JsonNode Add(JsonNode document, Operation operation, JsonNode? value, int index)
    {
        if (operation.Path.Steps.Count == 0)
        {
            return value ?? throw Failed(operation, index, "the document cannot become null");
        }

        var last = operation.Path.Steps[^1];
        switch (operation.Path.Parent(document))
        {
            case JsonObject fields:
                fields[last] = value;
                return document;
            case JsonArray items when last == "-":
                items.Add(value);
                return document;
            case JsonArray items when JsonPointer.TryIndex(last, out var at) && at <= items.Count:
                items.Insert(at, value);
                return document;
            case JsonArray items:
                throw Failed(operation, index, $"\"{last}\" is no index into a list of {items.Count}");
            default:
                throw Failed(operation, index, "the parent does not exist");
        }
    }

    private static JsonNode Replace(JsonNode document, Operation operation, int index)
    {
        if (!operation.Path.Find(document, out _))
        {
            throw Failed(operation, index, "there is nothing to replace");
        }

        var value = operation.Value?.DeepClone();
        if (operation.Path.Steps.Count == 0)
        {
            return value ?? throw Failed(operation, index, "the document cannot become null");
        }

        var last = operation.Path.Steps[^1];
        if (operation.Path.Parent(document) is JsonArray items && JsonPointer.TryIndex(last, out var at))
        {
            items[at] = value;
        }
        else if (operation.Path.Parent(document) is JsonObject fields)
        {
            fields[last] = value;
        }

        return document;
    }

    private static void Remove(JsonNode document, Operation operation, JsonPointer path, int index)
    {
        if (path.Steps.Count == 0)
        {
            throw Failed(operation, index, "the whole document cannot be removed");
        }

        var last = path.Steps[^1];
        switch (path.Parent(document))
        {
            case JsonObject fields when fields.Remove(last):
                return;
            case JsonArray items when JsonPointer.TryIndex(last, out var at) && at < items.Count:
                items.RemoveAt(at);
                return;
            default:
                throw Failed(operation, index, "there is nothing to remove");
        }
    }

    private static void Test(JsonNode document, Operation operation, int index)
    {
        // A test for null also passes where nothing is: clients use it to say "only if absent".
        var found = operation.Path.Find(document, out var value);
        if ((found || operation.Value is null) && JsonTree.Same(value, operation.Value))
        {
            return;
        }

        throw Failed(operation, index, found ? "the value differs" : "there is nothing to test");
    }

    private static ApiStatusException Failed(Operation operation, int index, string why) =>
        Rejection.Unprocessable(
            $"json patch: operation {index} ({operation.Kind} \"{operation.Path.Text}\") failed: {why}");

    private sealed record Operation(string Kind, JsonPointer Path, JsonPointer? From, JsonNode? Value);
}
