using System.Xml.Linq;

namespace Hortus.Cli.Flags;

/// <summary>Doc comments as help texts.</summary>
public static class HelpText
{
    /// <summary>The text of a summary on one line; options that it refers to are named by their flags.</summary>
    public static string Of(XElement summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var text = string.Concat(summary.Nodes().Select(TextOf));
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string TextOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement see when (string?)see.Attribute("langword") is { } word => word,
        XElement see when (string?)see.Attribute("cref") is { } reference =>
            (reference.StartsWith("P:", StringComparison.Ordinal) ? "--" : "")
            + FlagBinder<object>.KebabCase(reference[(reference.LastIndexOf('.') + 1)..]),
        XElement element => element.Value,
        _ => "",
    };
}
