using System.Text.RegularExpressions;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Objects.Gardener;

namespace Hortus.Gardenlet;

/// <summary>Finds the class of a fault: from the extension that reported it, else from the words of a provider.</summary>
internal static partial class ErrorCodes
{
    private static readonly string[] Final =
    [
        ErrorCode.InfraUnauthenticated, ErrorCode.InfraUnauthorized, ErrorCode.InfraDependencies, ErrorCode.InfraQuotaExceeded,
        ErrorCode.InfraRateLimitsExceeded, ErrorCode.ConfigurationProblem, ErrorCode.ProblematicWebhook,
    ];

    /// <summary>Whether an operation with this class of fault is not tried again until somebody changes the shoot.</summary>
    public static bool StopsRetries(string code) => Final.Contains(code);

    /// <summary>The classes of a fault; empty when unknown. Only what extensions report is searched for providers' words.</summary>
    public static IReadOnlyList<string> Of(Exception? error) => error switch
    {
        null => [],
        ShootConfigurationException { Retryable: true } => [ErrorCode.RetryableConfigurationProblem],
        ShootConfigurationException => [ErrorCode.ConfigurationProblem],
        ExtensionException { Codes.Count: > 0 } extension => extension.Codes,
        ExtensionException extension => Search(extension.Message),
        ManagedResourceWaitException resource => resource.Codes,
        _ => Of(error.InnerException),
    };

    private static IReadOnlyList<string> Search(string message) =>
    [
        .. from pattern in new (string Code, Regex Words)[]
            {
                (ErrorCode.InfraUnauthenticated, Unauthenticated()),
                (ErrorCode.InfraUnauthorized, Unauthorized()),
                (ErrorCode.InfraQuotaExceeded, Quota()),
                (ErrorCode.InfraRateLimitsExceeded, RateLimits()),
                (ErrorCode.InfraResourcesDepleted, Depleted()),
                (ErrorCode.InfraDependencies, Dependencies()),
            }
            where pattern.Words.IsMatch(message)
            select pattern.Code,
    ];

    [GeneratedRegex(
        "unauthenticated|authentication fail|invalid (client )?credentials|invalid (access )?(key|token)|bad credentials",
        RegexOptions.IgnoreCase)]
    private static partial Regex Unauthenticated();

    [GeneratedRegex(
        "unauthori[sz]ed|not authori[sz]ed|access denied|accessdenied|permission denied|authorization fail",
        RegexOptions.IgnoreCase)]
    private static partial Regex Unauthorized();

    [GeneratedRegex("quota ?exceeded|exceeded .{0,40}quota|limit ?exceeded|out of quota", RegexOptions.IgnoreCase)]
    private static partial Regex Quota();

    [GeneratedRegex("rate ?limit|too many requests|throttl", RegexOptions.IgnoreCase)]
    private static partial Regex RateLimits();

    [GeneratedRegex(
        "insufficient capacity|no .{0,40}capacity|out of stock|resources? (are )?(exhausted|depleted)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Depleted();

    [GeneratedRegex("still in use|in use by another|dependency ?violation|has dependent", RegexOptions.IgnoreCase)]
    private static partial Regex Dependencies();
}
