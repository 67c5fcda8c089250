using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Schemas.Cel;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>What conditions look at.</summary>
internal sealed record ConditionInput(JsonObject? Object, JsonObject? OldObject, JsonObject Request, CelAccess Access);

/// <summary>The expressions that must all hold for a webhook to be asked.</summary>
internal sealed class MatchConditions
{
    /// <summary>Most conditions of one webhook.</summary>
    public const int CountMax = 64;

    /// <summary>Most questions to authorizers in one evaluation.</summary>
    private const int QuestionsMax = 100;

    private static readonly ImmutableDictionary<string, CelType> Names = ImmutableDictionary<string, CelType>.Empty
        .Add("object", CelType.Dyn)
        .Add("oldObject", CelType.Dyn)
        .Add("request", CelType.Of(CelSchemas.Request)!)
        .Add("authorizer", CelType.Opaque("kubernetes.authorization.Authorizer"));

    private readonly List<(string Name, CelProgram? Program, string? Fault)> conditions = [];

    public MatchConditions(IReadOnlyList<MatchCondition> source)
    {
        foreach (var condition in source)
        {
            try
            {
                conditions.Add((condition.Name, Compile(condition.Expression), null));
            }
            catch (CelException e)
            {
                conditions.Add((condition.Name, null, e.Message));
            }
        }
    }

    public bool IsEmpty => conditions.Count == 0;

    /// <summary>Reads and checks an expression.</summary>
    /// <exception cref="CelException">It can never be evaluated.</exception>
    public static CelProgram Compile(string expression) => CelProgram.Compile(expression, Names, CelType.Bool);

    /// <summary>Whether all hold. One that does not hold outweighs others that cannot be evaluated.</summary>
    /// <returns>The answer, and what kept conditions from being evaluated (null: nothing).</returns>
    public async ValueTask<(bool Holds, string? Fault)> EvaluateAsync(
        ConditionInput input, IAuthorizer authorizer, CancellationToken cancellationToken)
    {
        var known = new Dictionary<AccessQuestion, AuthorizationDecision>();
        var names = new Dictionary<string, object?>(4, StringComparer.Ordinal)
        {
            ["object"] = CelValue.Of(input.Object),
            ["oldObject"] = CelValue.Of(input.OldObject),
            ["request"] = CelValue.Of(input.Request, CelSchemas.Request),
            ["authorizer"] = input.Access with { Known = known },
        };
        while (true)
        {
            try
            {
                return Evaluate(names);
            }
            catch (CelInterruption e) when (known.Count < QuestionsMax)
            {
                known[e.Question] = await authorizer.AuthorizeAsync(e.User, e.Question.Request, cancellationToken);
            }
        }
    }

    private (bool Holds, string? Fault) Evaluate(Dictionary<string, object?> names)
    {
        var budget = new CelBudget(CelBudget.ConditionsMax);
        string? fault = null;
        foreach (var (name, program, broken) in conditions)
        {
            try
            {
                if (program is null)
                {
                    throw new CelException(broken!);
                }

                if (!CelEvaluator.Truth(program.Run(names, budget)))
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
