namespace Hortus.ApiServer.Authorization;

/// <summary>Short forms for the rules of <see cref="BootstrapPolicy"/>.</summary>
internal static class BootstrapRules
{
    public static readonly string[] Read = ["get", "list", "watch"];
    public static readonly string[] Write = ["create", "delete", "deletecollection", "patch", "update"];
    public static readonly string[] ReadWrite = [.. Read, .. Write];
    public static readonly string[] ReadUpdate = ["get", "list", "watch", "patch", "update"];

    /// <summary>A rule for resources of one group; the core group is "".</summary>
    public static RbacRule On(string group, string resources, params string[] verbs) =>
        new() { ApiGroups = [group], Resources = resources.Split(' '), Verbs = verbs };

    /// <summary>A rule for objects with the given names.</summary>
    public static RbacRule Named(string group, string resources, string names, params string[] verbs) =>
        new()
        {
            ApiGroups = [group],
            Resources = resources.Split(' '),
            ResourceNames = names.Split(' '),
            Verbs = verbs
        };

    /// <summary>A rule for reading paths.</summary>
    public static RbacRule Paths(params string[] urls) => new() { NonResourceUrls = urls, Verbs = ["get"] };

    /// <summary>A rule for creating reviews and their like.</summary>
    public static RbacRule Create(string group, string resources) => On(group, resources, "create");

    /// <summary>Events in both groups, as every component writes them.</summary>
    public static IEnumerable<RbacRule> Events() =>
    [
        On("", "events", "create", "patch", "update"),
        On("events.k8s.io", "events", "create", "patch", "update"),
    ];
}
