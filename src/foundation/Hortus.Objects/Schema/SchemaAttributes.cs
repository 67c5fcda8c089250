namespace Hortus.Objects;

/// <summary>The field must be present; an empty string, list or map satisfies it unless a minimum is declared
/// too.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>The allowed values of a string field.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowedValuesAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>The value that the API server fills in when the field is absent, as JSON text (<c>"\"TCP\""</c>,
/// <c>"1"</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultJsonAttribute(string json) : Attribute
{
    public string Json { get; } = json;
}

/// <summary>Bounds of a number, a string's length or a list's count, and a string's pattern and format.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConstraintAttribute : Attribute
{
    /// <summary>Smallest number; <see cref="double.NaN"/> means none.</summary>
    public double Minimum { get; init; } = double.NaN;

    /// <summary>Largest number; <see cref="double.NaN"/> means none.</summary>
    public double Maximum { get; init; } = double.NaN;

    /// <summary>Least length or count; -1 means none.</summary>
    public int MinLength { get; init; } = -1;

    /// <summary>Greatest length or count; -1 means none.</summary>
    public int MaxLength { get; init; } = -1;

    public string? Pattern { get; init; }

    public string? Format { get; init; }
}

/// <summary>A rule in CEL that the API server checks (<c>x-kubernetes-validations</c>); a rule that names <c>oldSelf</c> runs only
/// when the value was there before.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true)]
public sealed class CelRuleAttribute(string rule, string message) : Attribute
{
    public string Rule { get; } = rule;

    public string Message { get; } = message;

    /// <summary>The field that the fault is reported for, such as <c>.class</c>; null means the value itself.</summary>
    public string? FieldPath { get; init; }
}

/// <summary>A list whose items are told apart by these key fields (<c>x-kubernetes-list-type: map</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>A list of unique scalars (<c>x-kubernetes-list-type: set</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListSetAttribute : Attribute;

/// <summary>An object or map that has one owner as a whole (<c>x-kubernetes-map-type: atomic</c>).</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class AtomicMapAttribute : Attribute;

/// <summary>How a strategic merge patch treats the field.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatchStrategyAttribute : Attribute
{
    public bool Merge { get; init; }

    public bool RetainKeys { get; init; }

    /// <summary>The key field for lists of objects; null for lists of scalars.</summary>
    public string? MergeKey { get; init; }
}

/// <summary>Any JSON below this field is kept (<c>x-kubernetes-preserve-unknown-fields</c>).</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class PreserveUnknownFieldsAttribute : Attribute;

/// <summary>The field holds a whole object with apiVersion and kind (<c>x-kubernetes-embedded-resource</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EmbeddedResourceAttribute : Attribute;

/// <summary>A column of <c>kubectl get</c>.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string type, string jsonPath) : Attribute
{
    public string Name { get; } = name;

    /// <summary><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</summary>
    public string Type { get; } = type;

    public string JsonPath { get; } = jsonPath;

    /// <summary>0 is always shown, greater only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }

    public string Description { get; init; } = "";
}

/// <summary>The type's name in OpenAPI documents, where it differs from the C# name.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ComponentNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
