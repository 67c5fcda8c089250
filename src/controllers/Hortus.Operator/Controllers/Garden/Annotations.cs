using System.Text.Json.Nodes;
using Hortus.Client;

namespace Hortus.Operator;

/// <summary>Patches that touch one annotation only.</summary>
internal static class Annotations
{
    /// <summary>Takes an annotation away.</summary>
    public static Patch Remove(string name) => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = null } },
    });
}
