using System.Reflection;

namespace Hortus.Components;

/// <summary>The version that the build gave everything: executable, image and charts.</summary>
public static class BuildVersion
{
    /// <summary>Without a <c>v</c> in front and without the commit.</summary>
    public static string Value { get; } =
        typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? "0.0.0";
}
