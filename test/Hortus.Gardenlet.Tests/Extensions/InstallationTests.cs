using System.Text.Json.Nodes;
using Hortus.Testing;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet.Tests.Extensions;

[Trait("Category", "Integration")]
public sealed class InstallationTests(ExtensionWorld world) : IClassFixture<ExtensionWorld>, IDisposable
{
    private const string Workload = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: controller
          namespace: {{ .Release.Namespace }}
        spec:
          selector: { matchLabels: { app: x } }
          template:
            metadata: { labels: { app: x } }
            spec:
              containers: [{ name: one, image: one }, { name: two, image: two }]

        """;

    private readonly CancellationTokenSource deadline = ExtensionWorld.NewDeadline();

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task An_extension_is_installed_and_all_conditions_tell_so()
    {
        var installation = await world.InstallAsync(
            ExtensionWorld.Deployment("fine", ChartFiles.Chart(("templates/deployment.yaml", Workload))), deadline.Token);

        await world.ConditionAsync("fine", "Valid", Reasons.RegistrationValid, deadline.Token);
        (await world.ConditionAsync("fine", "Installed", Reasons.InstallationSuccessful, deadline.Token)).Status.ShouldBe("True");
        (await world.ConditionAsync("fine", "Healthy", Reasons.ControllerHealthy, deadline.Token)).Status.ShouldBe("True");
        (await world.ConditionAsync("fine", "Progressing", Reasons.ControllerRolledOut, deadline.Token)).Status.ShouldBe("False");
        (await world.ConditionAsync("fine", "Required", Reasons.NoExtensionObjects, deadline.Token)).Status.ShouldBe("False");
        var resource = await world.ManagedResourceAsync("fine", deadline.Token);
        resource!.Spec.Class.ShouldBe("seed");
        resource.Metadata.Labels!.ShouldBe(
            new Dictionary<string, string> { ["controllerinstallation-name"] = "fine", ["controllerregistration-name"] = "fine" },
            ignoreOrder: true);
        resource.Metadata.Annotation(ResourceNames.ChartDigest)!.ShouldStartWith("sha256:");
        resource.Spec.SecretRefs.ShouldHaveSingleItem().Name!.ShouldMatch("^fine-[0-9a-f]{8}$");
        var workload = await world.Seed.GetAsync<Deployment>(new ObjectKey("extension-fine", "controller"), deadline.Token);
        workload.Spec.Template.Spec.Containers.ShouldAllBe(
            container => container.Env!.Any(variable => variable.Name == "SEED_NAME" && variable.Value == "local"));
        (await world.Garden.GetAsync<ControllerInstallation>(installation.Key, deadline.Token))
            .Metadata.Finalizers.ShouldBe(["core.gardener.cloud/controllerinstallation"]);
    }

    [Fact]
    public async Task The_namespace_tells_what_it_is_for()
    {
        await world.InstallAsync(ExtensionWorld.Deployment("space", ChartFiles.Chart()), deadline.Token);

        var space = (await world.Seed.UntilAsync<Namespace>(ObjectKey.Cluster("extension-space"), s => s is not null, deadline.Token))!;

        space.Metadata.Label("gardener.cloud/role").ShouldBe("extension");
        space.Metadata.Label("controllerregistration.core.gardener.cloud/name").ShouldBe("space");
        space.Metadata.Label("high-availability-config.resources.gardener.cloud/consider").ShouldBe("true");
        space.Metadata.Label("pod-security.kubernetes.io/enforce").ShouldBeNull();
        space.Metadata.Annotation("high-availability-config.resources.gardener.cloud/zones").ShouldBe("a,b");

        var level = new JsonObject { ["security.gardener.cloud/pod-security-enforce"] = "privileged" };
        await world.Garden.PatchAsync<ControllerInstallation>(
            ObjectKey.Cluster("space"),
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = level } }),
            deadline.Token);
        await world.Seed.UntilAsync<Namespace>(
            ObjectKey.Cluster("extension-space"),
            s => s!.Metadata.Label("pod-security.kubernetes.io/enforce") == "privileged",
            deadline.Token);
    }

    [Fact]
    public async Task A_chart_learns_everything_of_seed_and_garden_that_Gardener_tells_charts()
    {
        const string dump = """
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: dump, namespace: {{ .Release.Namespace }} }
            data:
              release: "{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.IsInstall }} {{ .Release.Revision }}"
              version: {{ .Capabilities.KubeVersion.Version }}
              gardener: {{ .Values.gardener | toJson | quote }}
              mine: {{ .Values.mine | toJson | quote }}
            """;
        const string values = """{"mine":{"a":1},"gardener":{"seed":{"name":"forged","extra":true}}}""";
        await world.InstallAsync(
            ExtensionWorld.Deployment("dump", ChartFiles.Chart(("templates/dump.yaml", dump)), values), deadline.Token);

        var map = (await world.Seed.UntilAsync<ConfigMap>(new ObjectKey("extension-dump", "dump"), m => m is not null, deadline.Token))!;

        map.Data!["release"].ShouldBe("dump extension-dump true 1");
        map.Data["version"].ShouldBe("v1.34.2");
        map.Data["mine"].ShouldBe("""{"a":1}""");
        var spec = KubernetesJson.ToNode((await world.Garden.GetAsync<Seed>(ObjectKey.Cluster("local"), deadline.Token)).Spec);
        var golden = new JsonObject
        {
            ["version"] = "v1.2.3",
            ["garden"] = new JsonObject { ["clusterIdentity"] = ExtensionWorld.GardenIdentity },
            ["gardenlet"] = new JsonObject { ["featureGates"] = new JsonObject() },
            ["seed"] = new JsonObject
            {
                ["name"] = "local",
                ["clusterIdentity"] = "seed-of-the-test",
                ["annotations"] = new JsonObject { ["note"] = "mine" },
                ["labels"] = new JsonObject { ["env"] = "test" },
                ["provider"] = "local",
                ["region"] = "here",
                ["volumeProvider"] = "flash",
                ["volumeProviders"] = new JsonArray(new JsonObject { ["purpose"] = "etcd-main", ["name"] = "flash" }),
                ["ingressDomain"] = "ingress.example",
                ["protected"] = true,
                ["visible"] = false,
                ["taints"] = new JsonArray(new JsonObject { ["key"] = "seed.gardener.cloud/protected" }),
                ["networks"] = spec["networks"]!.DeepClone(),
                ["blockCIDRs"] = new JsonArray("169.254.169.254/32"),
                ["spec"] = spec.DeepClone(),
                ["extra"] = true,
            },
        };
        Sorted(JsonNode.Parse(map.Data["gardener"])!).ShouldBe(Sorted(golden));
    }

    [Fact]
    public async Task An_extension_that_asks_gets_a_token_of_its_own_for_the_garden_and_loses_it_with_the_wish()
    {
        var chart = ChartFiles.Chart(("templates/deployment.yaml", Workload));
        await world.InstallAsync(
            ExtensionWorld.Deployment("access", chart) with { InjectGardenKubeconfig = true }, deadline.Token);

        var key = new ObjectKey("extension-access", "garden-access-extension");
        var secret = (await world.Seed.UntilAsync<Secret>(key, s => s?.Data?.ContainsKey("token") == true, deadline.Token))!;
        secret.Metadata.Label("resources.gardener.cloud/purpose").ShouldBe("token-requestor");
        secret.Metadata.Label("resources.gardener.cloud/class").ShouldBe("garden");
        var account = await world.Garden.GetAsync<ServiceAccount>(new ObjectKey("seed-local", "extension-access"), deadline.Token);
        account.Metadata.Label("controllerregistration.core.gardener.cloud/name").ShouldBe("access");
        var token = System.Text.Encoding.UTF8.GetString(secret.Data!["token"]);
        var review = await world.Garden.CreateAsync(new TokenReview { Spec = new TokenReviewSpec { Token = token } }, deadline.Token);
        review.Status.User!.Username.ShouldBe("system:serviceaccount:seed-local:extension-access");

        var workload = (await world.Seed.UntilAsync<Deployment>(
            new ObjectKey("extension-access", "controller"), d => d is not null, deadline.Token))!;
        var volume = workload.Spec.Template.Spec.Volumes.ShouldHaveSingleItem();
        var name = volume.Projected!.Sources![0].Secret!.Name!;
        name.ShouldMatch("^generic-garden-kubeconfig-[0-9a-f]{8}$");
        var kubeconfig = await world.Seed.GetAsync<Secret>(new ObjectKey("extension-access", name), deadline.Token);
        var text = System.Text.Encoding.UTF8.GetString(kubeconfig.Data!["kubeconfig"]);
        KubeConfig.Parse(text, null).Connect().TokenFile.ShouldBe("/var/run/secrets/gardener.cloud/garden/generic-kubeconfig/token");
        text.ShouldNotContain("secret-of-the-gardenlet");

        await world.ChangeAsync("access", d => d with { InjectGardenKubeconfig = false }, deadline.Token);
        await world.Seed.UntilAsync<Secret>(key, s => s is null, deadline.Token);
        (await world.Garden.FindAsync<ServiceAccount>(account.Key, deadline.Token)).ShouldBeNull();
        await world.Seed.UntilAsync<Deployment>(
            workload.Key, d => d!.Spec.Template.Spec.Volumes is null or { Count: 0 }, deadline.Token);
    }

    [Fact]
    public async Task Values_read_Secrets_and_ConfigMaps_of_the_garden_and_follow_them()
    {
        await world.Garden.CreateAsync(Resource(new ConfigMap { Data = new Dictionary<string, string> { ["host"] = "h1" } }, "settings"), deadline.Token);
        const string template = """
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: out, namespace: {{ .Release.Namespace }} }
            data: { host: {{ .Values.host | quote }} }
            """;
        var deployment = ExtensionWorld.Deployment(
            "reads", ChartFiles.Chart(("templates/out.yaml", template)), """{"host":"https://{{ .resources.settings.data.host }}"}""") with
        {
            Resources = [Named("settings", "ConfigMap", "settings")],
        };
        await world.InstallAsync(deployment, deadline.Token);
        var key = new ObjectKey("extension-reads", "out");
        await world.Seed.UntilAsync<ConfigMap>(key, m => m?.Data?["host"] == "https://h1", deadline.Token);

        var changed = await world.Garden.PatchAsync<ConfigMap>(
            new ObjectKey("garden", "settings"),
            Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["host"] = "h2" } }),
            deadline.Token);
        var reference = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["name"] = "settings",
            ["resourceVersion"] = changed.Metadata.ResourceVersion,
        };
        await world.Garden.PatchAsync<ControllerInstallation>(
            ObjectKey.Cluster("reads"),
            Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["resourceRefs"] = new JsonArray(reference) } }),
            deadline.Token);
        await world.Seed.UntilAsync<ConfigMap>(key, m => m!.Data!["host"] == "https://h2", deadline.Token);
    }

    [Fact]
    public async Task Hooks_are_told_of_since_nobody_runs_them()
    {
        const string hook = """
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: migrate, namespace: {{ .Release.Namespace }}, annotations: { helm.sh/hook: pre-install } }
            """;
        await world.InstallAsync(ExtensionWorld.Deployment("hooked", ChartFiles.Chart(("templates/hook.yaml", hook))), deadline.Token);

        var told = await world.EventAsync("hooked", "ChartHooksNotRun", deadline.Token);

        told.Type.ShouldBe("Warning");
        told.Message!.ShouldContain("migrate (pre-install");
    }

    internal static T Resource<T>(T value, string name, bool hasLabel = true) where T : KubernetesObject => (T)(value with
    {
        Metadata = new ObjectMeta
        {
            Namespace = "garden",
            Name = name,
            Labels = hasLabel ? new Dictionary<string, string> { ["gardener.cloud/role"] = "resource-reference" } : null,
        },
    });

    internal static NamedResourceReference Named(string name, string kind, string resource) => new()
    {
        Name = name,
        ResourceRef = new CrossVersionObjectReference { ApiVersion = "v1", Kind = kind, Name = resource },
    };

    private static string Sorted(JsonNode node) => node switch
    {
        JsonObject map => $"{{{string.Join(',', map.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"\n{f.Key}:{(f.Value is null ? "null" : Sorted(f.Value))}"))}}}",
        JsonArray list => $"[{string.Join(',', list.Select(item => Sorted(item!)))}]",
        _ => node.ToJsonString(),
    };
}
