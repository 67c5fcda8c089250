namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Parses the Common Expression Language.</summary>
internal sealed class CelParser
{
    private const int DepthMax = 100;

    private static readonly string[][] Levels =
        [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]];

    private readonly List<CelToken> tokens;
    private int at;
    private int depth;

    private CelParser(List<CelToken> tokens) => this.tokens = tokens;

    /// <summary>Reads a whole expression.</summary>
    /// <exception cref="CelException">It has an error; the message says where.</exception>
    public static CelExpression Parse(string text)
    {
        var parser = new CelParser(new CelLexer(text).Read());
        var expression = parser.Condition();
        if (parser.Now.Kind != CelTokenKind.End)
        {
            throw new CelException($"unexpected {parser.Now.Text}", parser.Now.Position);
        }

        return expression;
    }

    private CelToken Now => tokens[at];

    private CelExpression Condition()
    {
        if (++depth > DepthMax)
        {
            throw new CelException("the expression is nested too deeply", Now.Position);
        }

        var start = Now.Position;
        var test = Binary(0);
        if (Accept("?"))
        {
            var then = Condition();
            Expect(":");
            test = new CelCondition(test, then, Condition(), start);
        }

        depth--;
        return test;
    }

    private CelExpression Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var left = Binary(level + 1);
        while (Now.Kind == CelTokenKind.Symbol && Levels[level].Contains(Now.Text))
        {
            var symbol = tokens[at++];
            left = new CelBinary(symbol.Text, left, Binary(level + 1), symbol.Position);
        }

        return left;
    }

    private CelExpression Unary()
    {
        if (Now is { Kind: CelTokenKind.Symbol, Text: "!" or "-" })
        {
            if (++depth > DepthMax)
            {
                throw new CelException("the expression is nested too deeply", Now.Position);
            }

            var symbol = tokens[at++];
            var unary = new CelUnary(symbol.Text, Unary(), symbol.Position);
            depth--;
            return unary;
        }

        var value = Primary();
        while (Now.Kind == CelTokenKind.Symbol)
        {
            var position = Now.Position;
            if (Accept("."))
            {
                value = Member(value, position);
            }
            else if (Accept("["))
            {
                var optional = Accept("?");
                var index = Condition();
                Expect("]");
                value = new CelIndex(value, index, optional, position);
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private CelExpression Member(CelExpression value, int position)
    {
        if (Accept("?"))
        {
            return new CelSelect(value, Name(), Optional: true, position);
        }

        var name = Name();
        return Accept("(") ? Call(value, name, position) : new CelSelect(value, name, Optional: false, position);
    }

    private CelExpression Call(CelExpression? of, string function, int position)
    {
        var arguments = Sequence(")", out _);
        if (of is null && function == "has")
        {
            return arguments is [CelSelect { Optional: false } select]
                ? new CelHas(select, position)
                : throw new CelException("has() takes one field selection such as has(self.field)", position);
        }

        // Some functions have a dot in their name.
        if (of is CelName space && CelFunctions.IsGlobal($"{space.Name}.{function}"))
        {
            return new CelCall(null, $"{space.Name}.{function}", arguments, position);
        }

        return of is null ? new CelCall(of, function, arguments, position)
            : Macro(of, function, arguments, position) ?? new CelCall(of, function, arguments, position);
    }

    private static CelExpression? Macro(
        CelExpression of, string function, List<CelExpression> arguments, int position)
    {
        string Variable(int index) => arguments[index] is CelName name
            ? name.Name
            : throw new CelException($"argument {index + 1} of {function}() must be a simple name", position);
        switch (function, arguments.Count)
        {
            case ("all" or "exists" or "exists_one" or "existsOne" or "filter", 2):
                return new CelMacro(of, Canonical(function), Variable(0), null, arguments[1], null, position);
            case ("all" or "exists" or "exists_one" or "existsOne", 3):
                return new CelMacro(of, Canonical(function), Variable(0), Variable(1), arguments[2], null, position);
            case ("map" or "optMap" or "optFlatMap", 2):
                return new CelMacro(of, function, Variable(0), null, null, arguments[1], position);
            case ("map", 3):
                return new CelMacro(of, function, Variable(0), null, arguments[1], arguments[2], position);
            case ("transformList" or "transformMap", 3):
                return new CelMacro(of, function, Variable(0), Variable(1), null, arguments[2], position);
            case ("transformList" or "transformMap", 4):
                return new CelMacro(of, function, Variable(0), Variable(1), arguments[2], arguments[3], position);
            case ("all" or "exists" or "exists_one" or "existsOne" or "filter" or "map", _):
                throw new CelException($"{function}() takes a variable and an expression", position);
            default:
                return null;
        }
    }

    private static string Canonical(string macro) => macro == "existsOne" ? "exists_one" : macro;

    private CelExpression Primary()
    {
        var token = Now;
        if (token.Kind == CelTokenKind.Constant)
        {
            at++;
            return new CelLiteral(token.Value, token.Position);
        }

        if (token.Kind == CelTokenKind.Name)
        {
            at++;
            return Accept("(") ? Call(null, token.Text, token.Position) : new CelName(token.Text, token.Position);
        }

        if (Accept("("))
        {
            var inner = Condition();
            Expect(")");
            return inner;
        }

        if (Accept("["))
        {
            var items = Sequence("]", out var optional);
            return new CelList(items, optional, token.Position);
        }

        return Accept("{") ? Map(token.Position) : throw new CelException($"unexpected {token.Text}", token.Position);
    }

    private CelMap Map(int position)
    {
        var entries = new List<(CelExpression, CelExpression)>();
        var optional = new HashSet<int>();
        while (!Accept("}"))
        {
            if (Accept("?"))
            {
                optional.Add(entries.Count);
            }

            var key = Condition();
            Expect(":");
            entries.Add((key, Condition()));
            if (!Accept(","))
            {
                Expect("}");
                break;
            }
        }

        return new CelMap(entries, optional, position);
    }

    private List<CelExpression> Sequence(string end, out IReadOnlySet<int> optional)
    {
        var items = new List<CelExpression>();
        var marked = new HashSet<int>();
        optional = marked;
        while (!Accept(end))
        {
            if (end == "]" && Accept("?"))
            {
                marked.Add(items.Count);
            }

            items.Add(Condition());
            if (!Accept(","))
            {
                Expect(end);
                break;
            }
        }

        return items;
    }

    private string Name() => Now.Kind == CelTokenKind.Name
        ? tokens[at++].Text
        : throw new CelException($"want a name, found {Now.Text}", Now.Position);

    private bool Accept(string symbol)
    {
        if (Now.Kind != CelTokenKind.Symbol || Now.Text != symbol)
        {
            return false;
        }

        at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Accept(symbol))
        {
            throw new CelException($"want {symbol}, found {Now.Text}", Now.Position);
        }
    }
}
