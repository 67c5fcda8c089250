using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Operator.Webhooks;

namespace Hortus.Operator.Tests.Extensions;

public sealed class ExtensionRulesTests
{
    private const string Fine = """
        resources:
        - { kind: DNSRecord, type: test, primary: true }
        - { kind: Extension, type: test, primary: true, autoEnable: [shoot, garden], clusterCompatibility: [shoot, seed, garden] }
        deployment:
          resources: [{ name: credentials, resourceRef: { apiVersion: v1, kind: Secret, name: credentials } }]
          extension:
            helm: { ociRepository: { ref: "oci://registry.example/charts/test:1.0.0" } }
            values: { key: "{{ .resources.credentials.data.password }}" }
            runtimeClusterValues: { replicas: 1 }
            policy: Always
          admission:
            runtimeCluster: { helm: { ociRepository: { repository: registry.example/admission, tag: v1 } } }
            virtualCluster:
              helm:
                ociRepository:
                  repository: registry.example/admission
                  digest: sha256:0123456789012345678901234567890123456789012345678901234567890123
                  pullSecretRef: { name: pull }
                  caBundleSecretRef: { name: ca }
        """;

    [Fact]
    public void A_complete_Extension_has_no_faults() => Faults("test", Fine).ShouldBeEmpty();

    [Theory]
    [InlineData("{}", "spec.deployment: Required value")]
    [InlineData("{ deployment: {} }", "spec.deployment: Required value: must provide at least one of extension and admission")]
    [InlineData("{ deployment: { extension: {} } }", "spec.deployment.extension.helm: Required value")]
    [InlineData("{ deployment: { extension: { helm: {} } } }", "spec.deployment.extension.helm.ociRepository: Required value")]
    [InlineData("{ deployment: { admission: {} } }", "spec.deployment.admission: Required value")]
    [InlineData(
        "{ deployment: { admission: { runtimeCluster: {} } } }", "spec.deployment.admission.runtimeCluster.helm: Required value")]
    [InlineData(
        "{ deployment: { admission: { virtualCluster: { helm: {} } } } }",
        "spec.deployment.admission.virtualCluster.helm.ociRepository: Required value")]
    [InlineData(
        "{ deployment: { extension: { helm: { ociRepository: { repository: registry.example/test } } } } }",
        "spec.deployment.extension.helm.ociRepository: Required value: must provide either tag or digest")]
    [InlineData(
        "{ deployment: { extension: { helm: { ociRepository: { ref: 'registry.example/test:1', tag: '1' } } } } }",
        "spec.deployment.extension.helm.ociRepository.tag: Forbidden")]
    [InlineData(
        "{ deployment: { extension: { helm: { ociRepository: { ref: foo } } } } }",
        "spec.deployment.extension.helm.ociRepository.ref: Invalid value: \"foo\"")]
    [InlineData(
        "{ deployment: { extension: { helm: { ociRepository: { ref: 'registry.example/test' } } } } }",
        "spec.deployment.extension.helm.ociRepository.ref: Invalid value")]
    public void What_cannot_be_deployed_is_named_with_its_field(string spec, string fault) =>
        Faults("test", spec).ShouldHaveSingleItem().ShouldStartWith(fault);

    [Theory]
    [InlineData("policy: Sometimes", "spec.deployment.extension.policy: Unsupported value: \"Sometimes\"")]
    [InlineData("values: [1]", "spec.deployment.extension.values: Invalid value")]
    [InlineData("runtimeClusterValues: text", "spec.deployment.extension.runtimeClusterValues: Invalid value")]
    [InlineData(
        "values: { a: { b: '{{ .resources.other.data.key }}' } }",
        "spec.deployment.extension.values.a.b: Invalid value: \"{{ .resources.other.data.key }}\"")]
    [InlineData("runtimeClusterValues: { a: '{{ .Values.x }}' }", "spec.deployment.extension.runtimeClusterValues.a: Invalid value")]
    [InlineData("values: { a: 'x }} y' }", "spec.deployment.extension.values.a: Invalid value")]
    public void Values_have_to_be_maps_with_legal_templates(string field, string fault) => Faults("test", $$"""
        deployment:
          extension:
            helm: { ociRepository: { ref: "registry.example/test:1" } }
            {{field}}
        """).ShouldHaveSingleItem().ShouldStartWith(fault);

    [Theory]
    [InlineData("{ kind: Pod, type: test }", "spec.resources[0].kind: Unsupported value: \"Pod\"")]
    [InlineData("{ kind: DNSRecord, type: '' }", "spec.resources[0].type: Required value")]
    [InlineData("{ kind: DNSRecord, type: test, autoEnable: [garden] }", "spec.resources[0].autoEnable: Forbidden")]
    [InlineData(
        "{ kind: Extension, type: test, autoEnable: [garden], clusterCompatibility: [shoot] }",
        "spec.resources[0].autoEnable[0]: Forbidden")]
    [InlineData("{ kind: Extension, type: test, clusterCompatibility: [moon] }", "spec.resources[0].clusterCompatibility[0]: Unsupported")]
    [InlineData("{ kind: DNSRecord, type: test }, { kind: DNSRecord, type: test }", "spec.resources[1]: Duplicate value")]
    public void Resources_follow_the_rules_of_registrations(string resources, string fault) => Faults("test", $$"""
        resources: [{{resources}}]
        deployment: { extension: { helm: { ociRepository: { ref: "registry.example/test:1" } } } }
        """).ShouldHaveSingleItem().ShouldStartWith(fault);

    [Fact]
    public void Who_is_primary_stays()
    {
        var old = ExtensionWorld.NewExtension("test", Fine);
        var changed = ExtensionWorld.NewExtension("test", Fine.Replace("type: test, primary: true }", "type: test, primary: false }", StringComparison.Ordinal));

        ExtensionRules.Check(changed, old).All.ShouldHaveSingleItem().ToString()
            .ShouldBe("spec.resources[0].primary: Invalid value: false: field is immutable");
    }

    [Theory]
    [InlineData("a23456789012345678901234567890123456789012345", true)]
    [InlineData("a234567890123456789012345678901234567890123456", false)]
    [InlineData("with.dots", false)]
    public void Names_fit_into_those_of_namespaces(string name, bool isFine)
    {
        Faults(name, Fine).Count.ShouldBe(isFine ? 0 : 1);
        ExtensionNames.RuntimeNamespace(name).Length.ShouldBeLessThanOrEqualTo(isFine ? 63 : 64);
    }

    [Fact]
    public void An_old_reference_that_is_none_keeps_no_change_from_being_made()
    {
        var old = ExtensionWorld.NewExtension("test", "{ deployment: { extension: { helm: { ociRepository: { ref: foo } } } } }");
        var changed = ExtensionWorld.NewExtension(
            "test", "{ deployment: { extension: { policy: Always, helm: { ociRepository: { ref: foo } } } } }");

        ExtensionRules.Check(changed, old).IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("registration-x", "x-garden", "extension-registration-x-garden")]
    [InlineData("x-garden", "registration-x", "extension-registration-x-garden")]
    [InlineData("admission-virtual-x", "x-garden", "extension-admission-virtual-x-garden")]
    [InlineData("registration-x", "y-garden", null)]
    [InlineData("x", "x", null)]
    public void Names_clash_where_both_want_one_ManagedResource(string name, string other, string? resource) =>
        ExtensionNames.Clash(name, other).ShouldBe(resource);

    private static IReadOnlyList<string> Faults(string name, string spec) =>
        [.. ExtensionRules.Check(ExtensionWorld.NewExtension(name, spec), null).All.Select(fault => fault.ToString())];
}
