using System.Reflection;

namespace Hortus.Runtime;

/// <summary>The version that this program was built as.</summary>
public static class BuildVersion
{
    /// <summary>For example <c>v0.1.0</c> or <c>v0.2.0-rc.1</c>, without the revision of the sources.</summary>
    public static string Current { get; } = "v" + (typeof(BuildVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0");
}
