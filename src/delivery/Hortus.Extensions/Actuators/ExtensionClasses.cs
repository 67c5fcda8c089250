using Hortus.Objects.Gardener.Extensions;
using Hortus.Runtime;

namespace Hortus.Extensions;

/// <summary>Values of <see cref="DefaultSpec.Class"/>.</summary>
public static class ExtensionClass
{
    public const string Shoot = "shoot";
    public const string Seed = "seed";
    public const string Garden = "garden";

    /// <summary>The class of an object; one that names none is a shoot's.</summary>
    public static string Of(ExtensionObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return string.IsNullOrEmpty(value.ExtensionSpec.Class) ? Shoot : value.ExtensionSpec.Class;
    }
}

/// <summary>
/// The classes of extension objects that one instance of an extension serves. Where the runtime cluster is a seed too, two
/// instances work side by side on the same kinds: what they call themselves (leases, field managers, webhooks) has to differ.
/// </summary>
public sealed class ExtensionClasses
{
    private static readonly string[] Known = [ExtensionClass.Garden, ExtensionClass.Seed, ExtensionClass.Shoot];

    private readonly string[] classes;

    private ExtensionClasses(IEnumerable<string> classes) =>
        this.classes = [.. classes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>What an instance serves that is told nothing: shoots.</summary>
    public static ExtensionClasses Default { get; } = new([ExtensionClass.Shoot]);

    /// <summary>The classes in order of the alphabet.</summary>
    public IReadOnlyList<string> All => classes;

    /// <summary>Reads the values of <c>--extension-classes</c>; none, or only empty ones, mean <see cref="Default"/>.</summary>
    /// <exception cref="SettingException">A value is no class.</exception>
    public static ExtensionClasses Parse(IEnumerable<string>? values)
    {
        string[] given = [.. (values ?? []).Select(value => value.Trim()).Where(value => value.Length > 0)];
        return given.FirstOrDefault(value => !Known.Contains(value)) is { } unknown
            ? throw new SettingException(
                $"--extension-classes: there is no class \"{unknown}\": want one or more of {string.Join(", ", Known)}")
            : given.Length == 0 ? Default : new(given);
    }

    /// <summary>Whether objects of a class are served.</summary>
    public bool Contains(string extensionClass) => classes.Contains(extensionClass);

    /// <summary>A name that no instance with other classes has: the given one for shoots only, else followed by the
    /// classes.</summary>
    public string NameOf(string name) => this is { All: [ExtensionClass.Shoot] } ? name : $"{name}-{string.Join('-', classes)}";

    public override string ToString() => string.Join(',', classes);
}
