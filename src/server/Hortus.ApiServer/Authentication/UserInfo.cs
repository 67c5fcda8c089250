namespace Hortus.ApiServer.Authentication;

/// <summary>Who makes a request.</summary>
/// <param name="Name">User name, for example <c>system:serviceaccount:ns:name</c>.</param>
/// <param name="Groups">Groups, with <c>system:authenticated</c> or <c>system:unauthenticated</c>.</param>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>Group whose members may do everything.</summary>
    public const string MastersGroup = "system:masters";

    /// <summary>The server itself; may do everything.</summary>
    public static UserInfo Server { get; } =
        new("system:apiserver", [MastersGroup, "system:authenticated"]);

    /// <summary>A request without credentials.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"]);

    /// <summary>Empty when the authenticator knows none.</summary>
    public string Uid { get; init; } = "";

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();
}
