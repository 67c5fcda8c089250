using System.Collections.Immutable;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>What evaluations may still cost; shared by all rules of one object.</summary>
internal sealed class CelBudget(long total)
{
    /// <summary>Most that one evaluation may cost.</summary>
    public const long CallMax = 1_000_000;

    /// <summary>Most that all rules of one object may cost.</summary>
    public const long ObjectMax = 10_000_000;

    /// <summary>Most that the conditions of one webhook may cost.</summary>
    public const long ConditionsMax = 2_500_000;

    public long Left { get; private set; } = total;

    public void Spend(long cost) => Left -= cost;
}

/// <summary>An expression that has been checked and can be evaluated many times.</summary>
internal sealed class CelProgram
{
    private readonly CelExpression expression;

    private CelProgram(CelExpression expression, CelChecker checker)
    {
        this.expression = expression;
        Used = checker.Used;
        Cost = checker.Cost;
    }

    /// <summary>The free names that occur.</summary>
    public IReadOnlySet<string> Used { get; }

    /// <summary>The most that one evaluation can cost, as far as the types bound it.</summary>
    public double Cost { get; }

    /// <summary>Reads and checks an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="names">Types of the names that it may use.</param>
    /// <param name="result">What it must give.</param>
    /// <exception cref="CelException">It is malformed, uses what does not exist, or gives something else.</exception>
    public static CelProgram Compile(string text, ImmutableDictionary<string, CelType> names, CelType result)
    {
        var expression = CelParser.Parse(text);
        var checker = new CelChecker();
        var type = checker.Visit(expression, names);
        return result.Takes(type, [])
            ? new CelProgram(expression, checker)
            : throw new CelException($"must evaluate to {result.Name}");
    }

    /// <summary>The value.</summary>
    /// <exception cref="CelException">A field or key is missing, types do not fit, or the budget is spent.</exception>
    public object? Run(IReadOnlyDictionary<string, object?> values, CelBudget budget)
    {
        var evaluator = new CelEvaluator(values, Math.Min(CelBudget.CallMax, budget.Left));
        try
        {
            return evaluator.Evaluate(expression);
        }
        finally
        {
            budget.Spend(evaluator.Cost);
        }
    }
}
