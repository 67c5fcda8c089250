using System.Text.Json.Nodes;
using Hortus.ApiServer.Schemas.Cel;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>The expressions that must all hold for a webhook to be asked.</summary>
internal sealed class MatchConditions
{
    /// <summary>Most conditions of one webhook.</summary>
    public const int CountMax = 64;

    private readonly List<(string Name, CelExpression? Expression, string? Fault)> conditions = [];

    public MatchConditions(IReadOnlyList<MatchCondition> source)
    {
        foreach (var condition in source)
        {
            try
            {
                conditions.Add((condition.Name, CelParser.Parse(condition.Expression), null));
            }
            catch (CelException e)
            {
                conditions.Add((condition.Name, null, e.Message));
            }
        }
    }

    public bool IsEmpty => conditions.Count == 0;

    /// <summary>Checks an expression before it is stored.</summary>
    /// <exception cref="CelException">It can never be evaluated.</exception>
    public static void Check(string expression) =>
        CelChecker.Check(CelParser.Parse(expression), ["object", "oldObject", "request"]);

    /// <summary>Whether all hold. One that does not hold outweighs others that cannot be evaluated.</summary>
    /// <returns>The answer, and what kept conditions from being evaluated (null: nothing).</returns>
    public (bool Holds, string? Fault) Evaluate(JsonObject? value, JsonObject? old, JsonObject request)
    {
        var names = new Dictionary<string, object?>(3, StringComparer.Ordinal)
        {
            ["object"] = CelValue.Of(value),
            ["oldObject"] = CelValue.Of(old),
            ["request"] = CelValue.Of(request),
        };
        string? fault = null;
        foreach (var (name, expression, broken) in conditions)
        {
            try
            {
                if (expression is null)
                {
                    throw new CelException(broken!);
                }

                if (!CelEvaluator.Truth(new CelEvaluator(names).Evaluate(expression)))
                {
                    return (false, null);
                }
            }
            catch (CelException e)
            {
                fault ??= $"matchCondition \"{name}\": {e.Message}";
            }
        }

        return (fault is null, fault);
    }
}
