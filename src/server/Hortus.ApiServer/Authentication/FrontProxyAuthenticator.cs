using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Authentication;

/// <summary>How a front proxy names the user it has authenticated.</summary>
internal sealed record FrontProxyHeaders(
    IReadOnlyList<string> AllowedNames,
    IReadOnlyList<string> Username,
    IReadOnlyList<string> Groups,
    IReadOnlyList<string> ExtraPrefixes);

/// <summary>
/// Believes user headers from a client whose certificate comes from the front proxy's own CA. Headers of anyone else
/// are
/// removed and count for nothing.
/// </summary>
internal sealed class FrontProxyAuthenticator(CertificateVerifier? verifier, FrontProxyHeaders headers) : IAuthenticator
{
    private const string UidHeader = "X-Remote-Uid";
    private readonly string[] identityHeaders = [.. headers.Username, .. headers.Groups, UidHeader];

    /// <inheritdoc/>
    public ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var user = IsProxy(http) ? Read(http.Request.Headers) : null;
        Strip(http.Request.Headers);
        return ValueTask.FromResult(user);
    }

    private static string Unescape(string header) => Uri.UnescapeDataString(header).ToLowerInvariant();

    private bool IsProxy(HttpContext http) =>
        verifier is not null
        && http.Connection.ClientCertificate is { } certificate
        && verifier.Verify(certificate) is { } subject
        && (headers.AllowedNames.Count == 0 || headers.AllowedNames.Contains(subject.CommonName));

    private UserInfo? Read(IHeaderDictionary sent)
    {
        var name = headers.Username.Select(h => sent[h].ToString()).FirstOrDefault(v => v.Length > 0);
        if (name is null)
        {
            return null;
        }

        string[] groups = [.. headers.Groups.SelectMany(h => sent[h]).OfType<string>().Where(g => g.Length > 0)];
        var extra = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (header, values) in sent)
        {
            if (headers.ExtraPrefixes.FirstOrDefault(
                p => header.StartsWith(p, StringComparison.OrdinalIgnoreCase)) is { } prefix)
            {
                extra[Unescape(header[prefix.Length..])] = [.. values.OfType<string>()];
            }
        }

        if (!groups.Contains(UserGroups.Authenticated) && !groups.Contains(UserGroups.Unauthenticated))
        {
            groups = [.. groups, UserGroups.Authenticated];
        }

        return new UserInfo(name, groups) { Uid = sent[UidHeader].ToString(), Extra = extra };
    }

    private void Strip(IHeaderDictionary sent)
    {
        foreach (var header in identityHeaders)
        {
            sent.Remove(header);
        }

        List<string>? extra = null;
        foreach (var (header, _) in sent)
        {
            foreach (var prefix in headers.ExtraPrefixes)
            {
                if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                {
                    (extra ??= []).Add(header);
                }
            }
        }

        foreach (var header in extra ?? [])
        {
            sent.Remove(header);
        }
    }
}

/// <summary>Client certificates: the common name is the user, organizations are the groups.</summary>
internal sealed class CertificateAuthenticator(CertificateVerifier? verifier) : IAuthenticator
{
    /// <inheritdoc/>
    public ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (http.Connection.ClientCertificate is not { } certificate)
        {
            return ValueTask.FromResult<UserInfo?>(null);
        }

        if (verifier?.Verify(certificate) is { CommonName.Length: > 0 } subject)
        {
            return ValueTask.FromResult<UserInfo?>(
                new UserInfo(subject.CommonName, [.. subject.Organizations, UserGroups.Authenticated]));
        }

        // A token may still be good; without one, a bad certificate must not turn into an anonymous request.
        return BearerTokenAuthenticator.HasToken(http)
            ? ValueTask.FromResult<UserInfo?>(null)
            : throw ApiErrors.Unauthorized();
    }
}
