using Hortus.Client;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Tokens;

/// <summary>What a token requestor is made of.</summary>
public sealed record TokenRequestorSettings
{
    /// <summary>Of the cluster with the Secrets that ask.</summary>
    public required IControllerManager Source { get; init; }

    /// <summary>The cluster with the service accounts.</summary>
    public required IKubernetesClient Target { get; init; }

    /// <summary>Authorities that sign the certificate of the target's API server, PEM; null when the system's do.</summary>
    public string? TargetAuthority { get; init; }

    /// <summary>Class of the Secrets that are served; <c>*</c> for all.</summary>
    public required string Class { get; init; }

    /// <summary>Namespace of the Secrets that are served; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Namespace of all service accounts in the target, whatever the Secrets say, so that nobody can ask for the token of
    /// somebody else; null leaves it to the Secrets.</summary>
    public string? AccountNamespace { get; init; }

    /// <summary>After this time every Secret is looked at again even if nothing changed.</summary>
    public required TimeSpan SyncPeriod { get; init; }

    /// <summary>Says when tokens are due.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where it logs.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>For jitter. Safe for many threads.</summary>
    public required Random Random { get; init; }
}
