using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Reflection;
using System.Text;
using Hortus.Objects;

namespace Hortus.Cli.Flags;

/// <summary>
/// Makes the flags of a command from an options record: one property is one flag, so a setting has one home. Names are the
/// properties' in kebab-case unless <c>names</c> says otherwise; only flags that were given are set, the rest keeps the
/// record's defaults.
/// </summary>
/// <remarks>Property types: string, bool, int, long, TimeSpan, lists of strings (repeated or comma separated) and maps of
/// strings (<c>key=value</c>, repeated or comma separated).</remarks>
public sealed class FlagBinder<T> where T : class
{
    private readonly List<(PropertyInfo Property, Option<string[]> Option)> flags = [];

    /// <summary>Makes the flags.</summary>
    /// <param name="names">Flag names without dashes, by property name; an empty name leaves the property out.</param>
    /// <param name="describe">Help text of a property; null for none.</param>
    public FlagBinder(IReadOnlyDictionary<string, string>? names = null, Func<PropertyInfo, string?>? describe = null)
    {
        foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var name = names?.GetValueOrDefault(property.Name) ?? KebabCase(property.Name);
            if (name.Length == 0)
            {
                continue;
            }

            var isFlag = property.PropertyType == typeof(bool);
            flags.Add((property, new Option<string[]>("--" + name)
            {
                Description = describe?.Invoke(property),
                HelpName = HelpNameOf(property.PropertyType),
                Required = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)),
                Arity = isFlag ? ArgumentArity.ZeroOrOne : ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = false,
                CustomParser = result => [.. result.Tokens.Select(token => token.Value)],
            }));
            flags[^1].Option.Validators.Add(result => Check(property, result));
        }
    }

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        foreach (var (_, option) in flags)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The options record with what was given.</summary>
    public T Bind(ParseResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var options = Activator.CreateInstance<T>();
        foreach (var (property, option) in flags)
        {
            if (result.GetResult(option) is { Implicit: false } given)
            {
                property.SetValue(options, Convert(property.PropertyType, [.. given.Tokens.Select(token => token.Value)]));
            }
        }

        return options;
    }

    /// <summary><c>ServiceClusterIPRange</c> becomes <c>service-cluster-ip-range</c>.</summary>
    public static string KebabCase(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = char.IsUpper(name[i]) && i > 0
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    private static void Check(PropertyInfo property, OptionResult result)
    {
        try
        {
            Convert(property.PropertyType, [.. result.Tokens.Select(token => token.Value)]);
        }
        catch (FormatException fault)
        {
            result.AddError($"{result.IdentifierToken?.Value}: {fault.Message}");
        }
    }

    private static object? Convert(Type type, IReadOnlyList<string> values)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (target.IsAssignableFrom(typeof(string[])) && target != typeof(object))
        {
            return values.SelectMany(Split).ToArray();
        }

        if (target == typeof(IReadOnlyDictionary<string, string>))
        {
            return values.SelectMany(Split).Select(Pair).ToDictionary(pair => pair.Key, pair => pair.Value);
        }

        var value = values.Count > 0 ? values[^1] : "true";
        return target switch
        {
            _ when target == typeof(string) => value,
            _ when target == typeof(bool) => bool.TryParse(value, out var flag)
                ? flag
                : throw new FormatException($"want true or false, found \"{value}\""),
            _ when target == typeof(int) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new FormatException($"want a whole number, found \"{value}\""),
            _ when target == typeof(long) =>
                long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new FormatException($"want a whole number, found \"{value}\""),
            _ when target == typeof(TimeSpan) => Duration.Parse(value),
            _ when target.IsEnum => Enum.TryParse(target, value, ignoreCase: true, out var choice) && Enum.IsDefined(target, choice)
                ? choice
                : throw new FormatException($"want one of {string.Join(", ", Enum.GetNames(target))}, found \"{value}\""),
            _ => throw new InvalidOperationException($"no flag can be made of a {type.Name}"),
        };
    }

    private static IEnumerable<string> Split(string value) =>
        value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static KeyValuePair<string, string> Pair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? KeyValuePair.Create(text[..equals], text[(equals + 1)..])
            : throw new FormatException($"want key=value, found \"{text}\"");
    }

    private static string HelpNameOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { } t when t == typeof(bool) => "true|false",
        { } t when t == typeof(int) || t == typeof(long) => "number",
        { } t when t == typeof(TimeSpan) => "duration",
        { } t when t == typeof(string) => "text",
        { } t when t == typeof(IReadOnlyDictionary<string, string>) => "key=value,...",
        _ => "text,...",
    };
}
