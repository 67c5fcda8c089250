using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

public sealed class ResourceManagerWebhooksTests
{
    private static readonly string[] All =
    [
        WebhookNames.ProjectedTokens, WebhookNames.HighAvailability, WebhookNames.SystemComponents, WebhookNames.DeletionProtection,
        WebhookNames.ExtensionValidation, WebhookNames.ServiceHost, WebhookNames.SeccompProfile, WebhookNames.PodSchedulerName,
    ];

    [Fact]
    public void Only_webhooks_that_are_on_are_asked_and_the_authorizer_never()
    {
        Render([]).ShouldBeEmpty();
        Render([WebhookNames.NodeAgents]).ShouldBeEmpty();
        Render([WebhookNames.DeletionProtection]).ShouldHaveSingleItem().ShouldBeOfType<ValidatingWebhookConfiguration>();
        Render([WebhookNames.SeccompProfile]).ShouldHaveSingleItem().ShouldBeOfType<MutatingWebhookConfiguration>()
            .Webhooks!.ShouldHaveSingleItem().Name.ShouldBe("seccomp-profile.resources.gardener.cloud");
        Render(All).Count.ShouldBe(2);
        Render(All).OfType<MutatingWebhookConfiguration>().Single().Webhooks!.Count.ShouldBe(All.Length - 2);
        Render(All).OfType<ValidatingWebhookConfiguration>().Single().Webhooks!.Count.ShouldBe(3);
    }

    [Fact]
    public void In_its_own_cluster_the_Service_is_asked_about_the_namespaces_of_Gardener()
    {
        var hook = Mutating([WebhookNames.ProjectedTokens]);

        (hook.ClientConfig.Service!.Namespace, hook.ClientConfig.Service.Name, hook.ClientConfig.Service.Path)
            .ShouldBe(("garden", "gardener-resource-manager", "/webhooks/mount-projected-service-account-token"));
        hook.ClientConfig.Url.ShouldBeNull();
        hook.ClientConfig.CaBundle.ShouldBe("pem"u8.ToArray());
        IsAsked(hook.NamespaceSelector, ("kubernetes.io/metadata.name", "garden"), ("gardener.cloud/role", "garden")).ShouldBeTrue();
        IsAsked(hook.NamespaceSelector, ("kubernetes.io/metadata.name", "team")).ShouldBeFalse();
        IsAsked(hook.NamespaceSelector, ("kubernetes.io/metadata.name", "kube-system"), ("gardener.cloud/role", "x")).ShouldBeFalse();
    }

    [Fact]
    public void For_another_cluster_the_URL_is_asked_about_its_system_namespaces()
    {
        var hook = Mutating([WebhookNames.SystemComponents], isForOtherCluster: true);

        hook.ClientConfig.Url.ShouldBe("https://gardener-resource-manager.garden:443/webhooks/system-components-config");
        hook.ClientConfig.Service.ShouldBeNull();
        IsAsked(hook.NamespaceSelector, ("kubernetes.io/metadata.name", "kube-system")).ShouldBeTrue();
        IsAsked(hook.NamespaceSelector, ("kubernetes.io/metadata.name", "default")).ShouldBeFalse();
        IsAsked(hook.ObjectSelector, ("resources.gardener.cloud/managed-by", "gardener")).ShouldBeTrue();
        IsAsked(hook.ObjectSelector, ("app", "of-the-user")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(WebhookNames.ProjectedTokens, "projected-token-mount.resources.gardener.cloud/skip", "x")]
    [InlineData(WebhookNames.ProjectedTokens, "app", "gardener-resource-manager")]
    [InlineData(WebhookNames.ProjectedTokens, "static-pod", "true")]
    [InlineData(WebhookNames.SeccompProfile, "seccompprofile.resources.gardener.cloud/skip", "x")]
    [InlineData(WebhookNames.SystemComponents, "system-components-config.resources.gardener.cloud/skip", "x")]
    [InlineData(WebhookNames.HighAvailability, "high-availability-config.resources.gardener.cloud/skip", "x")]
    [InlineData(WebhookNames.ServiceHost, "apiserver-proxy.networking.gardener.cloud/inject", "disable")]
    [InlineData(WebhookNames.PodSchedulerName, "static-pod", "true")]
    public void Objects_with_the_label_to_be_left_alone_are_not_asked_about(string name, string label, string value)
    {
        var hook = Mutating([name]);

        IsAsked(hook.ObjectSelector, ("any", "thing")).ShouldBeTrue();
        IsAsked(hook.ObjectSelector, (label, value)).ShouldBeFalse();
    }

    [Fact]
    public void Workloads_are_asked_about_where_the_namespace_wants_it()
    {
        var hook = Mutating([WebhookNames.HighAvailability]);

        const string role = "gardener.cloud/role";
        IsAsked(hook.NamespaceSelector, (role, "shoot"), (WebhookLabels.HighAvailabilityConsider, "true")).ShouldBeTrue();
        IsAsked(hook.NamespaceSelector, (role, "shoot")).ShouldBeFalse();
        hook.Rules!.SelectMany(r => r.Resources!).ShouldBe(["deployments", "statefulsets", "horizontalpodautoscalers"]);
        hook.Rules!.ShouldAllBe(r => r.Operations!.SequenceEqual(new[] { "CREATE", "UPDATE" }));
    }

    [Fact]
    public void Deletions_of_protected_definitions_and_of_all_extension_resources_are_asked_about()
    {
        var hooks = Render([WebhookNames.DeletionProtection]).OfType<ValidatingWebhookConfiguration>().Single().Webhooks!;

        hooks.ShouldAllBe(h => h.FailurePolicy == "Fail" && h.Rules!.All(r => r.Operations!.Single() == "DELETE"));
        IsAsked(hooks[0].ObjectSelector, ("gardener.cloud/deletion-protected", "true")).ShouldBeTrue();
        IsAsked(hooks[0].ObjectSelector, ("any", "thing")).ShouldBeFalse();
        hooks[1].ObjectSelector.ShouldBeNull();
        hooks[1].Rules!.SelectMany(r => r.Resources!).ShouldContain("infrastructures");
    }

    private static MutatingWebhook Mutating(string[] webhooks, bool isForOtherCluster = false) =>
        Render(webhooks, isForOtherCluster).OfType<MutatingWebhookConfiguration>().Single().Webhooks!.Single();

    private static bool IsAsked(LabelSelector? selector, params (string Key, string Value)[] labels) =>
        LabelSelectorMatcher.From(selector).Matches(labels.ToDictionary(l => l.Key, l => l.Value));

    private static IReadOnlyList<KubernetesObject> Render(string[] webhooks, bool isForOtherCluster = false) =>
        new ResourceManagerWebhooks(new ResourceManagerWebhookValues
        {
            Name = "gardener-resource-manager",
            Namespace = "garden",
            Webhooks = webhooks,
            CaBundlePem = "pem",
            IsForOtherCluster = isForOtherCluster,
        }).Render();
}
