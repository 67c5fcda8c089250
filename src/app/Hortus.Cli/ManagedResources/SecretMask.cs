using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Cli.ManagedResources;

/// <summary>
/// Puts notes in place of the values of Secrets. Equal values have equal notes, so that a change still shows; the notes are hashes
/// with a key that is forgotten with the run, so that nobody finds a weak password by trying.
/// </summary>
internal sealed class SecretMask
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The object, with notes if it is a Secret.</summary>
    public JsonObject Apply(JsonObject value)
    {
        if (value["kind"] is not JsonValue kind || kind.GetValueKind() != JsonValueKind.String || kind.GetValue<string>() != "Secret"
            || value["apiVersion"]?.ToString() != "v1")
        {
            return value;
        }

        var masked = (JsonObject)value.DeepClone();
        Mask(masked["data"] as JsonObject, isEncoded: true);
        Mask(masked["stringData"] as JsonObject, isEncoded: false);
        if (masked["metadata"]?["annotations"] is JsonObject annotations && annotations.ContainsKey(LastApplied))
        {
            annotations[LastApplied] = Note(Encoding.UTF8.GetBytes(annotations[LastApplied]?.ToString() ?? ""));
        }

        return masked;
    }

    private void Mask(JsonObject? values, bool isEncoded)
    {
        foreach (var name in values?.Select(v => v.Key).ToArray() ?? [])
        {
            var text = values![name]?.ToString() ?? "";
            var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
            values[name] = isEncoded && Convert.TryFromBase64String(text, bytes, out var length)
                ? Note(bytes.AsSpan(0, length))
                : Note(Encoding.UTF8.GetBytes(text));
        }
    }

    private string Note(ReadOnlySpan<byte> value)
    {
        var hash = Convert.ToHexStringLower(HMACSHA256.HashData(key, value))[..8];
        return string.Create(CultureInfo.InvariantCulture, $"(hidden: {value.Length} bytes, {hash})");
    }
}
