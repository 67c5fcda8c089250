using Hortus.ApiServer.Objects;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>A form of texts that has a name, such as that of a DNS label.</summary>
/// <param name="Name">Its name after <c>format.</c>.</param>
internal sealed record CelFormat(string Name)
{
    private static readonly Dictionary<string, Func<string, IReadOnlyList<string>>> All = new(StringComparer.Ordinal)
    {
        ["dns1123Label"] = text => NameRules.Label(text),
        ["dns1123Subdomain"] = text => NameRules.Subdomain(text),
        ["dns1035Label"] = text => NameRules.OldLabel(text),
        ["qualifiedName"] = NameRules.QualifiedName,
        ["dns1123LabelPrefix"] = text => NameRules.Label(NameRules.WholeOf(text)),
        ["dns1123SubdomainPrefix"] = text => NameRules.Subdomain(NameRules.WholeOf(text)),
        ["dns1035LabelPrefix"] = text => NameRules.OldLabel(NameRules.WholeOf(text)),
        ["labelValue"] = NameRules.LabelValue,
        ["uri"] = text => CelUrl.TryParse(text) is null ? [$"parse \"{text}\": invalid URI for request"] : [],
        ["uuid"] = text => Fits("uuid", text, "does not match the UUID format"),
        ["byte"] = text => Fits("byte", text, "invalid base64"),
        ["date"] = text => Fits("date", text, "invalid date"),
        ["datetime"] = text => Fits("date-time", text, "invalid datetime"),
    };

    public static IEnumerable<CelOverload> Overloads { get; } =
    [
        .. All.Keys.Select(name => CelOverload.Of($"format.{name}() namedformat", _ => new CelFormat(name))),
        CelOverload.Of("format.named(string) optional(namedformat)",
            a => All.ContainsKey((string)a[0]!) ? new CelOptional(true, new CelFormat((string)a[0]!)) : CelOptional.None),
        CelOverload.Of("namedformat.validate(string) optional(list(string))", a => ((CelFormat)a[0]!).Validate((string)a[1]!)),
    ];

    /// <summary>What is wrong with a text; nothing when it has the form.</summary>
    private CelOptional Validate(string text) => All[Name](text) is { Count: > 0 } faults
        ? new CelOptional(true, faults.Select(object? (f) => f).ToList())
        : CelOptional.None;

    private static IReadOnlyList<string> Fits(string format, string text, string fault) => Formats.Fits(format, text) ? [] : [fault];
}
