using System.Text;
using Google.Protobuf;
using Hortus.Storage.Etcd.Messages;

namespace Hortus.Storage.Etcd;

/// <summary>Between keys as text and as etcd's bytes.</summary>
internal sealed class EtcdKeys(string prefix)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Both ends of a range of all keys of a cluster.</summary>
    public static readonly ByteString Everything = ByteString.CopyFrom(0);

    /// <summary>Start of all keys of the store, with a slash at the end.</summary>
    public string Prefix { get; } = prefix.EndsWith('/') ? prefix : prefix + "/";

    public ByteString Start => ByteString.CopyFromUtf8(Prefix);

    public ByteString End => ByteString.CopyFromUtf8(RangeRequest.PrefixEnd(Prefix));

    /// <summary>The key as text; null when it is none of the store's.</summary>
    public string? Decode(ByteString key)
    {
        try
        {
            var text = Strict.GetString(key.Span);
            return text.StartsWith(Prefix, StringComparison.Ordinal) ? text : null;
        }
        catch (DecoderFallbackException)
        {
            // No server of ours or upstream's writes such a key, so none reads it either.
            return null;
        }
    }

    /// <summary>The value with its key as text; null when it is none of the store's.</summary>
    public StoredValue? Decode(KeyValue kv) => Decode(kv.Key) is { } key
        ? new StoredValue(key, kv.Value.Memory, kv.CreateRevision, kv.ModRevision)
        : null;
}
