namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>The library of optional values.</summary>
internal static class CelOptionals
{
    public static IEnumerable<CelOverload> Overloads { get; } =
    [
        CelOverload.Of("optional.of(T) optional(T)", a => new CelOptional(true, a[0])),
        CelOverload.Of("optional.none() optional(T)", _ => CelOptional.None),
        CelOverload.Of("optional.ofNonZeroValue(T) optional(T)",
            a => IsZero(a[0]) ? CelOptional.None : new CelOptional(true, a[0])),
        CelOverload.Of("optional(T).hasValue() bool", a => ((CelOptional)a[0]!).HasValue),
        CelOverload.Of("optional(T).value() T", a => a[0] is CelOptional { HasValue: true } o
            ? o.Value : throw new CelException("optional.none() dereference")),
        CelOverload.Of("optional(T).or(optional(T)) optional(T)",
            a => a[0] is CelOptional { HasValue: true } ? a[0] : a[1]),
        CelOverload.Of("optional(T).orValue(T) T", a => a[0] is CelOptional { HasValue: true } o ? o.Value : a[1]),
    ];

    private static bool IsZero(object? value) => value switch
    {
        null or false or 0L or 0UL or 0d or "" => true,
        byte[] bytes => bytes.Length == 0,
        TimeSpan duration => duration == TimeSpan.Zero,
        IReadOnlyList<object?> items => items.Count == 0,
        _ => CelValue.IsMap(value) && CelValue.SizeOf(value) == 0,
    };
}
