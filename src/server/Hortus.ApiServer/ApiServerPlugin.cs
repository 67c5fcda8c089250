using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Registry;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer;

/// <summary>
/// A part that adds to the server: resources, strategies, authentication, authorization, admission, background work. The
/// built-in kinds' own rules are one plug-in, the gardener API group is another.
/// </summary>
public abstract class ApiServerPlugin
{
    /// <summary>Resources served besides the built-in ones.</summary>
    public virtual IEnumerable<ResourceDefinition> Resources(ApiServerServices services) => [];

    /// <summary>Gives strategy, columns, selectable fields and subresources to a built-in resource.</summary>
    public virtual ResourceDefinition Customize(ResourceDefinition definition, ApiServerServices services) => definition;

    /// <summary>Asked in order of plug-ins and lists; the first user wins.</summary>
    public virtual IEnumerable<IAuthenticator> Authenticators(ApiServerServices services) => [];

    /// <summary>Asked in order; the first that allows or denies wins.</summary>
    public virtual IEnumerable<IAuthorizer> Authorizers(ApiServerServices services) => [];

    public virtual IEnumerable<IAdmissionPlugin> AdmissionPlugins(ApiServerServices services) => [];

    /// <summary>Where webhook configurations, namespaces and the webhooks' services are read when that is not this
    /// server (an aggregated one obeys those of its host); null for this server.</summary>
    public virtual IObjectReader? WebhookObjects(ApiServerServices services) => null;

    /// <summary>Non-resource paths (<c>/openid/v1/jwks</c>) and their answers.</summary>
    public virtual IReadOnlyDictionary<string, Microsoft.AspNetCore.Http.RequestDelegate> Paths(ApiServerServices services) =>
        new Dictionary<string, Microsoft.AspNetCore.Http.RequestDelegate>();

    /// <summary>Why the server is not ready, by the name of the check; null is ready. Asked for each <c>/readyz</c>.</summary>
    public virtual IReadOnlyDictionary<string, Func<string?>> ReadinessChecks(ApiServerServices services) =>
        new Dictionary<string, Func<string?>>();

    /// <summary>Runs before the server is ready: creates objects that must exist (bootstrap roles, namespaces).</summary>
    public virtual Task BootstrapAsync(ApiServerServices services, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Background work until cancelled.</summary>
    public virtual Task RunAsync(ApiServerServices services, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What plug-ins may use.</summary>
/// <param name="Options">The server's options.</param>
/// <param name="Registry">Resources served.</param>
/// <param name="Objects">The server's own objects.</param>
/// <param name="Time">Clock.</param>
/// <param name="LoggerFactory">Loggers.</param>
/// <param name="Authorize">Asks all authorizers in order; for reviews and checks inside plug-ins.</param>
public sealed record ApiServerServices(
    ApiServerOptions Options,
    ResourceRegistry Registry,
    IObjectAccess Objects,
    TimeProvider Time,
    ILoggerFactory LoggerFactory,
    IAuthorizer Authorize)
{
    /// <summary>Asks all authenticators in order; null when none knows the request's credentials.</summary>
    public required IAuthenticator Authenticate { get; init; }

    /// <summary>
    /// Whether Kubernetes' own kinds are served, with custom resources and APIServices. A server that stands behind another one
    /// leaves them to it.
    /// </summary>
    public bool ServesBuiltInKinds { get; init; } = true;

    /// <summary>Whether requests for groups that APIServices name are passed on; false serves what is here alone.</summary>
    public bool Aggregates { get; init; } = true;

    /// <summary>What <c>/metrics</c> shows.</summary>
    public MetricRegistry Metrics { get; init; } = new();
}
