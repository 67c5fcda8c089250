using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>Which webhooks of a resource manager an API server asks, and where.</summary>
public sealed record ResourceManagerWebhookValues
{
    /// <summary>Name of the configurations, and of the resource manager's pods in their label <c>app</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace of the resource manager.</summary>
    public required string Namespace { get; init; }

    /// <summary>Names of <see cref="WebhookNames"/>, as in the flag <c>--webhooks</c>; the authorizer is no part of it.</summary>
    public required IReadOnlyList<string> Webhooks { get; init; }

    /// <summary>PEM of the authority that the webhooks' certificate comes from.</summary>
    public required string CaBundlePem { get; init; }

    /// <summary>Port of the Service <see cref="Name"/>. Default 443.</summary>
    public int ServicePort { get; init; } = ServedWebhooks.ServicePort;

    /// <summary>Whether the API server is that of another cluster (a shoot, the virtual garden), which reaches the Service by URL and
    /// has its system namespaces looked after; else it is that of the resource manager's own cluster, with the namespaces of
    /// Gardener.</summary>
    public bool IsForOtherCluster { get; init; }
}

/// <summary>Makes an API server ask the webhooks of a resource manager.</summary>
public sealed class ResourceManagerWebhooks(ResourceManagerWebhookValues values) : IComponent
{
    private const string NamespaceName = "kubernetes.io/metadata.name";
    private const string AppLabel = "app";
    private const string StaticPodLabel = "static-pod";
    private const string GardenerManager = "gardener";
    private const string Fail = "Fail";
    private const string Ignore = "Ignore";
    private const int TimeoutSeconds = 10;

    private static readonly string[] SystemNamespaces = ["kube-system", "kubernetes-dashboard"];

    public string Name => values.Name;

    public string Namespace => values.Namespace;

    public IReadOnlyList<KubernetesObject> Render()
    {
        var mutating = values.Webhooks.Select(Mutating).OfType<MutatingWebhook>().ToArray();
        List<KubernetesObject> rendered = [];
        if (mutating.Length > 0)
        {
            rendered.Add(new MutatingWebhookConfiguration { Metadata = new ObjectMeta { Name = Name }, Webhooks = mutating });
        }

        var validating = values.Webhooks.SelectMany(Validating).ToArray();
        if (validating.Length > 0)
        {
            rendered.Add(new ValidatingWebhookConfiguration { Metadata = new ObjectMeta { Name = Name }, Webhooks = validating });
        }

        return rendered;
    }

    private MutatingWebhook? Mutating(string name) => name switch
    {
        WebhookNames.ProjectedTokens => Pods(name, "projected-token-mount", Lacks(WebhookLabels.ProjectedTokenSkip), IsNotItself()),
        WebhookNames.SystemComponents => SystemComponents(name),
        WebhookNames.HighAvailability => HighAvailability(name),
        WebhookNames.SeccompProfile => Pods(name, "seccomp-profile", Lacks(WebhookLabels.SeccompProfileSkip), IsNotItself()),
        WebhookNames.ServiceHost => Pods(name, "kubernetes-service-host", IsNot(WebhookLabels.ServiceHostInject, "disable")) with
        {
            NamespaceSelector = new LabelSelector { MatchExpressions = [IsNot(WebhookLabels.ServiceHostInject, "disable")] },
            FailurePolicy = Ignore,
            TimeoutSeconds = 2,
        },
        WebhookNames.PodSchedulerName => Pods(name, "pod-scheduler-name") with
        {
            NamespaceSelector = new LabelSelector(),
            FailurePolicy = Ignore,
        },
        _ => null,
    };

    private IEnumerable<ValidatingWebhook> Validating(string name) => name switch
    {
        WebhookNames.DeletionProtection => [Definitions(), CustomResources()],
        WebhookNames.ExtensionValidation =>
        [
            Validation(name, "extension-validation",
                Rule(WebhookNames.ExtensionsGroup, ["v1alpha1"], WebhookNames.ValidatedExtensions, "CREATE", "UPDATE")),
        ],
        _ => [],
    };

    private MutatingWebhook SystemComponents(string name)
    {
        var webhook = Pods(name, "system-components-config", Lacks(WebhookLabels.SystemComponentsSkip));
        return webhook with
        {
            NamespaceSelector = values.IsForOtherCluster
                ? webhook.NamespaceSelector
                : WithLabel(webhook.NamespaceSelector!, WebhookLabels.SystemComponentsConsider, "true"),
            ObjectSelector = OfGardener(webhook.ObjectSelector!),
        };
    }

    private MutatingWebhook HighAvailability(string name) => new()
    {
        Name = $"{name}.resources.gardener.cloud",
        ClientConfig = Client(name),
        Rules =
        [
            Rule("apps", ["v1"], ["deployments", "statefulsets"], "CREATE", "UPDATE"),
            Rule("autoscaling", ["v2"], ["horizontalpodautoscalers"], "CREATE", "UPDATE"),
        ],
        NamespaceSelector = WithLabel(Namespaces(), WebhookLabels.HighAvailabilityConsider, "true"),
        ObjectSelector = OfGardener(new LabelSelector { MatchExpressions = [Lacks(WebhookLabels.HighAvailabilitySkip)] }),
        FailurePolicy = Fail,
        MatchPolicy = "Equivalent",
        SideEffects = "None",
        TimeoutSeconds = TimeoutSeconds,
        AdmissionReviewVersions = ["v1"],
    };

    // Pods of a kubelet's own files are shown to the API server when they run already: changing them would only split the two.
    private MutatingWebhook Pods(string name, string title, params IEnumerable<LabelSelectorRequirement> which) => new()
    {
        Name = $"{title}.resources.gardener.cloud",
        ClientConfig = Client(name),
        Rules = [Rule("", ["v1"], ["pods"], "CREATE")],
        NamespaceSelector = Namespaces(),
        ObjectSelector = new LabelSelector { MatchExpressions = [.. which, IsNot(StaticPodLabel, "true")] },
        FailurePolicy = Fail,
        MatchPolicy = "Exact",
        SideEffects = "None",
        TimeoutSeconds = TimeoutSeconds,
        AdmissionReviewVersions = ["v1"],
    };

    private ValidatingWebhook Definitions() => Validation(
        WebhookNames.DeletionProtection, "crd-deletion-protection",
        Rule("apiextensions.k8s.io", ["v1"], ["customresourcedefinitions"], "DELETE")) with
    {
        ObjectSelector = new LabelSelector
        {
            MatchLabels = new Dictionary<string, string> { [WebhookLabels.DeletionProtected] = "true" },
        },
    };

    private ValidatingWebhook CustomResources() => Validation(
        WebhookNames.DeletionProtection, "cr-deletion-protection",
        Rule(WebhookNames.DruidGroup, ["v1alpha1"], [WebhookNames.Etcds], "DELETE"),
        Rule(WebhookNames.ExtensionsGroup, ["v1alpha1"], WebhookNames.ProtectedExtensions, "DELETE"));

    private ValidatingWebhook Validation(string name, string title, params IReadOnlyList<RuleWithOperations> rules) => new()
    {
        Name = $"{title}.resources.gardener.cloud",
        ClientConfig = Client(name),
        Rules = rules,
        NamespaceSelector = new LabelSelector(),
        FailurePolicy = Fail,
        MatchPolicy = "Exact",
        SideEffects = "None",
        TimeoutSeconds = TimeoutSeconds,
        AdmissionReviewVersions = ["v1"],
    };

    private WebhookClientConfig Client(string name)
    {
        var path = WebhookNames.PathPrefix + name;
        var config = new WebhookClientConfig { CaBundle = System.Text.Encoding.UTF8.GetBytes(values.CaBundlePem) };
        return values.IsForOtherCluster
            ? config with { Url = $"https://{Name}.{Namespace}:{values.ServicePort}{path}" }
            : config with
            {
                Service = new ServiceReference { Namespace = Namespace, Name = Name, Path = path, Port = values.ServicePort },
            };
    }

    private LabelSelector Namespaces() => values.IsForOtherCluster
        ? new LabelSelector { MatchExpressions = [Requirement(NamespaceName, "In", SystemNamespaces)] }
        : new LabelSelector
        {
            MatchExpressions = [Requirement(GardenerLabels.Role, "Exists"), Requirement(NamespaceName, "NotIn", SystemNamespaces)],
        };

    // In clusters of users only what Gardener put there is touched.
    private LabelSelector OfGardener(LabelSelector selector) =>
        values.IsForOtherCluster ? WithLabel(selector, GardenerLabels.ManagedBy, GardenerManager) : selector;

    private LabelSelectorRequirement IsNotItself() => IsNot(AppLabel, Name);

    private static LabelSelector WithLabel(LabelSelector selector, string key, string value) =>
        selector with { MatchLabels = new Dictionary<string, string> { [key] = value } };

    private static LabelSelectorRequirement Lacks(string label) => Requirement(label, "DoesNotExist");

    private static LabelSelectorRequirement IsNot(string label, string value) => Requirement(label, "NotIn", value);

    private static LabelSelectorRequirement Requirement(string key, string operation, params string[] values) =>
        new() { Key = key, Operator = operation, Values = values.Length == 0 ? null : values };

    private static RuleWithOperations Rule(
        string group, IReadOnlyList<string> versions, IReadOnlyList<string> resources, params IReadOnlyList<string> operations) =>
        new() { ApiGroups = [group], ApiVersions = versions, Resources = resources, Operations = operations, Scope = "*" };
}
