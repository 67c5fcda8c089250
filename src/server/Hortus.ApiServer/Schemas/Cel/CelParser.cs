namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Parses the Common Expression Language as far as <see cref="CelFunctions"/> supports it.</summary>
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
                var index = Condition();
                Expect("]");
                value = new CelIndex(value, index, position);
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
        if (Now.Text == "?")
        {
            throw new CelException("optional field selection (.?) is not supported", position);
        }

        var name = Name();
        return Accept("(") ? Call(value, name, position) : new CelSelect(value, name, position);
    }

    private CelExpression Call(CelExpression? of, string function, int position)
    {
        var arguments = Sequence(")");
        if (of is null && function == "has")
        {
            return arguments is [CelSelect select]
                ? new CelHas(select, position)
                : throw new CelException("has() takes one field selection such as has(self.field)", position);
        }

        if (of is null || function is not ("all" or "exists" or "exists_one" or "filter" or "map"))
        {
            return new CelCall(of, function, arguments, position);
        }

        if (arguments.Count < 2 || arguments[0] is not CelName variable
            || arguments.Count > (function == "map" ? 3 : 2))
        {
            throw new CelException($"{function}() takes a variable and an expression", position);
        }

        var where = arguments.Count == 3 ? arguments[1] : null;
        return function == "map"
            ? new CelMacro(of, function, variable.Name, where, arguments[^1], position)
            : new CelMacro(of, function, variable.Name, arguments[1], null, position);
    }

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
            return new CelList(Sequence("]"), token.Position);
        }

        return Accept("{") ? Map(token.Position) : throw new CelException($"unexpected {token.Text}", token.Position);
    }

    private CelMap Map(int position)
    {
        var entries = new List<(CelExpression, CelExpression)>();
        while (!Accept("}"))
        {
            var key = Condition();
            Expect(":");
            entries.Add((key, Condition()));
            if (!Accept(","))
            {
                Expect("}");
                break;
            }
        }

        return new CelMap(entries, position);
    }

    private List<CelExpression> Sequence(string end)
    {
        var items = new List<CelExpression>();
        while (!Accept(end))
        {
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
