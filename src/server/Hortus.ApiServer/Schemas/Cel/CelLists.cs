namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>The list and set libraries.</summary>
internal static class CelLists
{
    public static IEnumerable<CelOverload> Overloads { get; } =
    [
        CelOverload.Of("list(T).isSorted() bool", a => IsSorted(Items(a[0]))),
        CelOverload.Of("list(int).sum() int", a => Sum(Items(a[0]))),
        CelOverload.Of("list(uint).sum() uint", a => Sum(Items(a[0]))),
        CelOverload.Of("list(double).sum() double", a => Sum(Items(a[0]))),
        CelOverload.Of("list(duration).sum() duration", a => Sum(Items(a[0]))),
        CelOverload.Of("list(T).min() T", a => Extreme("min", Items(a[0]), -1)),
        CelOverload.Of("list(T).max() T", a => Extreme("max", Items(a[0]), 1)),
        CelOverload.Of("list(T).indexOf(T) int", a => IndexOf(Items(a[0]), a[1], last: false)),
        CelOverload.Of("list(T).lastIndexOf(T) int", a => IndexOf(Items(a[0]), a[1], last: true)),
        CelOverload.Of("sets.contains(list(T), list(T)) bool", a => Contains(Items(a[0]), Items(a[1]))),
        CelOverload.Of("sets.equivalent(list(T), list(T)) bool",
            a => Contains(Items(a[0]), Items(a[1])) && Contains(Items(a[1]), Items(a[0]))),
        CelOverload.Of("sets.intersects(list(T), list(T)) bool",
            a => Items(a[1]).Any(wanted => Items(a[0]).Any(item => CelValue.Same(item, wanted)))),
    ];

    private static IReadOnlyList<object?> Items(object? value) => (IReadOnlyList<object?>)value!;

    private static bool Contains(IReadOnlyList<object?> items, IReadOnlyList<object?> wanted) =>
        wanted.All(w => items.Any(item => CelValue.Same(item, w)));

    private static bool IsSorted(IReadOnlyList<object?> items)
    {
        for (var i = 1; i < items.Count; i++)
        {
            if (CelOperators.Compare(items[i - 1], items[i]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static object? Sum(IReadOnlyList<object?> items) => items.Count == 0
        ? 0L
        : items.Skip(1).Aggregate(items[0], (sum, item) => CelOperators.Calculate("+", sum, item));

    private static object? Extreme(string name, IReadOnlyList<object?> items, int sign)
    {
        if (items.Count == 0)
        {
            throw new CelException($"{name} called on empty list");
        }

        var best = items[0];
        foreach (var item in items.Skip(1))
        {
            if (CelOperators.Compare(item, best) * sign > 0)
            {
                best = item;
            }
        }

        return best;
    }

    private static long IndexOf(IReadOnlyList<object?> items, object? wanted, bool last)
    {
        var found = -1L;
        for (var i = 0; i < items.Count; i++)
        {
            if (CelValue.Same(items[i], wanted))
            {
                found = i;
                if (!last)
                {
                    break;
                }
            }
        }

        return found;
    }
}
