using System.Diagnostics;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>The way of a newcomer: garden, shoot, nodes, and everything gone again.</summary>
[Trait("Category", "EndToEnd")]
[Collection("local garden")]
[TestCaseOrderer("Hortus.E2E.ByOrder", "Hortus.E2E")]
public sealed class GardenToShootTests(GardenToShootTests.Fixture fixture) : IClassFixture<GardenToShootTests.Fixture>
{
    private readonly LocalGarden garden = fixture.Garden;
    private readonly ExtensionChecks extension = new(fixture.Garden);
    private readonly AdmissionChecks admission = new(fixture.Garden);

    private static readonly string[] Killable =
    [
        "kubelet", "apiserver", "gardener-apiserver", "kube-controller-manager", "operator", "controller-manager", "scheduler", "gardenlet",
        "extension", "machine-controller-manager", "resource-manager",
    ];

    [Fact, Order(1)]
    public async Task Up_leaves_a_ready_garden_and_seed()
    {
        (await garden.RuntimeKubectlAsync("wait", "garden/local", "--for=condition=VirtualGardenAPIServerAvailable", "--timeout=1m")).Succeeded();
        (await garden.KubectlAsync("wait", "seed/local", "--for=condition=GardenletReady", "--timeout=1m")).Succeeded();
        (await garden.HortusAsync("status")).Succeeded().ShouldContain("Seed");
    }

    [Fact, Order(2)]
    public async Task A_second_up_resumes_what_is_there_and_changes_no_spec()
    {
        const string kinds = "seeds,gardenlets,cloudprofiles,projects,credentialsbindings,controllerregistrations";
        const string generations = "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation}{\"\\n\"}{end}";
        async Task<string> WrittenAsync() =>
            (await garden.RuntimeKubectlAsync("get", "gardens,extop", "-o", generations)).Succeeded()
            + (await garden.KubectlAsync("get", kinds, "-A", "-o", generations)).Succeeded();
        var before = await WrittenAsync();

        (await garden.UpAsync()).Succeeded();

        before.ShouldContain("Gardenlet local");
        (await WrittenAsync()).ShouldBe(before);
    }

    [Fact, Order(2)]
    public async Task A_label_opens_the_way_of_a_pod_to_a_Service_and_goes_with_it()
    {
        const string target = "gardener-apiserver-tcp-443";
        string[] policies = [$"networkpolicy/ingress-to-{target}", $"networkpolicy/egress-to-{target}"];

        // No node has this image: the label of the pod counts, not what runs in it.
        (await garden.RuntimeKubectlAsync("-n", "garden", "run", "caller", "--image=none",
            $"--labels=networking.resources.gardener.cloud/to-{target}=allowed")).Succeeded();
        (await garden.RuntimeKubectlAsync(["-n", "garden", "wait", "--for=create", "--timeout=1m", .. policies])).Succeeded();
        (await garden.RuntimeKubectlAsync("-n", "garden", "delete", "pod", "caller", "--now")).Succeeded();
        (await garden.RuntimeKubectlAsync(["-n", "garden", "wait", "--for=delete", "--timeout=1m", .. policies])).Succeeded();
    }

    [Fact, Order(2)]
    public async Task The_extension_comes_from_the_registry_into_the_runtime_cluster_and_onto_the_seed()
    {
        await extension.IsInstalledAsync();
        await extension.IsRolledOutOnSeedAsync();
        (await garden.HortusAsync("status")).Succeeded().ShouldContain($"Extension {ExtensionChecks.Name}");
    }

    [Fact, Order(2)]
    public async Task The_garden_has_names_that_are_answered_and_a_bucket_for_its_backups()
    {
        await extension.AnswersNamesAsync();
        await extension.HasBucketAsync();
    }

    [Fact, Order(2)]
    public async Task The_extensions_admission_fills_in_and_judges_shoots()
    {
        await admission.IsAskedAsync();
        await admission.FillsInAndJudgesShootsAsync();
    }

    [Fact, Order(2)]
    public Task An_extension_that_the_garden_needs_cannot_be_deleted() => extension.CannotBeDeletedAsync();

    [Fact, Order(2)]
    public Task An_extension_whose_workload_somebody_deletes_comes_back() => extension.ComesBackAsync();

    [Fact, Order(3)]
    public async Task A_shoot_gets_a_ready_node()
    {
        (await garden.KubectlAsync("apply", "-f", BuiltTools.Example("90-shoot.yaml"))).Succeeded();
        (await garden.WaitForShootAsync("local")).Succeeded();
        (await garden.KubectlAsync("-n", "garden-local", "get", "shoot", "local", "-o", "jsonpath={.status.lastOperation.progress}"))
            .Succeeded().ShouldBe("100");
        await WaitForNodesAsync("local", 1);
    }

    [Fact, Order(4)]
    public Task A_shoot_makes_the_extension_needed_on_the_seed() => EventuallyAsync(
        "the virtual garden needs the extension", async () => await extension.ConditionAsync("RequiredVirtual") == "True");

    [Fact, Order(4)]
    public async Task Logs_of_a_shoot_and_the_way_into_a_process_are_found_by_name()
    {
        var logs = (await garden.HortusAsync("logs", "garden-local/local")).Succeeded();
        logs.ShouldContain("Create of shoot garden-local/local succeeded");
        logs.ShouldContain("[shoot--local--local/kube-apiserver-0/kube-apiserver]");
        (await garden.HortusAsync("debug", "gardenlet")).Succeeded().ShouldMatch(@"\.NET [0-9.]+ answers at /proc/\d+/root/tmp/dotnet-diagnostic-1-");
        (await garden.HortusAsync("logs", "nobody")).Error.ShouldContain("gardener-operator");
    }

    [Fact, Order(4)]
    public async Task Everything_that_is_deployed_belongs_to_a_managed_resource()
    {
        string[] workloads = ["deployments", "statefulsets", "services", "serviceaccounts", "roles", "rolebindings", "configmaps"];
        string[] rights = ["clusterroles", "clusterrolebindings"];
        var shoot = await garden.ShootKubeconfigAsync("local");
        Task<CommandResult> InShoot(string[] words) =>
            Commands.RunAsync(BuiltTools.Kubectl, TimeSpan.FromMinutes(1), ["--kubeconfig", shoot, .. words]);

        (await DeployedObjects.WithoutOriginAsync(garden.RuntimeKubectlAsync, "garden", workloads)).ShouldBeEmpty();
        (await DeployedObjects.WithoutOriginAsync(garden.RuntimeKubectlAsync, "shoot--local--local", workloads)).ShouldBeEmpty();
        (await DeployedObjects.WithoutOriginAsync(garden.RuntimeKubectlAsync, null, rights)).ShouldBeEmpty();
        (await DeployedObjects.WithoutOriginAsync(garden.KubectlAsync, "kube-system", "services", "endpointslices", "roles")).ShouldBeEmpty();
        (await DeployedObjects.WithoutOriginAsync(InShoot, null, rights)).ShouldBeEmpty();
        (await DeployedObjects.WithoutOriginAsync(InShoot, "kube-system", "configmaps", "secrets")).ShouldBeEmpty();
    }

    [Fact, Order(5)]
    public async Task All_managed_resources_are_applied_and_healthy()
    {
        foreach (var (condition, status) in new[] { ("Applied", "True"), ("Healthy", "True"), ("Progressing", "False") })
        {
            (await garden.RuntimeKubectlAsync("wait", "managedresources", "--all", "-A", $"--for=condition=Resources{condition}={status}", "--timeout=1m"))
                .Succeeded().ShouldContain("shoot-system-resources");
        }
    }

    [Fact, Order(6)]
    public async Task A_deployment_of_a_control_plane_that_somebody_deletes_comes_back()
    {
        string[] find = ["-n", "shoot--local--local", "get", "deployment", "machine-controller-manager", "-o", "jsonpath={.metadata.uid}"];
        var before = (await garden.RuntimeKubectlAsync(find)).Succeeded();
        (await garden.RuntimeKubectlAsync("-n", "shoot--local--local", "delete", "deployment", "machine-controller-manager")).Succeeded();
        await EventuallyAsync("another one is there", async () =>
            await garden.RuntimeKubectlAsync(find) is { ExitCode: 0, Output: var now } && now.Length > 0 && now != before);
        (await garden.RuntimeKubectlAsync("-n", "shoot--local--local", "wait", "deployment/machine-controller-manager", "--for=condition=Available", "--timeout=1m"))
            .Succeeded();
    }

    [Fact, Order(6)]
    public Task Another_version_of_a_chart_that_somebody_pushes_is_rolled_out() => extension.RollsToAsync("0.1.1");

    [Fact, Order(7)]
    public async Task A_pod_in_the_shoot_runs_and_can_be_looked_into()
    {
        var shoot = await garden.ShootKubeconfigAsync("local");
        var limit = TimeSpan.FromMinutes(2);
        (await Commands.RunAsync(BuiltTools.Kubectl, limit, "--kubeconfig", shoot, "run", "hello", "--image=busybox", "--restart=Never",
            "--command", "--", "/bin/sh", "-c", "echo hello from a shoot; sleep 300")).Succeeded();
        (await Commands.RunAsync(BuiltTools.Kubectl, limit, "--kubeconfig", shoot, "wait", "pod/hello", "--for=condition=Ready", "--timeout=90s")).Succeeded();
        (await Commands.RunAsync(BuiltTools.Kubectl, limit, "--kubeconfig", shoot, "logs", "hello")).Succeeded().ShouldContain("hello from a shoot");
        (await Commands.RunAsync(BuiltTools.Kubectl, limit, "--kubeconfig", shoot, "exec", "hello", "--", "hostname")).Succeeded().Trim().ShouldBe("hello");
        (await Commands.RunAsync(BuiltTools.Kubectl, limit, "--kubeconfig", shoot, "delete", "pod", "hello", "--wait=true")).Succeeded();
    }

    [Fact, Order(7)]
    public async Task The_resource_manager_of_a_shoot_certifies_kubelets_lets_pods_onto_nodes_and_issues_tokens()
    {
        var shoot = await garden.ShootKubeconfigAsync("local");
        Task<CommandResult> InShootAsync(params string[] arguments) =>
            Commands.RunAsync(BuiltTools.Kubectl, TimeSpan.FromSeconds(30), ["--kubeconfig", shoot, .. arguments]);
        await EventuallyAsync("the serving certificate is approved by the machines", async () =>
            (await InShootAsync("get", "csr", "--field-selector=spec.signerName=kubernetes.io/kubelet-serving", "-o",
                "jsonpath={.items[*].status.conditions[*].message}")).Output.Contains("are those of Node", StringComparison.Ordinal));
        await EventuallyAsync("the taint of new nodes is gone and their agents are spread", async () =>
            (await InShootAsync("get", "nodes", "-o", "go-template={{range .items}}{{.spec.taints}} " +
                "{{index .metadata.annotations \"node-agent.gardener.cloud/reconciliation-delay\"}}{{end}}")).Output == "<no value> 0s");

        var file = Path.Combine(garden.State, "token.yaml");
        await File.WriteAllTextAsync(file, """
            apiVersion: v1
            kind: Secret
            metadata:
              name: shoot-access-test
              namespace: shoot--local--local
              labels: {resources.gardener.cloud/purpose: token-requestor, resources.gardener.cloud/class: shoot}
              annotations:
                serviceaccount.resources.gardener.cloud/name: test
                serviceaccount.resources.gardener.cloud/namespace: kube-system
            """);
        (await garden.RuntimeKubectlAsync("apply", "-f", file)).Succeeded();
        var token = "";
        await EventuallyAsync("the Secret has a token", async () => (token = (await garden.RuntimeKubectlAsync(
            "-n", "shoot--local--local", "get", "secret", "shoot-access-test", "-o",
            "go-template={{with .data}}{{.token | base64decode}}{{end}}")).Output).Length > 100);
        await File.WriteAllTextAsync(
            file, "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenReview\",\"spec\":{\"token\":\"" + token + "\"}}");
        (await InShootAsync("create", "-f", file, "-o", "jsonpath={.status.user.username}"))
            .Succeeded().ShouldBe("system:serviceaccount:kube-system:test");
    }

    [Fact, Order(8)]
    public async Task Workers_grow_and_shrink_with_the_minimum()
    {
        await SetMinimumAsync("local", 2);
        await WaitForNodesAsync("local", 2);
        await SetMinimumAsync("local", 1, maximum: 1);
        await WaitForNodesAsync("local", 1);
    }

    [Fact, Order(9)]
    public async Task A_shoot_becomes_ready_though_each_component_is_killed_once()
    {
        var manifest = (await File.ReadAllTextAsync(BuiltTools.Example("90-shoot.yaml")))
            .Replace("name: local\n  namespace", "name: second\n  namespace", StringComparison.Ordinal)
            .Replace("nodes: 10.0.0.0/16", "nodes: 10.0.0.0/16\n    pods: 10.5.0.0/16\n    services: 10.6.0.0/16", StringComparison.Ordinal);
        var file = Path.Combine(garden.State, "second.yaml");
        await File.WriteAllTextAsync(file, manifest);
        (await garden.KubectlAsync("apply", "-f", file)).Succeeded();
        foreach (var component in Killable)
        {
            Kill(garden, component);
            await Task.Delay(TimeSpan.FromMilliseconds(500));
        }

        await EventuallyAsync(
            "the garden answers again",
            async () => (await garden.KubectlAsync("-n", "garden-local", "get", "shoot", "second")).ExitCode == 0);
        (await garden.WaitForShootAsync("second")).Succeeded();
        await WaitForNodesAsync("second", 1);
    }

    [Fact, Order(10)]
    public async Task A_machine_that_dies_is_replaced()
    {
        var space = "shoot--local--local";
        var machine = (await garden.RuntimeKubectlAsync("-n", space, "get", "pods", "-l", "app=machine", "-o", "jsonpath={.items[0].metadata.uid}")).Succeeded();
        (await garden.RuntimeKubectlAsync("-n", space, "delete", "pods", "-l", "app=machine", "--force", "--grace-period=0")).Succeeded();
        await EventuallyAsync("another machine pod is ready", async () =>
        {
            var now = await garden.RuntimeKubectlAsync("-n", space, "get", "pods", "-l", "app=machine",
                "-o", "jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[0].ready}{\"\\n\"}{end}");
            return now.Output.Split('\n').Any(line => line.EndsWith("true", StringComparison.Ordinal) && !line.StartsWith(machine, StringComparison.Ordinal));
        });
        await WaitForNodesAsync("local", 1);
    }

    [Fact, Order(11)]
    public async Task Deleting_without_confirmation_is_refused()
    {
        var refused = await garden.KubectlAsync("-n", "garden-local", "delete", "shoot", "local");
        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("confirmation.gardener.cloud/deletion");
    }

    [Theory, Order(12)]
    [InlineData("region: local", "region: mars", "mars")]
    [InlineData("version: \"1.35\"", "version: \"9.9.9\"", "1.35.4")]
    [InlineData("type: local\n      cri", "type: huge\n      cri", "huge")]
    [InlineData("nodes: 10.0.0.0/16", "nodes: 10.0.0.0/16\n    pods: 10.0.128.0/17", "10.0.128.0/17")]
    [InlineData("cloudProfile:\n    name: local", "cloudProfile:\n    name: nowhere", "nowhere")]
    public async Task A_wrong_shoot_is_refused_with_the_reason(string good, string bad, string named)
    {
        var text = (await File.ReadAllTextAsync(BuiltTools.Example("90-shoot.yaml"))).Replace("name: local\n  namespace", "name: wrong\n  namespace", StringComparison.Ordinal);
        text.ShouldContain(good);
        var file = Path.Combine(garden.State, "wrong.yaml");
        await File.WriteAllTextAsync(file, text.Replace(good, bad, StringComparison.Ordinal));
        var refused = await garden.KubectlAsync("apply", "-f", file);
        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain(named);
        (await garden.KubectlAsync("-n", "garden-local", "get", "shoot", "wrong")).ExitCode.ShouldNotBe(0);
    }

    [Fact, Order(12)]
    public async Task A_shoot_beyond_the_quota_of_its_project_is_refused()
    {
        var file = Path.Combine(garden.State, "one-more.yaml");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(BuiltTools.Example("90-shoot.yaml")))
            .Replace("name: local\n  namespace", "name: one-more\n  namespace", StringComparison.Ordinal));
        string[] quota = ["-n", "garden-local", "create", "quota", "none", "--hard=count/shoots.core.gardener.cloud=0"];
        (await garden.KubectlAsync(quota)).Succeeded();
        (await garden.KubectlAsync("create", "--dry-run=server", "-f", file)).Error.ShouldContain("exceeded quota: none");
        (await garden.KubectlAsync("-n", "garden-local", "delete", "resourcequota", "none")).Succeeded();
        (await garden.KubectlAsync("create", "--dry-run=server", "-f", file)).Succeeded();
    }

    [Fact, Order(13)]
    public async Task Deleted_shoots_leave_nothing()
    {
        foreach (var name in new[] { "local", "second" })
        {
            (await garden.KubectlAsync("-n", "garden-local", "annotate", "shoot", name, "confirmation.gardener.cloud/deletion=true", "--overwrite")).Succeeded();
            (await garden.KubectlAsync(TimeSpan.FromMinutes(4), "-n", "garden-local", "delete", "shoot", name, "--timeout=3m")).Succeeded();
            (await garden.RuntimeKubectlAsync("get", "namespace", $"shoot--local--{name}")).ExitCode.ShouldNotBe(0);
        }

        (await garden.RuntimeKubectlAsync("get", "managedresources,secrets", "-A", "-o", "jsonpath={.items[*].metadata.namespace}"))
            .Succeeded().ShouldNotContain("shoot--");
        (await extension.ObjectsOfShootsAsync()).ShouldBeEmpty();
        (await garden.RuntimeKubectlAsync("get", "ippools,clusters.extensions.gardener.cloud", "-o", "name")).Output.ShouldBeEmpty();
        HostTraces.Processes(garden.State).ShouldNotContain(process => process.Component == "machine-controller-manager");
    }

    [Fact, Order(13)]
    public Task An_admission_that_is_taken_away_leaves_nothing_that_the_garden_would_ask() => admission.GoesWithItsBlockAsync();

    [Fact, Order(14)]
    public async Task The_garden_comes_back_with_its_data_after_everything_was_killed()
    {
        (await garden.KubectlAsync("-n", "garden-local", "create", "configmap", "keep", "--from-literal=a=b")).Succeeded();
        foreach (var process in HostTraces.Processes(garden.State))
        {
            KillProcess(process.Id);
        }

        (await garden.UpAsync()).Succeeded();
        (await garden.KubectlAsync("-n", "garden-local", "get", "configmap", "keep", "-o", "jsonpath={.data.a}")).Succeeded().ShouldBe("b");
    }

    [Fact, Order(15)]
    public async Task Down_leaves_no_process_namespace_mount_or_interface()
    {
        (await garden.DownAsync()).Succeeded();
        HostTraces.Processes(garden.State).ShouldBeEmpty();
        HostTraces.NetworkNamespaces().Except(garden.NetworkNamespacesBefore).ShouldBeEmpty();
        HostTraces.Links().Except(garden.LinksBefore).ShouldBeEmpty();
        HostTraces.Mounts(garden.State).ShouldBeEmpty();
    }

    private async Task SetMinimumAsync(string shoot, int minimum, int maximum = 2) => (await garden.KubectlAsync(
        "-n", "garden-local", "patch", "shoot", shoot, "--type=json", "-p",
        $$"""[{"op":"replace","path":"/spec/provider/workers/0/minimum","value":{{minimum}}},{"op":"replace","path":"/spec/provider/workers/0/maximum","value":{{maximum}}}]"""))
        .Succeeded();

    private async Task WaitForNodesAsync(string shoot, int count)
    {
        var kubeconfig = await garden.ShootKubeconfigAsync(shoot);
        await EventuallyAsync($"shoot {shoot} has {count} ready nodes", async () =>
        {
            var nodes = await Commands.RunAsync(BuiltTools.Kubectl, TimeSpan.FromSeconds(30), "--kubeconfig", kubeconfig, "get", "nodes", "--no-headers");
            var lines = nodes.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return lines.Length == count && lines.All(line => line.Contains(" Ready ", StringComparison.Ordinal));
        });
    }

    internal static async Task EventuallyAsync(string what, Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMinutes(3), what);
            await Task.Delay(TimeSpan.FromMilliseconds(250));
        }
    }

    /// <summary>Ends the processes of a component as a power cut would.</summary>
    /// <returns>How many there were.</returns>
    internal static int Kill(LocalGarden garden, string component)
    {
        var processes = HostTraces.Processes(garden.State).Where(process => process.Component == component).ToArray();
        foreach (var process in processes)
        {
            KillProcess(process.Id);
        }

        return processes.Length;
    }

    private static void KillProcess(int id)
    {
        try
        {
            Process.GetProcessById(id).Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    /// <summary>The garden that all tests share.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public LocalGarden Garden { get; } = new();

        public async Task InitializeAsync() => (await Garden.UpAsync()).Succeeded();

        public async Task DisposeAsync() => await Garden.DisposeAsync();
    }
}
