namespace Hortus.Objects.Gardener;

/// <summary>What a garden says of itself in its ConfigMap <see cref="GardenerNames.InfoConfigMap"/>.</summary>
public static class GardenerInfo
{
    /// <summary>Key of what is said of the API server: a YAML text.</summary>
    public const string ServerKey = "gardenerAPIServer";

    /// <summary>ConfigMap of every namespace with the authority of the API server's certificate, key <c>ca.crt</c>.</summary>
    public const string RootAuthorityConfigMap = "kube-root-ca.crt";

    private const string VersionField = "version:";

    /// <summary>The text for a server of a version.</summary>
    public static string Describe(string version) => $"{VersionField} {version}\n";

    /// <summary>The version in the map's data; null when it says none.</summary>
    public static string? VersionOf(IReadOnlyDictionary<string, string>? data) =>
        data?.GetValueOrDefault(ServerKey)?.Split('\n')
            .Select(line => line.Trim())
            .FirstOrDefault(line => line.StartsWith(VersionField, StringComparison.Ordinal))?[VersionField.Length..]
            .Trim(' ', '"', '\'') is { Length: > 0 } version ? version : null;
}
