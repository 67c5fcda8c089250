using Hortus.ApiServer;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

public sealed class RenderingTests
{
    public static TheoryData<string> ComponentNames =>
        [
            "kube-apiserver", "kube-apiserver-service", "gardener-apiserver", "gardener-apiserver-service", "controller",
            "service-account", "machine-controller-manager", "etcd",
        ];

    public static IComponent Component(string name, string space) => name switch
    {
        "kube-apiserver" => new KubeApiServer(ApiServerValues(space)),
        "kube-apiserver-service" => new KubeApiServerService(space, "kube-apiserver", ["api.example", "gardener.example"]),
        "gardener-apiserver" => new GardenerApiServer(GardenerValues(space)),
        "gardener-apiserver-service" => GardenerApiServer.ServiceIn(space),
        "controller" => new ControllerWorkload(Controller(space)),
        "service-account" => new ServiceAccountWorkload(
            Controller(space), [new PolicyRule { ApiGroups = [""], Resources = ["pods"], Verbs = ["get"] }]),
        "machine-controller-manager" => new MachineControllerManager(space, "hortus/hortus:0.1.0", "local", "target"),
        "etcd" => new Etcd(EtcdTests.Values(space)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    [Theory]
    [MemberData(nameof(ComponentNames))]
    public void The_same_values_give_the_same_objects(string name)
    {
        Text(Component(name, "space")).ShouldBe(Text(Component(name, "space")));
        Component(name, "space").Render().Select(value => value.Metadata.Namespace ?? "space").ShouldAllBe(space => space == "space");
    }

    [Theory]
    [InlineData("target", true)]
    [InlineData("target", false)]
    [InlineData(null, false)]
    public void A_resource_manager_looks_after_tokens_of_its_target_and_after_nodes_where_there_are_any(string? target, bool hasNodes)
    {
        var objects = new ResourceManagerWorkload(new ResourceManagerValues
        {
            Namespace = "space",
            Image = "image",
            TargetKubeconfigSecret = target,
            LooksAfterNodes = hasNodes,
        }).Render();

        var arguments = objects.OfType<Deployment>().Single().Spec.Template.Spec.Containers[0].Args!;
        arguments.Contains("--token-requestor=true").ShouldBe(target is not null);
        foreach (var flag in new[] { "--csr-approver=true", "--node-critical-components=true", "--node-agent-reconciliation-delay=true" })
        {
            arguments.Contains(flag).ShouldBe(hasNodes, flag);
        }

        objects.OfType<Role>().SelectMany(r => r.Rules ?? []).Any(r => r.Resources?.Contains("machines") == true).ShouldBe(hasNodes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("target")]
    public void Several_resource_managers_elect_one_that_works(string? target)
    {
        var values = new ResourceManagerValues { Namespace = "space", Name = "manager", Image = "image", TargetKubeconfigSecret = target };
        var one = new ResourceManagerWorkload(values).Render();
        var two = new ResourceManagerWorkload(values with { Replicas = 2 }).Render();

        var single = one.OfType<Deployment>().Single().Spec;
        single.Strategy!.Type.ShouldBe("Recreate");
        single.Template.Spec!.Containers[0].Args!.ShouldContain("--leader-elect=false");
        one.OfType<PodDisruptionBudget>().ShouldBeEmpty();

        var several = two.OfType<Deployment>().Single().Spec;
        several.Replicas.ShouldBe(2);
        several.Strategy.ShouldBeNull();
        several.Template.Spec!.Containers[0].Args!.ShouldContain("--leader-election-name=manager");
        two.OfType<Role>().SelectMany(r => r.Rules!).Concat(two.OfType<ClusterRole>().SelectMany(r => r.Rules!))
            .ShouldContain(r => r.Resources!.Contains("leases") || r.Resources!.Contains("*"));
        IsKeptApart(two.OfType<PodDisruptionBudget>().ShouldHaveSingleItem(), several.Template);
    }

    [Fact]
    public void Servers_are_several_only_where_their_store_can_be_shared()
    {
        var embedded = new EmbeddedStore(Quantity.Parse("1Gi"));
        var etcd = new EtcdStore("https://etcd:2379", "client");
        IReadOnlyList<IReadOnlyList<KubernetesObject>> alone =
        [
            new KubeApiServer(ApiServerValues("space") with { Replicas = 2, Store = embedded }).Render(),
            new GardenerApiServer(GardenerValues("space") with { Replicas = 2, Store = embedded }).Render(),
        ];
        IReadOnlyList<IReadOnlyList<KubernetesObject>> shared =
        [
            new KubeApiServer(ApiServerValues("space") with { Replicas = 2, Store = etcd }).Render(),
            new GardenerApiServer(GardenerValues("space") with { Replicas = 2, Store = etcd }).Render(),
        ];

        alone.Select(objects => objects.OfType<StatefulSet>().Single().Spec.Replicas).ShouldBe([1, 1]);
        alone.SelectMany(objects => objects.OfType<PodDisruptionBudget>()).ShouldBeEmpty();
        shared.Select(objects => objects.OfType<StatefulSet>().Single().Spec.Replicas).ShouldBe([2, 2]);
        foreach (var objects in shared)
        {
            IsKeptApart(objects.OfType<PodDisruptionBudget>().Single(), objects.OfType<StatefulSet>().Single().Spec.Template);
        }
    }

    [Fact]
    public void A_resource_manager_serves_webhooks_behind_a_Service_when_it_is_told_to()
    {
        var values = new ResourceManagerValues { Namespace = "space", Image = "image" };
        var without = new ResourceManagerWorkload(values).Render();
        var objects = new ResourceManagerWorkload(values with
        {
            Webhooks = new ServedWebhooks(["seccomp-profile", "kubernetes-service-host"], "certificate", "--kubernetes-service-host=api"),
        }).Render();

        var pod = objects.OfType<Deployment>().Single().Spec.Template;
        var arguments = pod.Spec!.Containers[0].Args!;
        arguments.ShouldContain("--webhooks=seccomp-profile,kubernetes-service-host");
        arguments.ShouldContain("--kubernetes-service-host=api");
        arguments.ShouldContain("--webhook-cert-dir=/srv/secrets/webhooks");
        pod.Spec.Volumes!.Single(v => v.Name == "webhooks").Secret!.SecretName.ShouldBe("certificate");
        var service = objects.OfType<Service>().Single();
        arguments.ShouldContain($"--webhook-port={service.Spec.Ports![0].TargetPort}");
        service.Spec.Selector!.ShouldAllBe(label => pod.Metadata!.Labels![label.Key] == label.Value);
        without.OfType<Service>().ShouldBeEmpty();
        without.OfType<Deployment>().Single().Spec.Template.Spec!.Containers[0].Args!
            .ShouldNotContain(argument => argument.Contains("webhook", StringComparison.Ordinal));
    }

    [Fact]
    public void Order_of_mounted_secrets_does_not_depend_on_the_order_given()
    {
        var there = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2", ["c"] = "3" };
        var back = new Dictionary<string, string> { ["c"] = "3", ["b"] = "2", ["a"] = "1" };

        Text(new ControllerWorkload(Controller("space") with { Secrets = back }))
            .ShouldBe(Text(new ControllerWorkload(Controller("space") with { Secrets = there })));
    }

    [Fact]
    public void Flags_of_the_api_server_are_options_that_it_has()
    {
        var known = typeof(ApiServerOptions).GetProperties().Select(property => property.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

        var flags = Container(Component("kube-apiserver", "space")).Args!
            .Where(argument => argument.StartsWith("--", StringComparison.Ordinal))
            .Select(argument => argument[2..].Split('=')[0]);

        flags.ShouldAllBe(flag => known.Contains(flag.Replace("-", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_file_that_an_api_server_is_told_is_mounted_read_only()
    {
        var container = Container(Component("kube-apiserver", "space"));
        var secrets = container.VolumeMounts!.Where(mount => mount.ReadOnly == true).Select(mount => mount.MountPath + "/");

        var files = container.Args!.Where(argument => argument.Contains("=/srv/", StringComparison.Ordinal))
            .Select(argument => argument.Split('=')[1]).ToArray();

        files.Length.ShouldBeGreaterThan(5);
        files.ShouldAllBe(file => secrets.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_mount_of_a_workload_has_its_volume()
    {
        foreach (var name in new[] { "kube-apiserver", "gardener-apiserver", "controller", "service-account", "machine-controller-manager" })
        {
            var objects = Component(name, "space").Render();
            var set = objects.OfType<StatefulSet>().SingleOrDefault();
            var pod = (set?.Spec.Template ?? objects.OfType<Deployment>().Single().Spec.Template).Spec!;
            var volumes = (pod.Volumes ?? []).Select(volume => volume.Name)
                .Concat((set?.Spec.VolumeClaimTemplates ?? []).Select(claim => claim.Metadata.Name!)).ToArray();

            pod.Containers.SelectMany(container => container.VolumeMounts ?? []).ShouldAllBe(
                mount => volumes.Contains(mount.Name));
        }
    }

    [Fact]
    public void A_service_account_workload_runs_with_the_account_it_is_granted_rights_for()
    {
        var objects = Component("service-account", "space").Render();

        var account = objects.OfType<ServiceAccount>().Single();
        var binding = objects.OfType<ClusterRoleBinding>().Single();
        var pod = objects.OfType<Deployment>().Single().Spec.Template.Spec!;

        binding.Subjects!.Single().Name.ShouldBe(account.Metadata.Name);
        binding.RoleRef.Name.ShouldBe(objects.OfType<ClusterRole>().Single().Metadata.Name);
        pod.ServiceAccountName.ShouldBe(account.Metadata.Name);
        pod.AutomountServiceAccountToken.ShouldBe(true);
    }

    [Fact]
    public void A_controller_without_account_gets_no_token() =>
        Component("controller", "space").Render().OfType<Deployment>().Single()
            .Spec.Template.Spec!.AutomountServiceAccountToken.ShouldBe(false);

    [Fact]
    public void A_service_says_under_which_names_it_is_reached() =>
        Component("kube-apiserver-service", "space").Render().Single().Metadata
            .Annotation(KubeApiServerService.DnsNamesAnnotation).ShouldBe("api.example,gardener.example");

    private static Container Container(IComponent component) =>
        component.Render().OfType<StatefulSet>().Single().Spec.Template.Spec!.Containers.Single();

    private static string Text(IComponent component) =>
        string.Join('\n', component.Render().Select(value => KubernetesJson.ToNode(value).ToJsonString()));

    private static ControllerValues Controller(string space) => new()
    {
        Namespace = space,
        Name = "worker-" + space,
        Image = "hortus/hortus:0.1.0",
        Args = ["scheduler"],
        Secrets = new Dictionary<string, string> { ["kubeconfig"] = "worker-kubeconfig" },
    };

    private static KubeApiServerValues ApiServerValues(string space) => new()
    {
        Namespace = space,
        Name = "kube-apiserver",
        Image = "registry.k8s.io/kube-apiserver:v1.35.4",
        ServiceClusterIPRange = "10.4.0.0/16",
        AdvertiseAddress = "10.2.0.7",
        ServiceAccountIssuer = "https://issuer.example",
        ServerSecret = "server",
        ClientCaSecret = "ca-client",
        ServiceAccountKeySecret = "service-account-key",
        KubeletClientSecret = "kubelet-client",
        KubeletCaSecret = "ca-kubelet",
        FrontProxyCaSecret = "ca-front-proxy",
        FrontProxySecret = "kube-aggregator",
    };

    private static GardenerApiServerValues GardenerValues(string space) => new()
    {
        Namespace = space,
        Image = "hortus/hortus:0.1.0",
        ClusterIdentity = "landscape",
        ServerSecret = "gardener-apiserver",
        KubeconfigSecret = "gardener-apiserver-kubeconfig",
    };

    private static void IsKeptApart(PodDisruptionBudget budget, PodTemplateSpec pods)
    {
        budget.Spec.MaxUnavailable.ShouldBe(1);
        var labels = pods.Metadata!.Labels!;
        budget.Spec.Selector!.MatchLabels!.ShouldAllBe(label => labels[label.Key] == label.Value);
        pods.Spec!.TopologySpreadConstraints!.Select(c => c.TopologyKey).ShouldBe(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);
        pods.Spec.TopologySpreadConstraints!.ShouldAllBe(
            c => c.WhenUnsatisfiable == "ScheduleAnyway" && c.LabelSelector!.MatchLabels!.All(label => labels[label.Key] == label.Value));
    }
}
