using System.Text.Json.Nodes;
using Hortus.Client;

namespace Hortus.Operator;

/// <summary>Patches that touch one annotation only.</summary>
internal static class Annotations
{
    /// <summary>Sets an annotation; null takes it away.</summary>
    public static Patch Set(string name, string? value) => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } },
    });
}
