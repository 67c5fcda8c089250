using System.Text;

namespace Hortus.Kubelet.Pods;

/// <summary>Replaces <c>$(NAME)</c> by values; <c>$$</c> is a dollar sign, an unknown name stays as it is.</summary>
internal static class Expansion
{
    public static string Expand(string text, IReadOnlyDictionary<string, string> values)
    {
        if (!text.Contains('$'))
        {
            return text;
        }

        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var end = text[i] == '$' && i + 1 < text.Length && text[i + 1] == '(' ? text.IndexOf(')', i) : -1;
            if (text[i] == '$' && i + 1 < text.Length && text[i + 1] == '$')
            {
                result.Append('$');
                i++;
            }
            else if (end > 0 && values.TryGetValue(text[(i + 2)..end], out var value))
            {
                result.Append(value);
                i = end;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }
}
