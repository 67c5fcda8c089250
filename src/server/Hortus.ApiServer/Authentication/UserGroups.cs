namespace Hortus.ApiServer.Authentication;

/// <summary>Names of users and groups that the server itself gives.</summary>
public static class UserGroups
{
    public const string Authenticated = "system:authenticated";
    public const string Unauthenticated = "system:unauthenticated";
    public const string Nodes = "system:nodes";
    public const string NodePrefix = "system:node:";
    public const string Bootstrappers = "system:bootstrappers";
    public const string BootstrapPrefix = "system:bootstrap:";
    public const string ServiceAccounts = "system:serviceaccounts";
    public const string ServiceAccountPrefix = "system:serviceaccount:";

    /// <summary>User name of a service account.</summary>
    public static string ServiceAccountUser(string space, string name) => $"{ServiceAccountPrefix}{space}:{name}";

    /// <summary>Namespace and name of a service account's user name, or null.</summary>
    public static (string Namespace, string Name)? ParseServiceAccount(string user)
    {
        if (!user.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = user[ServiceAccountPrefix.Length..].Split(':');
        return parts is [{ Length: > 0 } space, { Length: > 0 } name] ? (space, name) : null;
    }

    /// <summary>The groups of a service account.</summary>
    public static IReadOnlyList<string> OfServiceAccount(string space) =>
        [ServiceAccounts, $"{ServiceAccounts}:{space}", Authenticated];

    /// <summary>The node whose kubelet the user is, or null.</summary>
    public static string? NodeOf(UserInfo user) =>
        user.Name.StartsWith(NodePrefix, StringComparison.Ordinal) && user.Groups.Contains(Nodes)
            ? user.Name[NodePrefix.Length..]
            : null;
}
