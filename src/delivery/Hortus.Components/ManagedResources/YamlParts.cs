namespace Hortus.Components;

/// <summary>Cuts a YAML text at its document markers, so that one broken document does not take the others with it.</summary>
internal static class YamlParts
{
    /// <summary>The documents as texts; those with nothing but comments are left out.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var start = 0;
        for (var line = 0; line < text.Length; line = NextLine(text, line))
        {
            if (line > start && IsMarker(text, line))
            {
                if (HasContent(text.AsSpan(start, line - start)))
                {
                    yield return text[start..line];
                }

                start = line;
            }
        }

        if (HasContent(text.AsSpan(start)))
        {
            yield return text[start..];
        }
    }

    private static int NextLine(string text, int from)
    {
        var end = text.IndexOf('\n', from);
        return end < 0 ? text.Length : end + 1;
    }

    // In a block of text every line is indented, so three dashes at the start of a line always begin a document.
    private static bool IsMarker(string text, int at) =>
        string.CompareOrdinal(text, at, "---", 0, 3) == 0 && (at + 3 == text.Length || char.IsWhiteSpace(text[at + 3]));

    private static bool HasContent(ReadOnlySpan<char> part)
    {
        foreach (var line in part.EnumerateLines())
        {
            var rest = line.StartsWith("---") ? line[3..].Trim() : line.Trim();
            if (!rest.IsEmpty && rest[0] is not ('#' or '%') && !rest.SequenceEqual("..."))
            {
                return true;
            }
        }

        return false;
    }
}
