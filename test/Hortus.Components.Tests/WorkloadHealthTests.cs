using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

public sealed class WorkloadHealthTests
{
    [Theory]
    [InlineData(1, 1L, 1, 1, 1, true)]
    [InlineData(null, 1L, 1, 1, 1, true)]
    [InlineData(1, 2L, 1, 1, 1, true)]
    [InlineData(1, 0L, 1, 1, 1, false)]
    [InlineData(1, null, 1, 1, 1, false)]
    [InlineData(1, 1L, 2, 1, 1, false)]
    [InlineData(1, 1L, 1, 0, 1, false)]
    [InlineData(1, 1L, 1, 1, 0, false)]
    [InlineData(2, 1L, 2, 2, 1, false)]
    [InlineData(0, 1L, 0, 0, 0, true)]
    [InlineData(0, 1L, 1, 0, 0, false)]
    [InlineData(0, null, 0, 0, 0, false)]
    public void Rolled_out_means_all_wanted_replicas_and_no_other(
        int? wanted, long? observed, int replicas, int updated, int ready, bool expected)
    {
        var metadata = new ObjectMeta { Name = "a", Generation = 1 };
        var deployment = new Deployment
        {
            Metadata = metadata,
            Spec = new DeploymentSpec { Replicas = wanted },
            Status = new DeploymentStatus
            {
                ObservedGeneration = observed,
                Replicas = replicas,
                UpdatedReplicas = updated,
                AvailableReplicas = ready,
            },
        };
        var set = new StatefulSet
        {
            Metadata = metadata,
            Spec = new StatefulSetSpec { Replicas = wanted },
            Status = new StatefulSetStatus
            {
                ObservedGeneration = observed,
                Replicas = replicas,
                UpdatedReplicas = updated,
                ReadyReplicas = ready,
            },
        };

        WorkloadHealth.IsRolledOut(deployment).ShouldBe(expected);
        WorkloadHealth.IsRolledOut(set).ShouldBe(expected);
    }

    [Fact]
    public void What_is_not_there_has_not_rolled_out()
    {
        WorkloadHealth.IsRolledOut((Deployment?)null).ShouldBeFalse();
        WorkloadHealth.IsRolledOut((StatefulSet?)null).ShouldBeFalse();
        WorkloadHealth.IsRolledOut(new Deployment()).ShouldBeFalse();
        WorkloadHealth.IsRolledOut(new StatefulSet()).ShouldBeFalse();
        WorkloadHealth.IsEstablished(null).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Established", "True", true)]
    [InlineData("Established", "False", false)]
    [InlineData("NamesAccepted", "True", false)]
    public void A_definition_is_established_when_the_server_says_so(string type, string status, bool expected) =>
        WorkloadHealth.IsEstablished(new CustomResourceDefinition
        {
            Status = new CustomResourceDefinitionStatus
            {
                Conditions = [new CustomResourceDefinitionCondition { Type = type, Status = status }],
            },
        }).ShouldBe(expected);
}
