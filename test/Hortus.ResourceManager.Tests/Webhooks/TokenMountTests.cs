using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.ResourceManager.Webhooks.ProjectedTokens;
using Hortus.Runtime;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;

namespace Hortus.ResourceManager.Tests.Webhooks;

public sealed class TokenMountTests
{
    private static readonly TimeSpan HalfDay = TimeSpan.FromHours(12);

    [Fact]
    public void Every_container_gets_token_authority_and_namespace_where_clients_look_for_them()
    {
        var pod = Reviews.Yaml(
            """
            spec:
              serviceAccountName: s
              volumes: [{name: own, emptyDir: {}}]
              initContainers: [{name: i}]
              containers:
              - {name: a, volumeMounts: [{name: own, mountPath: /own}]}
              - {name: b}
              - {name: c, volumeMounts: [{name: own, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}]}
            """);

        var changed = TokenMount.Mount(pod, HalfDay);

        var expected = Reviews.Yaml(
            """
            spec:
              serviceAccountName: s
              volumes:
              - {name: own, emptyDir: {}}
              - name: kube-api-access-gardener
                projected:
                  defaultMode: 420
                  sources:
                  - serviceAccountToken: {expirationSeconds: 43200, path: token}
                  - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
                  - downwardAPI: {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}
              initContainers:
              - {name: i, volumeMounts: [{name: kube-api-access-gardener, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}]}
              containers:
              - name: a
                volumeMounts:
                - {name: own, mountPath: /own}
                - {name: kube-api-access-gardener, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
              - {name: b, volumeMounts: [{name: kube-api-access-gardener, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}]}
              - {name: c, volumeMounts: [{name: own, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}]}
            """);
        KubernetesYaml.Write(changed).ShouldBe(KubernetesYaml.Write(expected));
        pod.Items("spec", "volumes").Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("spec: {serviceAccountName: s}", "s")]
    [InlineData("spec: {serviceAccountName: s, automountServiceAccountToken: true}", "s")]
    [InlineData("spec: {serviceAccountName: s, automountServiceAccountToken: false}", null)]
    [InlineData("spec: {serviceAccountName: default}", null)]
    [InlineData("spec: {serviceAccountName: ''}", null)]
    [InlineData("spec: {}", null)]
    [InlineData("metadata: {}", null)]
    [InlineData("spec: {serviceAccountName: s, volumes: [{name: kube-api-access-x}]}", null)]
    [InlineData("spec: {serviceAccountName: s, volumes: [{name: other}, {}]}", "s")]
    [InlineData("metadata: {labels: {projected-token-mount.resources.gardener.cloud/skip: 'true'}}\nspec: {serviceAccountName: s}", null)]
    public void Only_pods_with_an_account_of_their_own_and_no_token_yet_want_one(string pod, string? account) =>
        TokenMount.AccountOf(Reviews.Yaml(pod)).ShouldBe(account);

    [Theory]
    [InlineData("3600", 3600)]
    [InlineData("600", 600)]
    [InlineData("599", null)]
    [InlineData("-1", null)]
    [InlineData("1h", null)]
    [InlineData("99999999999999999999", null)]
    public void An_annotation_sets_the_life_of_the_token(string value, int? seconds)
    {
        var pod = Reviews.Yaml($"metadata: {{annotations: {{{WebhookLabels.ProjectedTokenExpiration}: '{value}'}}}}\nspec: {{containers: [{{name: a}}]}}");

        if (seconds is null)
        {
            Should.Throw<FormatException>(() => TokenMount.Mount(pod, HalfDay)).Message.ShouldContain(WebhookLabels.ProjectedTokenExpiration);
            return;
        }

        TokenMount.Mount(pod, HalfDay).Items("spec", "volumes").Last().Items("projected", "sources").First()
            .Number("serviceAccountToken", "expirationSeconds").ShouldBe(seconds);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Pods_that_an_API_server_creates_have_the_token_when_their_account_wants_no_other()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        var client = world.Target.Client;
        await using var hooks = HookWorld.Start(
            new ResourceManagerOptions { Webhooks = [WebhookNames.ProjectedTokens] }, client, client, world.Token);
        await client.CreateAsync(Account("with", automount: true), world.Token);
        await client.CreateAsync(Account("without", automount: false), world.Token);
        await HookConfigurations.MutateAsync(world, hooks, WebhookNames.ProjectedTokens, "", "pods", "CREATE");

        var own = await client.CreateAsync(PodOf("own", "without"), world.Token);
        var other = await client.CreateAsync(PodOf("other", "with"), world.Token);

        own.Spec.Volumes!.Select(v => v.Name).ShouldBe(["kube-api-access-gardener"]);
        own.Spec.Containers[0].VolumeMounts!.ShouldHaveSingleItem().ReadOnly.ShouldBe(true);
        (other.Spec.Volumes ?? []).ShouldNotContain(v => v.Name == "kube-api-access-gardener");
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task A_pod_without_its_account_or_with_a_broken_annotation_is_denied_with_the_reason()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        var client = world.Target.Client;
        await client.CreateAsync(Account("without", automount: false), world.Token);
        await using var hooks = HookWorld.Start(
            new ResourceManagerOptions { Webhooks = [WebhookNames.ProjectedTokens] }, client, client, world.Token);

        async Task<JsonObject> ReviewAsync(string pod) =>
            (await hooks.PostAsync(WebhookNames.ProjectedTokens, Reviews.OfPod(Reviews.Yaml(pod)).ToJsonString(), world.Token)).Body;

        var missing = await ReviewAsync("metadata: {generateName: p-}\nspec: {serviceAccountName: nobody}");
        var broken = await ReviewAsync(
            $"metadata: {{name: p, annotations: {{{WebhookLabels.ProjectedTokenExpiration}: soon}}}}\nspec: {{serviceAccountName: without}}");

        missing.Text("response", "status", "message").ShouldBe("Pod default/p-: its ServiceAccount default/nobody does not exist");
        broken.Number("response", "status", "code").ShouldBe(422);
        broken.Text("response", "status", "message").ShouldNotBeNull().ShouldContain("found \"soon\"");
    }

    private static ServiceAccount Account(string name, bool automount) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        AutomountServiceAccountToken = automount,
    };

    private static Pod PodOf(string name, string account) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = new PodSpec { ServiceAccountName = account, Containers = [new Container { Name = "c", Image = "i" }] },
    };
}
