namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>How field names that expressions cannot spell are written (<c>__dash__</c>,
/// <c>__namespace__</c>).</summary>
internal static class CelNames
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
            "let", "loop",
        "package", "namespace", "return", "var", "void", "while",
    };

    /// <summary>The field's name on the wire.</summary>
    public static string Unescape(string name)
    {
        if (!name.Contains("__", StringComparison.Ordinal))
        {
            return name;
        }

        if (name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal)
            && name.Length > 4 && Keywords.Contains(name[2..^2]))
        {
            return name[2..^2];
        }

        return name.Replace("__dot__", ".", StringComparison.Ordinal)
            .Replace("__dash__", "-", StringComparison.Ordinal)
            .Replace("__slash__", "/", StringComparison.Ordinal)
            .Replace("__underscores__", "__", StringComparison.Ordinal);
    }
}
