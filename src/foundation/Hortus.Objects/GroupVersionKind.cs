namespace Hortus.Objects;

/// <summary>API group (empty for the core group) and version.</summary>
public readonly record struct GroupVersion(string Group, string Version)
{
    /// <summary>Parses <c>v1</c> or <c>apps/v1</c>.</summary>
    /// <exception cref="FormatException">The text has more than one slash or an empty part.</exception>
    public static GroupVersion Parse(string apiVersion)
    {
        ArgumentNullException.ThrowIfNull(apiVersion);
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var parsed = slash < 0
            ? new GroupVersion("", apiVersion)
            : new GroupVersion(apiVersion[..slash], apiVersion[(slash + 1)..]);
        if (parsed.Version.Length == 0 || parsed.Version.Contains('/', StringComparison.Ordinal) || slash == 0)
        {
            throw new FormatException($"invalid apiVersion \"{apiVersion}\": want \"version\" or \"group/version\"");
        }

        return parsed;
    }

    /// <summary>The wire form: <c>v1</c> or <c>apps/v1</c>.</summary>
    public override string ToString() => Group.Length == 0 ? Version : $"{Group}/{Version}";
}

/// <summary>Group, version and kind: names a type of object.</summary>
public readonly record struct GroupVersionKind(string Group, string Version, string Kind)
{
    /// <summary>Group and version.</summary>
    public GroupVersion GroupVersion => new(Group, Version);

    /// <summary><c>apps/v1, Kind=Deployment</c>.</summary>
    public override string ToString() => $"{GroupVersion}, Kind={Kind}";
}

/// <summary>Group, version and plural resource name: names a URL.</summary>
public readonly record struct GroupVersionResource(string Group, string Version, string Resource)
{
    /// <summary>Group and version.</summary>
    public GroupVersion GroupVersion => new(Group, Version);

    /// <summary><c>shoots.core.gardener.cloud</c>, or the bare resource for the core group.</summary>
    public string GroupResource => Group.Length == 0 ? Resource : $"{Resource}.{Group}";

    /// <summary><c>apps/v1, Resource=deployments</c>.</summary>
    public override string ToString() => $"{GroupVersion}, Resource={Resource}";
}
