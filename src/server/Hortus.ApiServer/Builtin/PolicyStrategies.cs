using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Disruption budgets: one way to say how many.</summary>
internal sealed class BudgetStrategy : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var spec = created.Map("spec") ?? [];
        if (spec["minAvailable"] is not null && spec["maxUnavailable"] is not null)
        {
            errors.Invalid(Spec, spec, "minAvailable and maxUnavailable cannot be both set");
        }

        FieldChecks.CountOrPercent(spec, "minAvailable", Spec, errors);
        FieldChecks.CountOrPercent(spec, "maxUnavailable", Spec, errors);
    }
}

/// <summary>Leases: times run forward.</summary>
internal sealed class LeaseStrategy : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var spec = created.Map("spec") ?? [];
        if (spec.Number("leaseDurationSeconds") is <= 0 and { } duration)
        {
            errors.Invalid(Spec["leaseDurationSeconds"], duration, "must be greater than 0");
        }

        FieldChecks.NonNegative(spec, Spec, errors, "leaseTransitions");
    }
}
