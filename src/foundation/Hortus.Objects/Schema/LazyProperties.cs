using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Hortus.Objects;

/// <summary>Fields that are built when one is asked for. Safe for several threads; may build twice, with equal
/// results.</summary>
internal sealed class LazyProperties(Func<Dictionary<string, SchemaNode>> build) : IReadOnlyDictionary<string, SchemaNode>
{
    private Dictionary<string, SchemaNode>? built;

    public int Count => All.Count;

    public IEnumerable<string> Keys => All.Keys;

    public IEnumerable<SchemaNode> Values => All.Values;

    private Dictionary<string, SchemaNode> All => built ??= build();

    public SchemaNode this[string key] => All[key];

    public bool ContainsKey(string key) => All.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out SchemaNode value) => All.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, SchemaNode>> GetEnumerator() => All.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
