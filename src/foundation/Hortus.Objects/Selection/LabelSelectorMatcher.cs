namespace Hortus.Objects;

/// <summary>A label selector ready to be matched: all requirements must be met. Immutable.</summary>
public sealed class LabelSelectorMatcher
{
    private readonly LabelRequirement[] requirements;

    private LabelSelectorMatcher(bool matchesNothing, IEnumerable<LabelRequirement> requirements)
    {
        MatchesNothing = matchesNothing;
        this.requirements = [.. requirements];
    }

    /// <summary>Matches every object.</summary>
    public static LabelSelectorMatcher Everything { get; } = new(false, []);

    /// <summary>Matches no object.</summary>
    public static LabelSelectorMatcher Nothing { get; } = new(true, []);

    /// <summary>True only for a selector made from null.</summary>
    public bool MatchesNothing { get; }

    /// <summary>The requirements in the order given.</summary>
    public IReadOnlyList<LabelRequirement> Requirements => requirements;

    /// <summary>Parses the text form, <c>a=b,c!=d,e in (x,y),f notin
    /// (z),g,!h,i>1</c>; null and empty match everything.</summary>
    /// <exception cref="FormatException">The text is not a selector; the message says where.</exception>
    public static LabelSelectorMatcher Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new(false, new LabelSelectorParser(text).Parse());

    /// <summary>Makes a matcher of a typed selector: null matches nothing, an empty one everything.</summary>
    /// <exception cref="FormatException">A requirement is not valid; the message names it.</exception>
    public static LabelSelectorMatcher From(LabelSelector? selector)
    {
        if (selector is null)
        {
            return Nothing;
        }

        var equalities = (selector.MatchLabels ?? new Dictionary<string, string>())
            .OrderBy(l => l.Key, StringComparer.Ordinal)
            .Select(l => LabelSyntax.Requirement(l.Key, LabelOperator.In, [l.Value]));
        return new(false, equalities.Concat((selector.MatchExpressions ?? []).Select(FromExpression)));
    }

    /// <summary>Makes a matcher that wants each of the given labels, as the selector of a Service does.</summary>
    /// <exception cref="FormatException">A key or value is not valid.</exception>
    public static LabelSelectorMatcher FromLabels(IReadOnlyDictionary<string, string> labels) =>
        From(new LabelSelector { MatchLabels = labels });

    /// <summary>Whether labels meet all requirements; null means no labels.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels) =>
        !MatchesNothing && Array.TrueForAll(requirements, r => r.Matches(labels));

    /// <summary>The text form for the <c>labelSelector</c> query parameter; empty when everything matches.</summary>
    /// <exception cref="InvalidOperationException">The selector matches nothing, which the text form cannot
    /// say.</exception>
    public override string ToString() => MatchesNothing
        ? throw new InvalidOperationException("a selector that matches nothing has no text form")
        : string.Join(',', requirements.Select(r => r.ToString()));

    private static LabelRequirement FromExpression(LabelSelectorRequirement expression) =>
        LabelSyntax.Requirement(
            expression.Key,
            expression.Operator switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                var other => throw new FormatException(
                    $"invalid operator \"{other}\" on label \"{expression.Key}\": want In, NotIn, Exists or DoesNotExist"),
            },
            expression.Values ?? []);
}
