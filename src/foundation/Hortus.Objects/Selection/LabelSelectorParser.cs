namespace Hortus.Objects;

/// <summary>Reads the text form of label selectors.</summary>
internal sealed class LabelSelectorParser(string text)
{
    private const string Special = ",=!<>()";
    private int at;

    public List<LabelRequirement> Parse()
    {
        var found = new List<LabelRequirement>();
        while (true)
        {
            found.Add(Requirement());
            SkipBlanks();
            if (at == text.Length)
            {
                return found;
            }

            Take(',');
        }
    }

    private LabelRequirement Requirement()
    {
        SkipBlanks();
        if (Peek() == '!')
        {
            at++;
            return LabelSyntax.Requirement(Word("a label key"), LabelOperator.DoesNotExist, []);
        }

        var key = Word("a label key");
        SkipBlanks();
        switch (Peek())
        {
            case '\0' or ',':
                return LabelSyntax.Requirement(key, LabelOperator.Exists, []);
            case '=':
                at++;
                at += Peek() == '=' ? 1 : 0;
                return LabelSyntax.Requirement(key, LabelOperator.In, [Value()]);
            case '!':
                at++;
                Take('=');
                return LabelSyntax.Requirement(key, LabelOperator.NotIn, [Value()]);
            case '>':
                at++;
                return LabelSyntax.Requirement(key, LabelOperator.GreaterThan, [Value()]);
            case '<':
                at++;
                return LabelSyntax.Requirement(key, LabelOperator.LessThan, [Value()]);
            default:
                return SetRequirement(key);
        }
    }

    private LabelRequirement SetRequirement(string key)
    {
        var start = at;
        LabelOperator? comparison = Word("an operator") switch
        {
            "in" => LabelOperator.In,
            "notin" => LabelOperator.NotIn,
            _ => null,
        };
        if (comparison is null)
        {
            at = start;
            throw Wrong("want '=', '!=', 'in' or 'notin'");
        }

        Take('(');
        var values = new List<string> { Value() };
        while (SkipBlanks() == ',')
        {
            at++;
            values.Add(Value());
        }

        Take(')');
        return LabelSyntax.Requirement(key, comparison.Value, values);
    }

    private string Word(string what)
    {
        var word = Value();
        return word.Length > 0 ? word : throw Wrong($"want {what}");
    }

    private string Value()
    {
        SkipBlanks();
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && !Special.Contains(text[at], StringComparison.Ordinal))
        {
            at++;
        }

        return text[start..at];
    }

    private void Take(char wanted)
    {
        if (SkipBlanks() != wanted)
        {
            throw Wrong($"want '{wanted}'");
        }

        at++;
    }

    private char SkipBlanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return Peek();
    }

    private char Peek() => at < text.Length ? text[at] : '\0';

    private FormatException Wrong(string wanted)
    {
        var found = at < text.Length ? $"found '{text[at]}' at position {at + 1}" : "found the end";
        return new FormatException($"invalid label selector \"{text}\": {wanted}, {found}");
    }
}
