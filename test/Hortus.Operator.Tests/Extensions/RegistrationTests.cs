using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.Operator.Tests.Extensions;

public sealed class RegistrationTests
{
    [Fact]
    public void What_is_for_gardens_does_not_reach_the_virtual_garden()
    {
        var extension = ExtensionWorld.NewExtension("test", """
            resources:
            - { kind: Extension, type: both, autoEnable: [garden, shoot], clusterCompatibility: [garden, shoot, seed] }
            - { kind: Extension, type: gardens, autoEnable: [garden], clusterCompatibility: [garden] }
            - { kind: Extension, type: unsaid }
            - { kind: DNSRecord, type: test, primary: false }
            deployment: { extension: { helm: { ociRepository: { ref: "registry.example/test:1" } } } }
            """);

        var resources = VirtualRegistration.RegistrationOf(extension).Spec.Resources!;

        resources.Select(resource => resource.Type).ShouldBe(["both", "unsaid", "test"]);
        resources[0].AutoEnable.ShouldBe(["shoot"]);
        resources[0].ClusterCompatibility.ShouldBe(["shoot", "seed"]);
        resources[1].ClusterCompatibility.ShouldBeNull();
        resources[2].Primary.ShouldBe(false);
    }

    [Fact]
    public void The_registration_deploys_the_deployment_of_the_same_name_as_the_Extension_says()
    {
        var extension = ExtensionWorld.NewExtension("test", """
            deployment:
              extension:
                helm: { ociRepository: { ref: "registry.example/test:1" } }
                policy: AlwaysExceptNoShoots
                seedSelector: { matchLabels: { environment: dev } }
            """);
        extension = extension with
        {
            Metadata = extension.Metadata with
            {
                Annotations = new Dictionary<string, string> { [GardenerAnnotations.PodSecurityEnforce] = "privileged" },
            },
        };

        var registration = VirtualRegistration.RegistrationOf(extension);

        registration.Metadata.Name.ShouldBe("test");
        registration.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce).ShouldBe("privileged");
        registration.Spec.Deployment!.Policy.ShouldBe("AlwaysExceptNoShoots");
        registration.Spec.Deployment.SeedSelector!.MatchLabels!["environment"].ShouldBe("dev");
        registration.Spec.Deployment.DeploymentRefs!.ShouldHaveSingleItem().Name.ShouldBe("test");
    }

    [Fact]
    public void References_of_the_deployment_are_those_of_the_copies_and_only_what_values_read_is_among_them()
    {
        var extension = ExtensionWorld.NewExtension("test", """
            deployment:
              resources:
              - { name: used, resourceRef: { apiVersion: v1, kind: Secret, name: for-seeds } }
              - { name: other, resourceRef: { apiVersion: v1, kind: Secret, name: for-the-runtime } }
              extension:
                helm:
                  ociRepository:
                    ref: "registry.example/test:1"
                    pullSecretRef: { name: pull }
                    caBundleSecretRef: { name: ca }
                values: { password: "{{ .resources.used.data.password }}" }
                runtimeClusterValues: { password: "{{ .resources.other.data.password }}" }
            """);

        var deployment = VirtualRegistration.DeploymentOf(extension);

        deployment.Helm!.OciRepository!.PullSecretRef!.Name.ShouldBe("test-pull");
        deployment.Helm.OciRepository.CaBundleSecretRef!.Name.ShouldBe("test-ca");
        deployment.Resources!.ShouldHaveSingleItem().ResourceRef.Name.ShouldBe("test-for-seeds");
        deployment.Helm.Values!.Value.GetProperty("password").GetString().ShouldBe("{{ .resources.used.data.password }}");
    }

    [Theory]
    [InlineData("Worker", "", true)]
    [InlineData("Worker", "injectGardenKubeconfig: false", false)]
    [InlineData("Network", "", null)]
    [InlineData("Network", "injectGardenKubeconfig: true", true)]
    public void Controllers_of_workers_get_into_the_garden_unless_told_otherwise(string kind, string field, bool? expected) =>
        VirtualRegistration.DeploymentOf(ExtensionWorld.NewExtension("test", $$"""
            resources: [{ kind: {{kind}}, type: test }]
            deployment:
              extension:
                helm: { ociRepository: { ref: "registry.example/test:1" } }
                {{field}}
            """)).InjectGardenKubeconfig.ShouldBe(expected);
}
