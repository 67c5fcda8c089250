using System.Collections.Frozen;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>The functions expressions may call; others are refused before anything is stored.</summary>
internal static class CelFunctions
{
    private static readonly FrozenDictionary<(string Name, bool IsMember, int Count), CelOverload[]> All =
        CelStandard.Overloads
            .Concat(CelStrings.Overloads)
            .Concat(CelLists.Overloads)
            .Concat(CelLibraries.Overloads)
            .Concat(CelFormat.Overloads)
            .Concat(CelVersion.Overloads)
            .Concat(CelOptionals.Overloads)
            .Concat(CelAccess.Overloads)
            .GroupBy(o => (o.Name, o.IsMember, o.Parameters.Count))
            .ToFrozenDictionary(g => g.Key, g => g.ToArray());

    private static readonly FrozenSet<string> Names =
        All.Keys.Where(k => !k.IsMember).Select(k => k.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether there is a function of this name that is no member.</summary>
    public static bool IsGlobal(string name) => Names.Contains(name);

    /// <summary>The overloads of a function; empty when there is none with so many arguments.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isMember">Whether it has a receiver.</param>
    /// <param name="count">Number of arguments, the receiver included.</param>
    public static IReadOnlyList<CelOverload> Find(string name, bool isMember, int count) =>
        All.GetValueOrDefault((name, isMember, count)) ?? [];

    /// <summary>Calls the overload that takes these values.</summary>
    /// <exception cref="CelException">There is none, or it fails.</exception>
    public static object? Call(string name, bool isMember, object?[] arguments)
    {
        foreach (var overload in Find(name, isMember, arguments.Length))
        {
            var fits = true;
            for (var i = 0; i < arguments.Length && fits; i++)
            {
                fits = overload.Parameters[i].Has(arguments[i]);
            }

            if (fits)
            {
                return overload.Run(arguments);
            }
        }

        throw new CelException(
            $"no such overload: {name}({string.Join(", ", arguments.Select(CelValue.TypeOf))})");
    }
}
