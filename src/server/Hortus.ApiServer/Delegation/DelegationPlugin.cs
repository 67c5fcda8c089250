using Hortus.ApiServer.Access;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;

namespace Hortus.ApiServer.Delegation;

/// <summary>Makes a server stand behind a host cluster, which says who somebody is, what they may, and which namespaces there
/// are.</summary>
public sealed class DelegationPlugin(IHostCluster host) : ApiServerPlugin
{
    /// <inheritdoc/>
    public override IEnumerable<IAuthenticator> Authenticators(ApiServerServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return [new DelegatedAuthenticator(host, services.Authorize, services.Options.AnonymousAuth, services.Time)];
    }

    /// <inheritdoc/>
    public override IEnumerable<IAuthorizer> Authorizers(ApiServerServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return [new DelegatedAuthorizer(host, services.Time)];
    }

    /// <inheritdoc/>
    public override IEnumerable<IAdmissionPlugin> AdmissionPlugins(ApiServerServices services) =>
        [new NamespaceLifecycle(host.Objects)];

    /// <inheritdoc/>
    public override IObjectReader WebhookObjects(ApiServerServices services) => host.Objects;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Func<string?>> ReadinessChecks(ApiServerServices services) =>
        new Dictionary<string, Func<string?>> { ["host-cluster"] = () => host.NotReadyReason };
}
