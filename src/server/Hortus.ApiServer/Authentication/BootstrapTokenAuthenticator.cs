using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Authentication;

/// <summary>Bootstrap tokens: <c>id.secret</c>, kept in Secrets <c>kube-system/bootstrap-token-ID</c>.</summary>
internal sealed partial class BootstrapTokenAuthenticator(IObjectReader objects, TimeProvider time)
    : ITokenAuthenticator
{
    private const string SecretType = "bootstrap.kubernetes.io/token";

    /// <inheritdoc/>
    public async ValueTask<TokenOwner?> AuthenticateAsync(
        string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        if (TokenForm.Match(token) is not { Success: true } parts)
        {
            return null;
        }

        var id = parts.Groups[1].Value;
        var secret =
            await objects.FindAsync<Secret>(new ObjectKey("kube-system", $"bootstrap-token-{id}"), cancellationToken);
        if (secret is not { Type: SecretType, Data: { } data } || secret.Metadata.DeletionTimestamp is not null
            || Text(data, "token-id") != id
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(Text(data, "token-secret")), Encoding.UTF8.GetBytes(parts.Groups[2].Value))
            || Text(data, "usage-bootstrap-authentication") != "true"
            || IsExpired(Text(data, "expiration")))
        {
            throw ApiErrors.Unauthorized();
        }

        string[] groups =
            [UserGroups.Bootstrappers, .. ExtraGroups(Text(data, "auth-extra-groups")), UserGroups.Authenticated];
        return new TokenOwner(new UserInfo(UserGroups.BootstrapPrefix + id, groups), audiences);
    }

    private static string[] ExtraGroups(string list)
    {
        var groups = list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.TrueForAll(groups, GroupForm.IsMatch) ? groups : throw ApiErrors.Unauthorized();
    }

    private static string Text(IReadOnlyDictionary<string, byte[]> data, string key) =>
        data.TryGetValue(key, out var bytes) ? Encoding.UTF8.GetString(bytes) : "";

    // A time that cannot be read counts as past.
    private bool IsExpired(string expiration) => expiration.Length > 0
        && (!DateTimeOffset.TryParse(
            expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)
            || end <= time.GetUtcNow());

    [GeneratedRegex("^([a-z0-9]{6})\\.([a-z0-9]{16})\\z")]
    private static partial Regex TokenForm { get; }

    [GeneratedRegex("^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\\z")]
    private static partial Regex GroupForm { get; }
}
