using Hortus.Objects;
using Hortus.ResourceManager.Health;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Tests;

public sealed class HealthTests
{
    private const string Seen = "metadata: {generation: 2}\n";

    public static TheoryData<string, string, string?> Cases => new()
    {
        { "apiextensions.k8s.io/v1 CustomResourceDefinition", "status: {conditions: [{type: NamesAccepted, status: 'True'}, {type: Established, status: 'True'}]}", null },
        { "apiextensions.k8s.io/v1 CustomResourceDefinition", "status: {conditions: [{type: NamesAccepted, status: 'True'}]}", "condition Established is missing" },
        { "apps/v1 Deployment", Seen + "status: {observedGeneration: 1}", "has not seen the latest change" },
        { "apps/v1 Deployment", Seen + "status: {observedGeneration: 2, conditions: [{type: Available, status: 'True'}]}", null },
        { "apps/v1 Deployment", Seen + "status: {observedGeneration: 2, conditions: [{type: Available, status: 'False', reason: Few}]}", "Available is False, reason Few" },
        { "apps/v1 Deployment", Seen + "status: {observedGeneration: 2, conditions: [{type: Available, status: 'True'}, {type: ReplicaFailure, status: 'True'}]}", "ReplicaFailure is True" },
        { "apps/v1 StatefulSet", Seen + "spec: {replicas: 3}\nstatus: {observedGeneration: 2, readyReplicas: 2}", "2 of 3 replicas" },
        { "apps/v1 StatefulSet", Seen + "status: {observedGeneration: 2, readyReplicas: 1}", null },
        { "apps/v1 ReplicaSet", Seen + "status: {observedGeneration: 2}", "0 of 1 replicas" },
        { "apps/v1 DaemonSet", Seen + "status: {observedGeneration: 2, desiredNumberScheduled: 3, currentNumberScheduled: 2}", "2 of 3 pods are scheduled" },
        { "apps/v1 DaemonSet", Seen + "status: {observedGeneration: 2, numberMisscheduled: 1}", "should not" },
        { "apps/v1 DaemonSet", Seen + "status: {observedGeneration: 2, desiredNumberScheduled: 3, currentNumberScheduled: 3, updatedNumberScheduled: 1, numberUnavailable: 1}", null },
        { "apps/v1 DaemonSet", Seen + "status: {observedGeneration: 2, desiredNumberScheduled: 3, currentNumberScheduled: 3, updatedNumberScheduled: 3, numberUnavailable: 1}", "1 of 3 pods are unavailable" },
        { "apps/v1 DaemonSet", Seen + "spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 50%}}}\nstatus: {observedGeneration: 2, desiredNumberScheduled: 5, currentNumberScheduled: 5, updatedNumberScheduled: 1, numberUnavailable: 3}", "3 of 5 pods are unavailable" },
        { "batch/v1 Job", "status: {conditions: [{type: Failed, status: 'True', reason: Limit}]}", "reason Limit" },
        { "batch/v1 Job", "status: {}", null },
        { "v1 Pod", "status: {phase: Pending}", "phase is Pending" },
        { "v1 Pod", "status: {phase: Succeeded}", null },
        { "v1 Service", "spec: {type: LoadBalancer}", "no address" },
        { "v1 Service", "spec: {type: LoadBalancer}\nstatus: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}", null },
        { "v1 ConfigMap", "data: {}", null },
        { "autoscaling.k8s.io/v1 VerticalPodAutoscaler", "status: {conditions: [{type: ConfigUnsupported, status: 'True'}]}", "ConfigUnsupported" },
        { "monitoring.coreos.com/v1 Prometheus", "metadata: {generation: 2}\nstatus: {conditions: [{type: Available, status: 'True', observedGeneration: 1}]}", "latest change" },
        { "cert.gardener.cloud/v1alpha1 Certificate", "metadata: {generation: 1}\nstatus: {observedGeneration: 1, state: Error}", "state is Error" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_object_is_well_or_says_what_is_wrong(string kind, string rest, string? expected)
    {
        var found = ObjectHealth.Check(Tree(kind, rest));

        if (expected is null)
        {
            found.ShouldBeNull();
        }
        else
        {
            found.ShouldNotBeNull().ShouldContain(expected);
        }
    }

    [Theory]
    [InlineData("apps/v1 StatefulSet", "spec: {replicas: 2}\nstatus: {updatedReplicas: 1}", "1 of 2 pods")]
    [InlineData("apps/v1 StatefulSet", "spec: {replicas: 2}\nstatus: {updatedReplicas: 2}", null)]
    [InlineData("apps/v1 DaemonSet", "status: {desiredNumberScheduled: 2, updatedNumberScheduled: 1}", "1 of 2 pods")]
    [InlineData("apps/v1 Deployment", "status: {conditions: [{type: Progressing, status: 'True', reason: ReplicaSetUpdated}]}", "ReplicaSetUpdated")]
    [InlineData("v1 ConfigMap", "", null)]
    public void A_rollout_is_done_or_says_what_it_waits_for(string kind, string rest, string? expected)
    {
        var found = ObjectProgress.Check(Tree(kind, rest), _ => []);

        (found ?? "").ShouldContain(expected ?? "");
        (found is null).ShouldBe(expected is null);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(1, 3, true)]
    public void Old_pods_that_are_left_hold_a_rollout_up_and_ended_ones_do_not(int running, int ended, bool isDone)
    {
        var deployment = Tree(
            "apps/v1 Deployment",
            "metadata: {name: a, namespace: b}\nspec: {replicas: 1, selector: {matchLabels: {app: a}}}\n"
            + "status: {conditions: [{type: Progressing, status: 'True', reason: NewReplicaSetAvailable}]}");
        var pods = Enumerable.Range(0, running + ended).Select(i => DynamicCache.Of(Tree(
            "v1 Pod",
            $"metadata: {{name: p{i}, namespace: b, labels: {{app: a}}}}\nstatus: {{phase: {(i < running ? "Running" : "Failed")}}}"))).ToArray();

        (ObjectProgress.Check(deployment, _ => pods) is null).ShouldBe(isDone);
    }

    private static System.Text.Json.Nodes.JsonObject Tree(string kind, string rest) =>
        KubernetesYaml.Parse($"apiVersion: {kind.Split(' ')[0]}\nkind: {kind.Split(' ')[1]}\n{rest}\n");
}
