using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator.Tests;

[Trait("Category", "Integration")]
public sealed class GardenReconcileTests
{
    [Fact]
    public async Task A_garden_succeeds_with_progress_that_never_falls()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await world.Script.BreakAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        world.StartOperator();

        var progress = new List<int>();
        await foreach (var state in world.Runtime.StatesAsync<Garden>(OperatorWorld.Key, deadline.Token))
        {
            if (state?.Status?.LastOperation is { } operation)
            {
                progress.Add(operation.Progress);
                if (operation.Progress is > 0 and < 100)
                {
                    await world.Script.RepairAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
                }

                if (operation.State == LastOperationState.Succeeded)
                {
                    break;
                }
            }
        }

        progress[0].ShouldBe(0);
        progress[^1].ShouldBe(100);
        progress.ShouldBeInOrder();
        progress.Distinct().Count().ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task A_succeeded_garden_has_all_its_parts()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);

        var garden = await world.Runtime.GetAsync<Garden>(OperatorWorld.Key, deadline.Token);
        var service = await world.Runtime.GetAsync<Service>(OperatorWorld.ApiServer, deadline.Token);
        var set = await world.Runtime.GetAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        var deployments = await world.Runtime.ListAsync<Deployment>(ListOptions.In("garden"), deadline.Token);
        var secrets = await world.Runtime.ListAsync<Secret>(ListOptions.In("garden"), deadline.Token);

        garden.Metadata.HasFinalizer(GardenerFinalizers.Operator).ShouldBeTrue();
        garden.Status!.ObservedGeneration.ShouldBe(garden.Metadata.Generation);
        garden.Status.Gardener!.Version.ShouldNotBeEmpty();
        service.Metadata.Annotation("dns.gardener.cloud/dnsnames").ShouldBe("api.garden.example,gardener.garden.example");
        set.Spec.Template.Spec!.Containers[0].Args!.ShouldContain($"--advertise-address={service.Spec.ClusterIP}");
        deployments.Items.Select(deployment => deployment.Metadata.Name).ShouldBe(
            [
                "gardener-resource-manager", "virtual-garden-gardener-resource-manager", "virtual-garden-kube-controller-manager",
                "gardener-controller-manager", "gardener-scheduler",
            ],
            ignoreOrder: true);
        secrets.Items.Select(secret => secret.Metadata.Label("name")).OfType<string>().Distinct().ShouldBe(
            [
                "ca", "ca-client", "ca-front-proxy", "ca-gardener", "service-account-key", "kube-apiserver", "kube-aggregator",
                "kube-apiserver-authorization-webhook", "gardener-apiserver", "gardener-apiserver-kubeconfig",
                "virtual-garden-kube-controller-manager-kubeconfig",
                "gardener-controller-manager-kubeconfig", "gardener-scheduler-kubeconfig", "generic-token-kubeconfig",
                "virtual-garden-gardener-resource-manager-kubeconfig",
            ],
            ignoreOrder: true);
        (await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.KeyOf("gardener-apiserver"), deadline.Token)).ShouldNotBeNull();
        var registered = await world.Garden.GetAsync<APIService>(ObjectKey.Cluster("v1beta1.core.gardener.cloud"), deadline.Token);
        registered.Spec.Service!.Name.ShouldBe("gardener-apiserver");
        (await world.Garden.FindAsync<Namespace>(ObjectKey.Cluster("gardener-system-seed-lease"), deadline.Token)).ShouldNotBeNull();
        var info = await world.Garden.GetAsync<ConfigMap>(new ObjectKey("gardener-system-public", "gardener-info"), deadline.Token);
        info.Data!["gardenerAPIServer"].ShouldBe($"version: {BuildVersion.Current}\n");
        (await world.Garden.FindAsync<ClusterRoleBinding>(
            ObjectKey.Cluster("gardener.cloud:system:seed-bootstrapper"), deadline.Token)).ShouldNotBeNull();
        (await world.Garden.FindAsync<ClusterRoleBinding>(ObjectKey.Cluster("gardener.cloud:system:seeds"), deadline.Token))
            .ShouldBeNull("the rights of a gardenlet depend on its seed");
    }

    [Fact]
    public async Task Secrets_that_workloads_mount_exist()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);

        var set = await world.Runtime.GetAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        var deployments = await world.Runtime.ListAsync<Deployment>(ListOptions.In("garden"), deadline.Token);
        var secrets = await world.Runtime.ListAsync<Secret>(ListOptions.In("garden"), deadline.Token);

        var names = secrets.Items.Select(secret => secret.Metadata.Name).ToHashSet();
        deployments.Items.Select(deployment => deployment.Spec.Template).Append(set.Spec.Template)
            .SelectMany(template => template.Spec!.Volumes ?? [])
            .Select(volume => volume.Secret?.SecretName)
            .OfType<string>()
            .ShouldAllBe(name => names.Contains(name));
    }

    [Fact]
    public async Task The_reconcile_operation_is_taken_up_and_others_are_left()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);
        await world.AnnotateAsync(GardenerAnnotations.Operation, "rotate-ca-start", deadline.Token);

        // Watched from before the annotation: the run may be over within the second that time stamps have.
        await using var states = world.Runtime.StatesAsync<Garden>(OperatorWorld.Key, deadline.Token).GetAsyncEnumerator(deadline.Token);
        await states.MoveNextAsync();
        await world.AnnotateAsync(GardenerAnnotations.Operation, "rotate-ca-start;reconcile", deadline.Token);
        var (asked, ran, done) = (false, false, false);
        while (!done)
        {
            (await states.MoveNextAsync()).ShouldBeTrue();
            var (operation, left) = (states.Current!.Status!.LastOperation!, states.Current.Metadata.Annotation(GardenerAnnotations.Operation));
            asked |= left == "rotate-ca-start;reconcile";
            ran |= asked && left == "rotate-ca-start" && operation.State == LastOperationState.Processing;
            done = ran && operation.State == LastOperationState.Succeeded;
        }

        states.Current!.Metadata.Annotation(GardenerAnnotations.Operation).ShouldBe("rotate-ca-start");
    }

    [Fact]
    public async Task A_changed_spec_is_rolled_out()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);

        var changed = await world.PatchAsync(
            """{"spec":{"virtualCluster":{"dns":{"domains":[{"name":"other.example"}]}}}}""", deadline.Token);

        await world.UntilAsync(
            found => found!.Status!.ObservedGeneration == changed.Metadata.Generation
                && found.Status.LastOperation!.State == LastOperationState.Succeeded,
            deadline.Token);
        var set = await world.Runtime.GetAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        set.Spec.Template.Spec!.Containers[0].Args!.ShouldContain("--service-account-issuer=https://api.other.example");
    }

    [Fact]
    public async Task A_second_garden_is_left_alone_until_the_first_is_gone()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden("other"), deadline.Token);
        var other = ObjectKey.Cluster("other");

        var events = world.Runtime.WatchAsync<Event>(new WatchOptions(), deadline.Token);
        await foreach (var change in events)
        {
            if (change.Object is { Reason: "SecondGarden", InvolvedObject.Name: "other" })
            {
                break;
            }
        }

        var left = await world.Runtime.GetAsync<Garden>(other, deadline.Token);
        await world.AnnotateAsync(GardenerAnnotations.ConfirmationDeletion, "true", deadline.Token);
        await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, deadline.Token);
        await world.Runtime.UntilAsync<Garden>(
            other, found => found?.Status?.LastOperation?.State == LastOperationState.Succeeded, deadline.Token);

        left.Status.ShouldBeNull();
        left.Metadata.Finalizers.ShouldBeNull();
    }

    [Fact]
    public async Task A_failing_task_is_named_with_its_reason_and_tried_again()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token, withNamespace: false);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        world.StartOperator();

        var failed = await world.UntilAsync(
            found => found?.Status?.LastOperation?.State == LastOperationState.Error, deadline.Token);
        await world.CreateNamespaceAsync(deadline.Token);
        await world.UntilSucceededAsync(deadline.Token);

        var reason = failed!.Status!.LastOperation!.Description;
        reason.ShouldContain("Generating certificate authorities");
        reason.ShouldContain("namespaces \"garden\" not found");
    }

    [Fact]
    public async Task An_operator_that_restarts_in_the_middle_finishes_with_the_same_authorities()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await world.Script.BreakAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        world.StartOperator();
        await world.UntilAsync(
            found => found?.Status?.LastOperation?.Description.Contains("Waiting until", StringComparison.Ordinal) == true, deadline.Token);

        await world.StopOperatorAsync();
        await world.Script.RepairAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        world.StartOperator();
        await world.UntilSucceededAsync(deadline.Token);

        var authorities = await world.Runtime.ListAsync<Secret>(
            new ListOptions { Namespace = "garden", LabelSelector = "name=ca" }, deadline.Token);
        authorities.Items.ShouldHaveSingleItem();
    }
}
