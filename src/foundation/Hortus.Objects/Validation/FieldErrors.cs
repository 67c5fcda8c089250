using System.Text.Json;

namespace Hortus.Objects;

/// <summary>Path of a field inside an object: <c>spec.containers[0].name</c>,
/// <c>metadata.labels[app.kubernetes.io/x]</c>.</summary>
public readonly record struct FieldPath(string Text)
{
    /// <summary>The object itself.</summary>
    public static FieldPath Root => new("");

    /// <summary>A field below this one.</summary>
    public FieldPath this[string field] => Child(field);

    /// <summary>An item of the list at this path.</summary>
    public FieldPath this[int index] => new($"{Text}[{index}]");

    /// <summary>A field below this one.</summary>
    public FieldPath Child(string field) => new(string.IsNullOrEmpty(Text) ? field : $"{Text}.{field}");

    /// <summary>An entry of the map at this path.</summary>
    public FieldPath Key(string key) => new($"{Text}[{key}]");

    public override string ToString() => Text ?? "";
}

/// <summary>Why a field is wrong; the wire names carry the prefix <c>FieldValue</c>.</summary>
public enum FieldErrorType
{
    NotFound,
    Required,
    Duplicate,
    Invalid,
    NotSupported,
    Forbidden,
    TooLong,
    TooMany,
    TypeInvalid,
}

/// <summary>One fault of an object, with its field.</summary>
public sealed record FieldError(FieldErrorType Type, FieldPath Field, string Message)
{
    /// <summary>The reason on the wire, for example <c>FieldValueInvalid</c>.</summary>
    public string Reason => "FieldValue" + Type;

    /// <summary>Field and message, as shown to users.</summary>
    public override string ToString() => $"{Field}: {Message}";
}

/// <summary>Collects the faults of an object, worded as Kubernetes words them.</summary>
public sealed class FieldErrors
{
    private readonly List<FieldError> all = [];

    /// <summary>All faults, in the order found.</summary>
    public IReadOnlyList<FieldError> All => all;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsEmpty => all.Count == 0;

    public void Required(FieldPath field, string detail = "") =>
        Add(FieldErrorType.Required, field, "Required value" + Suffix(detail));

    public void Invalid(FieldPath field, object? value, string detail) =>
        Add(FieldErrorType.Invalid, field, $"Invalid value: {Show(value)}{Suffix(detail)}");

    public void Duplicate(FieldPath field, object? value) =>
        Add(FieldErrorType.Duplicate, field, $"Duplicate value: {Show(value)}");

    public void NotFound(FieldPath field, object? value) =>
        Add(FieldErrorType.NotFound, field, $"Not found: {Show(value)}");

    public void NotSupported(FieldPath field, object? value, IEnumerable<string> supported) =>
        Add(FieldErrorType.NotSupported, field,
            $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}");

    public void Forbidden(FieldPath field, string detail) =>
        Add(FieldErrorType.Forbidden, field, "Forbidden" + Suffix(detail));

    public void TooLong(FieldPath field, int max) =>
        Add(FieldErrorType.TooLong, field, $"Too long: may not be more than {max} bytes");

    public void TooMany(FieldPath field, int count, int max) =>
        Add(FieldErrorType.TooMany, field, $"Too many: {count}: must have at most {max} items");

    public void TypeInvalid(FieldPath field, object? value, string detail) =>
        Add(FieldErrorType.TypeInvalid, field, $"Invalid value: {Show(value)}{Suffix(detail)}");

    /// <summary>Adds the faults of another list.</summary>
    public void AddRange(FieldErrors other)
    {
        ArgumentNullException.ThrowIfNull(other);
        all.AddRange(other.all);
    }

    private static string Suffix(string detail) => detail.Length == 0 ? "" : ": " + detail;

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => JsonSerializer.Serialize(text, KubernetesJson.Options),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => JsonSerializer.Serialize(value, value.GetType(), KubernetesJson.Options),
    };

    private void Add(FieldErrorType type, FieldPath field, string message) => all.Add(new FieldError(type, field, message));
}
