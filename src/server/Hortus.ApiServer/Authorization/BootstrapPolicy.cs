using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;
using static Hortus.ApiServer.Authorization.BootstrapRules;
using CertificateSigners = Hortus.Objects.Kubernetes.CertificateSigners;

namespace Hortus.ApiServer.Authorization;

/// <summary>
/// The RBAC objects that a new cluster starts with: roles for people (<c>cluster-admin</c>, <c>admin</c>, <c>edit</c>,
/// <c>view</c>), for discovery, for nodes and their bootstrap, and for the control plane's components.
/// </summary>
internal static class BootstrapPolicy
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string ApiVersion = Group + "/v1";
    private const string Aggregate = Group + "/aggregate-to-";

    /// <summary>All objects, roles before the bindings that name them.</summary>
    public static IEnumerable<JsonObject> Objects() =>
        [.. PeopleRoles(), .. SystemRoles(), .. NamespacedRoles(), .. ClusterBindings(), .. NamespacedBindings()];

    private static IEnumerable<JsonObject> PeopleRoles()
    {
        yield return ClusterRole(
            "cluster-admin",
            new RbacRule { ApiGroups = ["*"], Resources = ["*"], Verbs = ["*"] },
            new RbacRule { NonResourceUrls = ["*"], Verbs = ["*"] });
        yield return Aggregating("admin");
        yield return Aggregating("edit", "admin");
        yield return Aggregating("view", "edit");
        yield return Labelled("system:aggregate-to-admin", "admin",
            On(Group, "roles rolebindings", ReadWrite),
            Create("authorization.k8s.io", "localsubjectaccessreviews"));
        yield return Labelled("system:aggregate-to-edit", "edit",
            On("", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", Read),
            On("", "serviceaccounts", "impersonate"),
            On("", "pods pods/attach pods/exec pods/portforward pods/proxy", Write),
            Create("", "pods/eviction serviceaccounts/token"),
            On("", "configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets "
                + "serviceaccounts services services/proxy events", Write),
            On("apps", WorkloadKinds, Write),
            On("autoscaling", "horizontalpodautoscalers", Write),
            On("batch", "cronjobs jobs", Write),
            On("policy", "poddisruptionbudgets", Write),
            On("networking.k8s.io", "ingresses networkpolicies", Write),
            On("coordination.k8s.io", "leases", ReadWrite));
        yield return Labelled("system:aggregate-to-view", "view",
            On("", "bindings configmaps endpoints events limitranges namespaces namespaces/status "
                + "persistentvolumeclaims persistentvolumeclaims/status pods pods/log pods/status "
                + "replicationcontrollers replicationcontrollers/scale replicationcontrollers/status "
                + "resourcequotas resourcequotas/status serviceaccounts services services/status",
                Read),
            On("discovery.k8s.io", "endpointslices", Read),
            On("apps", WorkloadKinds + " controllerrevisions daemonsets/status deployments/status replicasets/status "
                + "statefulsets/status", Read),
            On("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", Read),
            On("batch", "cronjobs cronjobs/status jobs jobs/status", Read),
            On("policy", "poddisruptionbudgets poddisruptionbudgets/status", Read),
            On("networking.k8s.io", "ingresses ingresses/status networkpolicies", Read));
    }

    private const string WorkloadKinds =
        "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale "
        + "statefulsets statefulsets/scale";

    private static IEnumerable<JsonObject> SystemRoles()
    {
        yield return ClusterRole("system:basic-user",
            Create("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
            Create("authentication.k8s.io", "selfsubjectreviews"));
        yield return ClusterRole("system:discovery",
            Paths("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz",
                "/version", "/version/"));
        yield return ClusterRole(
            "system:public-info-viewer", Paths("/healthz", "/livez", "/readyz", "/version", "/version/"));
        yield return ClusterRole("system:monitoring",
            Paths("/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/metrics/slis", "/readyz", "/readyz/*"));
        yield return ClusterRole("system:service-account-issuer-discovery",
            Paths("/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks",
                "/openid/v1/jwks/"));
        yield return ClusterRole("system:auth-delegator",
            Create("authentication.k8s.io", "tokenreviews"), Create("authorization.k8s.io", "subjectaccessreviews"));
        yield return ClusterRole("system:kube-aggregator", On("", "endpoints services", Read));
        yield return ClusterRole("system:kube-controller-manager", ControllerManagerRules());
        yield return ClusterRole("system:kube-scheduler", SchedulerRules());
        yield return ClusterRole("system:volume-scheduler",
            On("", "persistentvolumes persistentvolumeclaims", ReadUpdate),
                On("storage.k8s.io", "storageclasses", Read));
        yield return ClusterRole("system:kube-dns", On("", "endpoints services", "list", "watch"));
        yield return ClusterRole("system:node", NodeRules());
        yield return ClusterRole("system:node-proxier", [
            On("", "services endpoints", "list", "watch"), On("", "nodes", Read),
            On("discovery.k8s.io", "endpointslices", "list", "watch"), .. Events()]);
        yield return ClusterRole("system:node-problem-detector",
            [On("", "nodes", "get"), On("", "nodes/status", "patch"), .. Events()]);
        yield return ClusterRole("system:node-bootstrapper",
            On("certificates.k8s.io", "certificatesigningrequests", "create", "get", "list", "watch"));
        yield return ClusterRole("system:kubelet-api-admin",
            On("", "nodes", "get", "list", "watch", "proxy"),
            On("", "nodes/log nodes/metrics nodes/proxy nodes/stats nodes/spec nodes/pods nodes/healthz "
                + "nodes/configz", "*"));
        yield return ClusterRole("system:certificates.k8s.io:certificatesigningrequests:nodeclient",
            Create("certificates.k8s.io", "certificatesigningrequests/nodeclient"));
        yield return ClusterRole("system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
            Create("certificates.k8s.io", "certificatesigningrequests/selfnodeclient"));
        foreach (var (role, signer) in Signers)
        {
            yield return ClusterRole(
                $"system:certificates.k8s.io:{role}", Named("certificates.k8s.io", "signers", signer, "approve"));
        }
    }

    private static readonly (string Role, string Signer)[] Signers =
    [
        ("kube-apiserver-client-approver", CertificateSigners.Client),
        ("kube-apiserver-client-kubelet-approver", CertificateSigners.KubeletClient),
        ("kubelet-serving-approver", CertificateSigners.KubeletServing),
        ("legacy-unknown-approver", "kubernetes.io/legacy-unknown"),
    ];

    // One process runs every built-in controller under one identity, so this role holds what all of them need: reading
    // everything (garbage collection, namespaces), deleting everything, and writing what each controller owns.
    private static RbacRule[] ControllerManagerRules() =>
    [
        On("*", "*", "get", "list", "watch", "delete", "deletecollection", "patch"),
        On("", "pods pods/status pods/binding pods/eviction pods/finalizers endpoints secrets configmaps "
            + "serviceaccounts serviceaccounts/token persistentvolumes persistentvolumes/status persistentvolumeclaims "
            + "persistentvolumeclaims/status nodes nodes/status services services/status namespaces namespaces/status "
            + "namespaces/finalize resourcequotas/status", "create", "update"),
        On("discovery.k8s.io", "endpointslices", "create", "update"),
        On("apps",
            "controllerrevisions daemonsets deployments replicasets statefulsets daemonsets/status deployments/status "
            + "replicasets/status statefulsets/status daemonsets/finalizers deployments/finalizers "
            + "replicasets/finalizers statefulsets/finalizers deployments/scale replicasets/scale statefulsets/scale",
                "create", "update"),
        On("batch", "jobs jobs/status jobs/finalizers cronjobs/status cronjobs/finalizers", "create", "update"),
        On("policy", "poddisruptionbudgets poddisruptionbudgets/status", "update"),
        On("certificates.k8s.io", "certificatesigningrequests certificatesigningrequests/approval "
            + "certificatesigningrequests/status", "update"),
        On("certificates.k8s.io", "signers", "approve", "sign"),
        On("coordination.k8s.io", "leases", "create", "update"),
        On("storage.k8s.io", "volumeattachments volumeattachments/status storageclasses", "create", "update"),
        On("apiextensions.k8s.io", "customresourcedefinitions customresourcedefinitions/status", "update"),
        On("apiregistration.k8s.io", "apiservices/status", "update"),
        On(Group, "clusterroles", "escalate", "bind", "update"),
        Create("authentication.k8s.io", "tokenreviews"),
        Create("authorization.k8s.io", "subjectaccessreviews"),
        Paths("/api", "/api/*", "/apis", "/apis/*", "/openapi/*"),
        .. Events(),
    ];

    private static RbacRule[] SchedulerRules() =>
    [
        On("", "nodes namespaces services replicationcontrollers persistentvolumes", Read),
        On("", "pods", "get", "list", "watch", "delete"),
        Create("", "bindings pods/binding"),
        On("", "pods/status", "patch", "update"),
        On("", "persistentvolumeclaims", ReadUpdate),
        On("apps", "replicasets statefulsets", Read),
        On("policy", "poddisruptionbudgets", Read),
        On("storage.k8s.io", "csinodes csidrivers csistoragecapacities storageclasses volumeattachments", Read),
        On("coordination.k8s.io", "leases", "create", "get", "list", "watch", "update", "patch"),
        Create("authentication.k8s.io", "tokenreviews"),
        Create("authorization.k8s.io", "subjectaccessreviews"),
        .. Events(),
    ];

    /// <summary>What a kubelet may ask for at all; the Node authorizer then looks at whose object it is.</summary>
    public static RbacRule[] NodeRules() =>
    [
        Create("authentication.k8s.io", "tokenreviews"),
        Create("authorization.k8s.io", "subjectaccessreviews localsubjectaccessreviews"),
        On("", "services", Read),
        On("", "nodes", "create", "get", "list", "watch", "update", "patch"),
        On("", "nodes/status", "update", "patch"),
        On("", "pods", "create", "delete", "get", "list", "watch"),
        On("", "pods/status", "update", "patch"),
        Create("", "pods/eviction"),
        On("", "configmaps secrets", Read),
        On("", "persistentvolumeclaims persistentvolumes", "get"),
        On("", "endpoints", "get"),
        Create("", "serviceaccounts/token"),
        On("", "serviceaccounts", "get"),
        On("certificates.k8s.io", "certificatesigningrequests", "create", "get", "list", "watch"),
        Create("certificates.k8s.io", "certificatesigningrequests/selfnodeclient"),
        On("coordination.k8s.io", "leases", "create", "get", "update", "patch", "delete"),
        On("storage.k8s.io", "volumeattachments", "get"),
        On("storage.k8s.io", "csidrivers", Read),
        On("storage.k8s.io", "csinodes", "create", "delete", "get", "patch", "update"),
        On("node.k8s.io", "runtimeclasses", Read),

        // Our kubelet is also the node's service proxy and takes pod addresses from the network plug-in's pools.
        On("discovery.k8s.io", "endpointslices", Read),
        On("crd.projectcalico.org", "ippools", Read),
        .. Events(),
    ];

    private static IEnumerable<JsonObject> NamespacedRoles()
    {
        yield return Role("kube-system", "extension-apiserver-authentication-reader",
            Named("", "configmaps", "extension-apiserver-authentication", Read));
        yield return Role("kube-system", "system:controller:bootstrap-signer", On("", "secrets", Read));
        yield return Role("kube-system", "system:controller:token-cleaner",
            [On("", "secrets", "get", "list", "watch", "delete"), .. Events()]);
        yield return Role("kube-public", "system:controller:bootstrap-signer",
            [On("", "configmaps", Read), Named("", "configmaps", "cluster-info", "update"), .. Events()]);
    }

    private static IEnumerable<JsonObject> ClusterBindings()
    {
        yield return ClusterBinding("cluster-admin", "cluster-admin", ("Group", "system:masters"));
        yield return ClusterBinding("system:basic-user", "system:basic-user", ("Group", "system:authenticated"));
        yield return ClusterBinding("system:discovery", "system:discovery", ("Group", "system:authenticated"));
        yield return ClusterBinding("system:public-info-viewer", "system:public-info-viewer",
            ("Group", "system:authenticated"), ("Group", "system:unauthenticated"));
        yield return ClusterBinding("system:monitoring", "system:monitoring", ("Group", "system:monitoring"));
        yield return ClusterBinding(
            "system:service-account-issuer-discovery", "system:service-account-issuer-discovery",
            ("Group", "system:serviceaccounts"));
        yield return ClusterBinding("system:kube-controller-manager", "system:kube-controller-manager",
            ("User", "system:kube-controller-manager"));
        yield return ClusterBinding(
            "system:kube-scheduler", "system:kube-scheduler", ("User", "system:kube-scheduler"));
        yield return ClusterBinding(
            "system:volume-scheduler", "system:volume-scheduler", ("User", "system:kube-scheduler"));
        yield return ClusterBinding("system:kube-dns", "system:kube-dns", ("ServiceAccount", "kube-system/kube-dns"));
        yield return ClusterBinding("system:node-proxier", "system:node-proxier", ("User", "system:kube-proxy"));

        // Without subjects: the Node authorizer grants per node what this role grants for all.
        yield return ClusterBinding("system:node", "system:node");
    }

    private static IEnumerable<JsonObject> NamespacedBindings()
    {
        yield return Binding("kube-system", "system::extension-apiserver-authentication-reader",
            "extension-apiserver-authentication-reader", ("User", "system:kube-controller-manager"),
                ("User", "system:kube-scheduler"));
        yield return Binding("kube-system", "system:controller:token-cleaner", "system:controller:token-cleaner",
            ("ServiceAccount", "kube-system/token-cleaner"));
    }

    private static JsonObject ClusterRole(string name, params RbacRule[] rules)
    {
        var role = New("ClusterRole", null, name);
        role["rules"] = new JsonArray([.. rules.Select(r => r.ToJson())]);
        return role;
    }

    private static JsonObject Aggregating(string name, string? into = null)
    {
        var role = ClusterRole(name);
        role["aggregationRule"] = new JsonObject
        {
            ["clusterRoleSelectors"] = new JsonArray(
                new JsonObject { ["matchLabels"] = new JsonObject { [Aggregate + name] = "true" } }),
        };
        if (into is not null)
        {
            role.Ensure("metadata", "labels")[Aggregate + into] = "true";
        }

        return role;
    }

    private static JsonObject Labelled(string name, string into, params RbacRule[] rules)
    {
        var role = ClusterRole(name, rules);
        role.Ensure("metadata", "labels")[Aggregate + into] = "true";
        return role;
    }

    private static JsonObject Role(string space, string name, params RbacRule[] rules)
    {
        var role = New("Role", space, name);
        role["rules"] = new JsonArray([.. rules.Select(r => r.ToJson())]);
        return role;
    }

    private static JsonObject ClusterBinding(string name, string role, params (string Kind, string Name)[] subjects)
    {
        var binding = New("ClusterRoleBinding", null, name);
        binding["roleRef"] = new JsonObject { ["apiGroup"] = Group, ["kind"] = "ClusterRole", ["name"] = role };
        binding["subjects"] = new JsonArray([.. subjects.Select(Subject)]);
        return binding;
    }

    private static JsonObject Binding(
        string space, string name, string role, params (string Kind, string Name)[] subjects)
    {
        var binding = New("RoleBinding", space, name);
        binding["roleRef"] = new JsonObject { ["apiGroup"] = Group, ["kind"] = "Role", ["name"] = role };
        binding["subjects"] = new JsonArray([.. subjects.Select(Subject)]);
        return binding;
    }

    private static JsonObject Subject((string Kind, string Name) subject)
    {
        if (subject.Kind != "ServiceAccount")
        {
            return new JsonObject { ["kind"] = subject.Kind, ["name"] = subject.Name, ["apiGroup"] = Group };
        }

        var slash = subject.Name.IndexOf('/', StringComparison.Ordinal);
        return new JsonObject
        {
            ["kind"] = subject.Kind,
            ["name"] = subject.Name[(slash + 1)..],
            ["namespace"] = subject.Name[..slash],
        };
    }

    private static JsonObject New(string kind, string? space, string name)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" },
            ["annotations"] = new JsonObject { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" },
        };
        if (space is not null)
        {
            metadata["namespace"] = space;
        }

        return new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }
}
