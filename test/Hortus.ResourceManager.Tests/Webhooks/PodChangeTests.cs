using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.ResourceManager.Webhooks;
using Hortus.ResourceManager.Webhooks.DeletionProtection;
using Hortus.ResourceManager.Webhooks.PodDefaults;
using Hortus.ResourceManager.Webhooks.SystemComponents;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Tests.Webhooks;

public sealed class PodChangeTests
{
    [Fact]
    public void System_components_get_the_selector_and_tolerate_what_flags_and_nodes_say()
    {
        var settings = SystemComponentsSettings.Of(new ResourceManagerOptions
        {
            SystemComponentsPodNodeSelector = new Dictionary<string, string> { ["worker.gardener.cloud/system-components"] = "true" },
            SystemComponentsPodTolerations = ["dedicated=system:NoSchedule", "any"],
        });
        var pod = Reviews.Yaml(
            """
            spec:
              nodeSelector: {disk: fast}
              tolerations: [{key: own, operator: Exists}, {key: team, operator: Equal, value: a, effect: NoExecute}]
            """);

        var changed = PodPlacement.Apply(
            pod,
            settings,
            [
                Node(("team", "a", "NoExecute"), ("node.kubernetes.io/not-ready", "", "NoExecute"), ("gpu", "", "NoSchedule")),
                Node(("gpu", "", "NoSchedule"), ("ToBeDeletedByClusterAutoscaler", "1", "NoSchedule"),
                    ("node.gardener.cloud/critical-components-not-ready", "", "NoSchedule")),
            ]);

        KubernetesYaml.Write(changed).ShouldBe(KubernetesYaml.Write(Reviews.Yaml(
            """
            spec:
              nodeSelector: {disk: fast, worker.gardener.cloud/system-components: 'true'}
              tolerations:
              - {key: own, operator: Exists}
              - {key: team, operator: Equal, value: a, effect: NoExecute}
              - {key: dedicated, operator: Equal, value: system, effect: NoSchedule}
              - {key: any, operator: Exists}
              - {key: gpu, operator: Exists, effect: NoSchedule}
            """)));
        JsonNode.DeepEquals(PodPlacement.Apply(changed, settings, []), changed).ShouldBeTrue();
    }

    [Theory]
    [InlineData(":NoSchedule")]
    [InlineData("=a:NoSchedule")]
    [InlineData("a:Never")]
    [InlineData("a:")]
    public void A_toleration_that_cannot_be_read_stops_the_start(string text) =>
        Should.Throw<SettingException>(() => SystemComponentsSettings.Of(
            new ResourceManagerOptions { SystemComponentsPodTolerations = [text] })).Message.ShouldContain($"found \"{text}\"");

    [Theory]
    [InlineData("DaemonSet", "true", true)]
    [InlineData("DaemonSet", "false", false)]
    [InlineData("ReplicaSet", "true", false)]
    public void Pods_of_DaemonSets_are_placed_already(string kind, string controller, bool expected) =>
        PodPlacement.IsOfDaemonSet(Reviews.Yaml(
            $"metadata: {{ownerReferences: [{{apiVersion: apps/v1, kind: {kind}, controller: {controller}}}]}}")).ShouldBe(expected);

    [Fact]
    public void Containers_get_the_name_of_the_API_server_unless_they_have_one()
    {
        var pod = Reviews.Yaml(
            "spec: {initContainers: [{name: i}], containers: [{name: a, env: [{name: X}]}, {name: b, env: [{name: KUBERNETES_SERVICE_HOST, value: own}]}]}");

        var changed = PodRules.WithServiceHost(pod, "api.example.com");

        KubernetesYaml.Write(changed).ShouldBe(KubernetesYaml.Write(Reviews.Yaml(
            """
            spec:
              initContainers: [{name: i, env: [{name: KUBERNETES_SERVICE_HOST, value: api.example.com}]}]
              containers:
              - {name: a, env: [{name: X}, {name: KUBERNETES_SERVICE_HOST, value: api.example.com}]}
              - {name: b, env: [{name: KUBERNETES_SERVICE_HOST, value: own}]}
            """)));
        PodRules.WithServiceHost(Reviews.Yaml(
            "metadata: {labels: {apiserver-proxy.networking.gardener.cloud/inject: disable}}\nspec: {containers: [{name: a}]}"), "x")
            .ToJsonString().ShouldNotContain("KUBERNETES");
    }

    [Theory]
    [InlineData("spec: {containers: []}", "RuntimeDefault")]
    [InlineData("spec: {securityContext: {runAsUser: 1}}", "RuntimeDefault")]
    [InlineData("spec: {securityContext: {seccompProfile: {type: Unconfined}}}", "Unconfined")]
    [InlineData("metadata: {labels: {seccompprofile.resources.gardener.cloud/skip: 'true'}}\nspec: {}", null)]
    public void Pods_get_a_seccomp_profile_unless_they_have_one(string pod, string? expected) =>
        PodRules.WithSeccompProfile(Reviews.Yaml(pod)).Text("spec", "securityContext", "seccompProfile", "type").ShouldBe(expected);

    [Theory]
    [InlineData("spec: {}", "bin-packing")]
    [InlineData("spec: {schedulerName: ''}", "bin-packing")]
    [InlineData("spec: {schedulerName: default-scheduler}", "bin-packing")]
    [InlineData("spec: {schedulerName: own}", "own")]
    public void Pods_get_a_scheduler_unless_they_name_one(string pod, string expected) =>
        PodRules.WithScheduler(Reviews.Yaml(pod), "bin-packing").Text("spec", "schedulerName").ShouldBe(expected);

    [Theory]
    [InlineData(WebhookNames.ServiceHost, "--kubernetes-service-host")]
    [InlineData(WebhookNames.PodSchedulerName, "--default-pod-scheduler")]
    public void A_webhook_that_needs_a_flag_names_it(string webhook, string flag) =>
        Should.Throw<SettingException>(() => WebhookCatalog.Make(new ResourceManagerOptions { Webhooks = [webhook] }, null!, null!))
            .Message.ShouldContain(flag);

    [Fact]
    public async Task Pod_webhooks_leave_other_requests_as_they_are()
    {
        var webhook = new PodWebhook(PodRules.WithSeccompProfile);
        var pod = Reviews.Yaml("spec: {}");

        (await webhook.ReviewAsync(Reviews.Request("CREATE", "", "Pod", pod), default)).Changed.ShouldNotBeNull();
        foreach (var request in new[]
        {
            Reviews.Request("UPDATE", "", "Pod", pod),
            Reviews.Request("CREATE", "apps", "Pod", pod),
            Reviews.Request("CREATE", "", "ConfigMap", pod),
            Reviews.Request("CREATE", "", "Pod", pod) with { Subresource = "eviction" },
        })
        {
            (await webhook.ReviewAsync(request, default)).ShouldBe(AdmissionAnswer.Allowed);
        }
    }

    [Theory]
    [InlineData("extensions.gardener.cloud", "infrastructures", "{}", false)]
    [InlineData("extensions.gardener.cloud", "infrastructures", "{annotations: {confirmation.gardener.cloud/deletion: 'true'}}", true)]
    [InlineData("extensions.gardener.cloud", "infrastructures", "{annotations: {confirmation.gardener.cloud/deletion: 'no'}}", false)]
    [InlineData("extensions.gardener.cloud", "clusters", "{}", true)]
    [InlineData("druid.gardener.cloud", "etcds", "{}", false)]
    [InlineData("apiextensions.k8s.io", "customresourcedefinitions", "{}", true)]
    [InlineData("apiextensions.k8s.io", "customresourcedefinitions", "{labels: {gardener.cloud/deletion-protected: 'true'}}", false)]
    [InlineData("", "secrets", "{}", true)]
    public async Task Deletions_that_take_much_with_them_must_be_confirmed(string group, string resource, string metadata, bool allowed)
    {
        var old = Reviews.Yaml($"metadata: {metadata}");
        var request = Reviews.Request("DELETE", group, "Thing", null, old) with { Resource = resource, Name = "x" };

        var answer = await new DeletionProtectionWebhook().ReviewAsync(request, default);

        (answer.Denial is null).ShouldBe(allowed);
        answer.Denial?.Message.ShouldBe(
            "the deletion of Thing x is not confirmed: annotate it with confirmation.gardener.cloud/deletion=true first");
        (await new DeletionProtectionWebhook().ReviewAsync(request with { Operation = "UPDATE", Object = old }, default)).Denial.ShouldBeNull();
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task An_API_server_with_the_rendered_configurations_asks_the_webhooks()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        var client = world.Target.Client;
        string[] names = [WebhookNames.SystemComponents, WebhookNames.SeccompProfile, WebhookNames.DeletionProtection];
        await using var hooks = HookWorld.Start(
            new ResourceManagerOptions
            {
                Webhooks = names,
                SystemComponentsPodNodeSelector = new Dictionary<string, string> { ["system"] = "true" },
            },
            client, client, world.Token);
        foreach (var rendered in Rendered(names, hooks))
        {
            await client.Dynamic.CreateAsync(ResourceKind.Find(rendered.GetType())!, KubernetesJson.ToNode(rendered), world.Token);
        }

        await client.CreateAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "kube-system", Name = "default" } }, world.Token);
        var pod = await client.CreateAsync(
            new Pod
            {
                Metadata = new ObjectMeta
                {
                    Namespace = "kube-system",
                    Name = "p",
                    Labels = new Dictionary<string, string> { ["resources.gardener.cloud/managed-by"] = "gardener" },
                },
                Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] },
            },
            world.Token);
        await client.PatchAsync<CustomResourceDefinition>(
            ObjectKey.Cluster("managedresources.resources.gardener.cloud"),
            Client.Patch.Merge(new()
            {
                ["metadata"] = new JsonObject
                {
                    ["labels"] = new JsonObject { [WebhookLabels.DeletionProtected] = "true" },
                }
            }),
            world.Token);
        var denial = await Should.ThrowAsync<Client.ApiException>(() => client.DeleteAsync<CustomResourceDefinition>(
            ObjectKey.Cluster("managedresources.resources.gardener.cloud"), null, world.Token));

        pod.Spec.NodeSelector!["system"].ShouldBe("true");
        KubernetesJson.ToNode(pod).Text("spec", "securityContext", "seccompProfile", "type").ShouldBe("RuntimeDefault");
        denial.Code.ShouldBe(403);
        denial.Message.ShouldContain("is not confirmed");
    }

    private static IEnumerable<KubernetesObject> Rendered(string[] names, HookWorld hooks) =>
        new Components.ResourceManagerWebhooks(new Components.ResourceManagerWebhookValues
        {
            Name = "gardener-resource-manager",
            Namespace = "garden",
            Webhooks = names,
            CaBundlePem = System.Text.Encoding.UTF8.GetString(hooks.CaBundle),
            IsForOtherCluster = true,
        }).Render().Select(o => hooks.Redirect(o));

    private static Node Node(params (string Key, string Value, string Effect)[] taints) => new()
    {
        Spec = new NodeSpec { Taints = [.. taints.Select(t => new Taint { Key = t.Key, Value = t.Value, Effect = t.Effect })] },
    };
}
