namespace Hortus.Objects;

/// <summary>How a requirement compares a label with its values.</summary>
public enum LabelOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

/// <summary>One requirement on labels, checked when made.</summary>
public sealed class LabelRequirement
{
    private readonly string[] values;

    internal LabelRequirement(string key, LabelOperator comparison, IEnumerable<string> values)
    {
        Key = key;
        Operator = comparison;
        this.values = [.. values.Order(StringComparer.Ordinal)];
    }

    public string Key { get; }

    public LabelOperator Operator { get; }

    /// <summary>The values in order; empty for <c>Exists</c> and <c>DoesNotExist</c>.</summary>
    public IReadOnlyList<string> Values => values;

    /// <summary>Whether labels meet the requirement; an absent label meets <c>NotIn</c> and
    /// <c>DoesNotExist</c>.</summary>
    public bool Matches(IReadOnlyDictionary<string, string>? labels)
    {
        string? value = null;
        var present = labels is not null && labels.TryGetValue(Key, out value);
        return Operator switch
        {
            LabelOperator.In => present && Array.IndexOf(values, value) >= 0,
            LabelOperator.NotIn => !present || Array.IndexOf(values, value) < 0,
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
            LabelOperator.GreaterThan => long.TryParse(value, out var number) && number > long.Parse(values[0]),
            _ => long.TryParse(value, out var number) && number < long.Parse(values[0]),
        };
    }

    /// <summary>The text form, which parses back to an equal requirement.</summary>
    public override string ToString() => Operator switch
    {
        LabelOperator.In when values.Length == 1 => $"{Key}={values[0]}",
        LabelOperator.In => $"{Key} in ({string.Join(',', values)})",
        LabelOperator.NotIn when values.Length == 1 => $"{Key}!={values[0]}",
        LabelOperator.NotIn => $"{Key} notin ({string.Join(',', values)})",
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => "!" + Key,
        LabelOperator.GreaterThan => $"{Key}>{values[0]}",
        _ => $"{Key}<{values[0]}",
    };
}
