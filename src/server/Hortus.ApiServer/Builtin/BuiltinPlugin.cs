using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Aggregation;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Streaming;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Builtin;

/// <summary>
/// The rules of Kubernetes' own kinds: who may come in and do what, admission, strategies, subresources, and the
/// objects
/// that every cluster starts with.
/// </summary>
/// <param name="dialer">Way to the nodes; null dials directly.</param>
public sealed class BuiltinPlugin(INodeDialer? dialer = null) : ApiServerPlugin
{
    private readonly Lock gate = new();
    private BuiltinParts? parts;
    private AggregatedRoles? aggregated;

    /// <inheritdoc/>
    public override IEnumerable<ResourceDefinition> Resources(ApiServerServices services)
    {
        var own = Parts(services);
        return
        [
            .. ReviewResources.Create(
                services.Authorize,
                own.Index,
                services.Options.AuthorizationMode.Contains("AlwaysAllow"),
                own.TokenAuthenticators,
                own.ApiAudiences),
            ReviewResources.Define(
                BindingHandler.BindingKind with { Namespaced = true },
                new BindingResource(new BindingHandler(services.Objects, services.Time))) with
            {
                Schema = ReviewResources.BindingSchema,
            },
        ];
    }

    /// <inheritdoc/>
    public override ResourceDefinition Customize(ResourceDefinition definition, ApiServerServices services)
    {
        var own = Parts(services);
        var added = BuiltinSubresources.Of(definition.Kind, services, own);
        var fields = BuiltinFields.Of(definition.Kind);
        return definition with
        {
            Strategy = BuiltinStrategies.Find(definition.Kind, own) ?? definition.Strategy,
            Blank = BlankObjects.Of(definition.Kind),
            SelectableFields = definition.SelectableFields.Count == 0 ? fields : definition.SelectableFields,
            Subresources = added.Count == 0
                ? definition.Subresources
                : new Dictionary<string, SubresourceDefinition>(
                    definition.Subresources.Where(s => !added.ContainsKey(s.Key)).Concat(added)),
        };
    }

    /// <inheritdoc/>
    public override IEnumerable<IAuthenticator> Authenticators(ApiServerServices services) =>
        [Parts(services).Authenticator];

    /// <inheritdoc/>
    public override IEnumerable<IAuthorizer> Authorizers(ApiServerServices services) => Parts(services).Authorizers;

    /// <inheritdoc/>
    public override IEnumerable<IAdmissionPlugin> AdmissionPlugins(ApiServerServices services) =>
    [
        new NamespaceLifecycle(services.Objects),
        new ServiceAccountAdmission(services.Objects, services.Time),
        new PriorityAdmission(services.Objects),
        new DefaultTolerationSeconds(),
        new NodeRestriction(services.Objects),
        new CertificateAdmission(services.Authorize),
        new EscalationCheck(Parts(services).Index, services.Authorize),
    ];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, RequestDelegate> Paths(ApiServerServices services) =>
        OpenIdDiscovery.Paths(Parts(services).Keys, services.Options.ServiceAccountIssuer);

    /// <inheritdoc/>
    public override async Task BootstrapAsync(ApiServerServices services, CancellationToken cancellationToken)
    {
        var own = Parts(services);
        await new SystemObjects(services, own.Allocator, own.Trust).EnsureAsync(cancellationToken);
        aggregated = new AggregatedRoles(services.Objects);
        await aggregated.LoadAsync(cancellationToken);
        await own.Rbac.LoadAsync(services.Objects, cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(ApiServerServices services, CancellationToken cancellationToken)
    {
        var own = Parts(services);
        try
        {
            await Task.WhenAll(
                own.Rbac.RunAsync(services.Objects, cancellationToken),
                aggregated?.RunAsync(cancellationToken) ?? Task.CompletedTask,
                own.Trust.RunAsync(cancellationToken),
                own.Events.RunAsync(cancellationToken));
        }
        finally
        {
            own.Kubelets.Dispose();
            own.Backends.Dispose();
            own.Webhook?.Dispose();
        }
    }

    private BuiltinParts Parts(ApiServerServices services)
    {
        lock (gate)
        {
            try
            {
                return parts ??= new BuiltinParts(services, dialer ?? new DirectNodeDialer());
            }
            catch (FormatException e)
            {
                throw new IOException(e.Message, e);
            }
        }
    }
}

/// <summary>The strategy of each built-in kind that has rules of its own.</summary>
internal static class BuiltinStrategies
{
    public static IResourceStrategy? Find(ResourceKind kind, BuiltinParts parts) => kind.GroupResource switch
    {
        "pods" => new PodStrategy(),
        "services" => new ServiceStrategy(parts.Allocator),
        "secrets" => new SecretStrategy(),
        "configmaps" => new ConfigMapStrategy(),
        "namespaces" => new NamespaceStrategy(),
        "nodes" => new NodeStrategy(),
        "events" or "events.events.k8s.io" => new EventStrategy(kind.Group),
        "persistentvolumeclaims" => new ClaimStrategy(),
        "persistentvolumes" => new VolumeStrategy(),
        "deployments.apps" or "replicasets.apps" or "statefulsets.apps" or "daemonsets.apps" =>
            new WorkloadStrategy(kind.Kind),
        "jobs.batch" => new JobStrategy(),
        "apiservices.apiregistration.k8s.io" => new ApiServiceStrategy(parts.Time),
        "cronjobs.batch" => new TemplateStrategy("spec", "jobTemplate", "spec", "template", "spec"),
        "podtemplates" => new TemplateStrategy("template", "spec"),
        "networkpolicies.networking.k8s.io" => new NetworkPolicyStrategy(),
        "horizontalpodautoscalers.autoscaling" => new AutoscalerStrategy(),
        "endpoints" or "endpointslices.discovery.k8s.io" => new EndpointStrategy(kind.Group),
        "limitranges" => new LimitRangeStrategy(),
        "ingresses.networking.k8s.io" => new IngressStrategy(),
        "poddisruptionbudgets.policy" => new BudgetStrategy(),
        "leases.coordination.k8s.io" => new LeaseStrategy(),
        "storageclasses.storage.k8s.io" => new StorageClassStrategy(),
        "volumeattachments.storage.k8s.io" or "csidrivers.storage.k8s.io" or "csinodes.storage.k8s.io" => new PinnedStrategy(),
        "priorityclasses.scheduling.k8s.io" => new PriorityClassStrategy(),
        "certificatesigningrequests.certificates.k8s.io" => new CertificateRequestStrategy(),
        "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io"
            or "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io" =>
            new RbacStrategy(kind.Kind),
        _ => null,
    };
}

/// <summary>Subresources of built-in kinds besides status.</summary>
internal static class BuiltinSubresources
{
    public static IReadOnlyDictionary<string, SubresourceDefinition> Of(
        ResourceKind kind, ApiServerServices services, BuiltinParts parts)
    {
        var objects = services.Objects;
        SubresourceDefinition[] found = kind.GroupResource switch
        {
            "pods" =>
            [
                Create("binding",
                    new BindingHandler(objects, services.Time)) with { Kind = BindingHandler.BindingKind },
                Create("eviction",
                    new EvictionHandler(objects, services.Time)) with { Kind = EvictionHandler.EvictionKind },
                With("log", ["get"], new LogHandler(objects, parts.Kubelets)),
                Stream("exec", "PodExecOptions", services, parts),
                Stream("attach", "PodAttachOptions", services, parts),
                Stream("portforward", "PodPortForwardOptions", services, parts),
                Proxy("PodProxyOptions", new PodProxyHandler(objects, parts.Backends)),
                Merged("ephemeralcontainers", ["get", "patch", "update"], EphemeralContainers.Merge),
                Merged("resize", ["get", "patch", "update"], PodResize.Merge),
            ],
            "services" => [Proxy("ServiceProxyOptions", new ServiceProxyHandler(objects, parts.Backends))],
            "nodes" => [Proxy("NodeProxyOptions", new NodeProxyHandler(parts.Kubelets, parts.Backends))],
            "namespaces" => [Merged("finalize", ["update"], NamespaceStrategy.MergeFinalizers)],
            "serviceaccounts" =>
            [
                Create("token",
                    new TokenRequestHandler(parts.Tokens, objects)) with { Kind = TokenRequestHandler.RequestKind },
            ],
            "deployments.apps" or "replicasets.apps" or "statefulsets.apps" =>
            [
                ScaleSubresource.Create(objects, services.Time),
            ],
            "certificatesigningrequests.certificates.k8s.io" =>
                [Merged("approval", ["get", "patch", "update"], CertificateRequestStrategy.MergeApproval)],
            _ => [],
        };
        return found.ToDictionary(s => s.Name);
    }

    private static SubresourceDefinition Create(string name, ISubresourceHandler handler) =>
        With(name, ["create"], handler);

    private static SubresourceDefinition Stream(
        string name, string options, ApiServerServices services, BuiltinParts parts) =>
        With(name, ["create", "get"], new UpgradeHandler(name, services.Objects, parts.Kubelets, services.Authorize)) with
        {
            Kind = OptionsOf(options),
        };

    private static SubresourceDefinition Proxy(string options, ISubresourceHandler handler) =>
        With("proxy", ["create", "delete", "get", "patch", "update"], handler) with { Kind = OptionsOf(options) };

    private static ResourceKind OptionsOf(string kind) =>
        new() { Group = "", Version = "v1", Kind = kind, Plural = kind.ToLowerInvariant() };

    private static SubresourceDefinition With(string name, string[] verbs, ISubresourceHandler handler) =>
        new() { Name = name, Verbs = verbs, Handler = handler };

    private static SubresourceDefinition Merged(
        string name,
        string[] verbs,
        Func<System.Text.Json.Nodes.JsonObject, System.Text.Json.Nodes.JsonObject,
            System.Text.Json.Nodes.JsonObject> merge) =>
        new() { Name = name, Verbs = verbs, Merge = merge };
}

/// <summary>Fields of built-in kinds that field selectors may use.</summary>
internal static class BuiltinFields
{
    public static IReadOnlyList<SelectableField> Of(ResourceKind kind)
    {
        string[] paths = kind.GroupResource switch
        {
            "pods" =>
            [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                    "spec.hostNetwork",
                "status.phase", "status.podIP", "status.nominatedNodeName",
            ],
            "events" =>
            [
                "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
                "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath",
                "reason", "reportingComponent", "type",
            ],
            "events.events.k8s.io" =>
            [
                "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion",
                "regarding.resourceVersion", "regarding.fieldPath", "reason", "reportingController", "type",
            ],
            "secrets" => ["type"],
            "nodes" => ["spec.unschedulable"],
            "namespaces" => ["status.phase"],
            "services" => ["spec.clusterIP", "spec.type"],
            "jobs.batch" => ["status.successful"],
            "certificatesigningrequests.certificates.k8s.io" => ["spec.signerName"],
            _ => [],
        };
        List<SelectableField> fields = [.. paths.Select(SelectableField.OfPath)];
        if (kind.GroupResource == "events")
        {
            fields.Add(new SelectableField(
                "source", e => e.Text("source", "component") is { Length: > 0 } name ? name : e.Text("reportingComponent") ?? ""));
        }

        return fields;
    }
}
