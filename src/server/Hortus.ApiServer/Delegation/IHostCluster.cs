using System.Security.Cryptography;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Hortus.Pki;

namespace Hortus.ApiServer.Delegation;

/// <summary>
/// The cluster in front of a server that serves only some groups: it holds users, rights, namespaces and all other kinds.
/// </summary>
public interface IHostCluster
{
    /// <summary>Whom the host lets speak for others, and whose certificates it takes; null until the host has been reached.
    /// Another instance means that it has changed.</summary>
    ClientTrust? Trust { get; }

    /// <summary>The host's objects, as this server may read them.</summary>
    IObjectReader Objects { get; }

    /// <summary>Why requests cannot be served yet; null when they can.</summary>
    string? NotReadyReason { get; }

    /// <summary>Asks the host whose a token is; null when it knows no such token.</summary>
    /// <exception cref="ApiStatusException">The host does not answer.</exception>
    ValueTask<UserInfo?> ReviewTokenAsync(string token, CancellationToken cancellationToken);

    /// <summary>Asks the host whether a user may do something.</summary>
    /// <exception cref="ApiStatusException">The host does not answer.</exception>
    ValueTask<AuthorizationDecision> ReviewAccessAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken);
}

/// <summary>What the ConfigMap <c>kube-system/extension-apiserver-authentication</c> of the host says.</summary>
public sealed record ClientTrust
{
    /// <summary>PEM of the roots of client certificates; null takes none.</summary>
    public string? ClientCa { get; init; }

    /// <summary>PEM of the roots of front proxies; null believes none.</summary>
    public string? ProxyCa { get; init; }

    /// <summary>Common names that front proxies may have; empty takes any.</summary>
    public IReadOnlyList<string> ProxyNames { get; init; } = [];

    public IReadOnlyList<string> UsernameHeaders { get; init; } = [];

    public IReadOnlyList<string> GroupHeaders { get; init; } = [];

    public IReadOnlyList<string> ExtraPrefixes { get; init; } = [];

    /// <summary>Reads the ConfigMap's data; lists are JSON.</summary>
    /// <exception cref="FormatException">A list is no JSON list of texts, or roots are no certificates in PEM; the message
    /// names the key.</exception>
    public static ClientTrust Parse(IReadOnlyDictionary<string, string> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new ClientTrust
        {
            ClientCa = Roots(data, "client-ca-file"),
            ProxyCa = Roots(data, "requestheader-client-ca-file"),
            ProxyNames = List(data, "requestheader-allowed-names"),
            UsernameHeaders = List(data, "requestheader-username-headers"),
            GroupHeaders = List(data, "requestheader-group-headers"),
            ExtraPrefixes = List(data, "requestheader-extra-headers-prefix"),
        };
    }

    private static string? Text(IReadOnlyDictionary<string, string> data, string key) =>
        data.GetValueOrDefault(key) is { Length: > 0 } text ? text : null;

    private static string? Roots(IReadOnlyDictionary<string, string> data, string key)
    {
        var pem = Text(data, key);
        try
        {
            return pem is null || Pem.ReadBundle(pem).Count > 0 ? pem : throw new FormatException($"{key}: holds no certificate");
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"{key}: {e.Message}", e);
        }
    }

    private static IReadOnlyList<string> List(IReadOnlyDictionary<string, string> data, string key)
    {
        try
        {
            return Text(data, key) is { } json
                ? System.Text.Json.JsonSerializer.Deserialize<List<string>>(json) ?? []
                : [];
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new FormatException($"{key}: {e.Message}", e);
        }
    }
}
