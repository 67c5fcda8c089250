using System.Text;

namespace Hortus.Oci;

/// <summary>How to prove who asks a registry. Never shows what it holds.</summary>
public sealed class RegistryCredential
{
    private RegistryCredential()
    {
    }

    /// <summary>No proof at all.</summary>
    public static RegistryCredential Anonymous { get; } = new();

    /// <summary>User name; null when a token is used, or nothing.</summary>
    public string? UserName { get; private init; }

    /// <summary>Whether there is nothing to show.</summary>
    public bool IsAnonymous => ReferenceEquals(this, Anonymous);

    /// <summary>Password of the user. A secret.</summary>
    internal string? Password { get; private init; }

    /// <summary>Refresh token that a token server turns into others. A secret.</summary>
    internal string? IdentityToken { get; private init; }

    /// <summary>Token that the registry takes as it is. A secret.</summary>
    internal string? RegistryToken { get; private init; }

    /// <summary>User name and password.</summary>
    public static RegistryCredential OfUser(string userName, string password) =>
        new() { UserName = userName, Password = password };

    /// <summary>A refresh token.</summary>
    public static RegistryCredential OfIdentityToken(string token) => new() { IdentityToken = token };

    /// <summary>A bearer token.</summary>
    public static RegistryCredential OfRegistryToken(string token) => new() { RegistryToken = token };

    /// <summary>Whom messages name.</summary>
    public override string ToString() =>
        IsAnonymous ? "no credentials"
        : UserName is not null ? $"the credentials of user \"{UserName}\""
        : IdentityToken is not null ? "an identity token" : "a registry token";

    /// <summary>Value of the Authorization header of basic authentication; null without user.</summary>
    internal string? Basic() =>
        UserName is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}"));

    /// <summary>The secrets, for comparisons that must tell credentials apart.</summary>
    internal string Identity() => string.Join('\0', UserName, Password, IdentityToken, RegistryToken);

    /// <summary>The text without secrets, should a server repeat them.</summary>
    internal string Scrub(string text)
    {
        foreach (var secret in new[] { Password, IdentityToken, RegistryToken, Basic() })
        {
            text = secret is { Length: > 3 } ? text.Replace(secret, "***", StringComparison.Ordinal) : text;
        }

        return text;
    }
}
