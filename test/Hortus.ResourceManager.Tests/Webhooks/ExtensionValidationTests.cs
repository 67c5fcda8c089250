using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Webhooks.ExtensionValidation;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Tests.Webhooks;

public sealed class ExtensionValidationTests
{
    private const string Region = "type: local, region: r, secretRef: {name: s}";

    [Fact]
    public void The_rules_cover_what_the_rendered_configuration_asks_about() =>
        ExtensionRules.Resources.ShouldBe(WebhookNames.ValidatedExtensions, ignoreOrder: true);

    [Theory]
    [InlineData("infrastructures", Region)]
    [InlineData("controlplanes", Region)]
    [InlineData("workers", Region + ", pools: [{name: a, machineType: m, machineImage: {name: i, version: v}, architecture: arm64}]")]
    [InlineData("networks", "type: calico, podCIDR: 10.3.0.0/16, serviceCIDR: 10.4.0.0/16")]
    [InlineData("networks", "type: calico, ipFamilies: [IPv6], podCIDR: 'fd00::/64', serviceCIDR: 'fd01::/64'")]
    [InlineData("networks", "type: calico, ipFamilies: [IPv4, IPv6], podCIDR: 'fd00::/64', serviceCIDR: 10.0.0.0/16")]
    [InlineData("dnsrecords", "type: d, secretRef: {name: s}, name: a.b, recordType: A, values: [1.2.3.4], ttl: 120")]
    [InlineData("dnsrecords", "type: d, secretRef: {name: s}, name: a.b, recordType: TXT, values: [x, y]")]
    [InlineData("operatingsystemconfigs", "type: o, purpose: reconcile, units: [{name: u}], files: [{path: /a, content: {inline: {data: x}}}]")]
    [InlineData("extensions", "type: e")]
    [InlineData("clusters", "any: thing")]
    public void What_extensions_can_reconcile_has_no_faults(string resource, string spec) =>
        Faults(resource, spec).ShouldBe("");

    [Theory]
    [InlineData("infrastructures", "region: ''", "spec.type: Required value; spec.region: Required value; spec.secretRef.name: Required value")]
    [InlineData("backupentries", Region, "spec.bucketName: Required value")]
    [InlineData("bastions", "type: b, userData: x, ingress: []", "spec.ingress: Required value")]
    [InlineData("containerruntimes", "type: c, binaryPath: /b, workerPool: 7", "spec.workerPool.name: Required value")]
    [InlineData("networks", "type: n, podCIDR: 10.0.0.0/8, serviceCIDR: 10.4.0.0/16",
        "spec.serviceCIDR: Invalid value: \"10.4.0.0/16\": must not overlap with podCIDR (10.0.0.0/8)")]
    [InlineData("networks", "type: n, podCIDR: 10.0.0.0-8, serviceCIDR: 'fd00::/64'",
        "spec.podCIDR: Invalid value: \"10.0.0.0-8\": must be a range of addresses such as 10.0.0.0/16; "
        + "spec.serviceCIDR: Invalid value: \"fd00::/64\": must be a range of IPv4")]
    [InlineData("networks", "type: n, ipFamilies: [IPv4, IPv4, v7], podCIDR: 10.0.0.0/16, serviceCIDR: 10.1.0.0/16",
        "spec.ipFamilies[1]: Duplicate value: \"IPv4\"; spec.ipFamilies[2]: Unsupported value: \"v7\": supported values: \"IPv4\", \"IPv6\"")]
    [InlineData("dnsrecords", "type: d, secretRef: {name: s}, name: a, recordType: A, values: ['::1']",
        "spec.values[0]: Invalid value: \"::1\": an A record wants an IPv4 address")]
    [InlineData("dnsrecords", "type: d, secretRef: {name: s}, name: a, recordType: MX, values: [x], ttl: -1",
        "spec.recordType: Unsupported value: \"MX\": supported values: \"A\", \"AAAA\", \"CNAME\", \"TXT\"; "
        + "spec.ttl: Invalid value: -1: must be between 0 and 2147483647")]
    [InlineData("dnsrecords", "type: d, secretRef: {name: s}, name: a, recordType: CNAME, values: [x, y]",
        "spec.values: Invalid value: [\"x\",\"y\"]: a CNAME record has one value")]
    [InlineData("workers", Region + ", pools: [{name: a, machineType: m, machineImage: {name: i}}, {name: a, machineType: m, machineImage: {name: i, version: v}, architecture: s390}]",
        "spec.pools[0].machineImage.version: Required value; "
        + "spec.pools[1].architecture: Unsupported value: \"s390\": supported values: \"amd64\", \"arm64\"; spec.pools[1].name: Duplicate value: \"a\"")]
    [InlineData("operatingsystemconfigs", "type: o, purpose: play, units: [{}], files: [{path: /a, content: {}}, {path: /a, content: {inline: {}, imageRef: {}}}]",
        "spec.purpose: Unsupported value: \"play\": supported values: \"provision\", \"reconcile\"; "
        + "spec.files[0].content: Invalid value: \"\": want one of secretRef, inline, imageRef; spec.files[1].path: Duplicate value: \"/a\"; "
        + "spec.files[1].content: Invalid value: \"inline, imageRef\": want one of secretRef, inline, imageRef; spec.units[0].name: Required value")]
    public void All_faults_are_named_with_their_fields(string resource, string spec, string expected) =>
        Faults(resource, spec).ShouldBe(expected);

    [Theory]
    [InlineData("infrastructures", Region, "type: local, region: other, secretRef: {name: t}", "spec.region: Invalid value: \"other\": field is immutable")]
    [InlineData("backupentries", Region + ", bucketName: b", "type: local, region: other, bucketName: b, secretRef: {name: s}", "")]
    [InlineData("extensions", "type: a", "type: a, providerConfig: {x: 1}", "")]
    public void What_must_not_change_does_not(string resource, string old, string current, string expected) =>
        Faults(resource, current, old).ShouldBe(expected);

    [Fact]
    public void The_spec_of_an_object_that_is_being_deleted_stays()
    {
        var value = Reviews.Yaml("metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}\nspec: {type: a, more: 1}");

        Text(ExtensionRules.Check("extensions", value, Reviews.Yaml("spec: {type: a}"))).ShouldBe("spec: Forbidden: the object is being deleted");
        Text(ExtensionRules.Check("extensions", value, Reviews.Yaml("spec: {type: a, more: 1}"))).ShouldBe("");
    }

    [Fact]
    public async Task The_webhook_denies_as_invalid_and_leaves_other_requests_alone()
    {
        var webhook = new ExtensionValidationWebhook();
        var wrong = Reviews.Yaml("metadata: {namespace: shoot, name: x}\nspec: {}");
        var request = Reviews.Request("CREATE", "extensions.gardener.cloud", "Extension", wrong) with { Resource = "extensions" };

        var denial = (await webhook.ReviewAsync(request, default)).Denial.ShouldNotBeNull();
        (denial.Code, denial.Reason, denial.Message).ShouldBe((422, "Invalid", "Extension shoot/x: spec.type: Required value"));
        foreach (var other in new[]
        {
            request with { Operation = "DELETE" }, request with { Group = "other" }, request with { Subresource = "status" },
            request with { Resource = "clusters" },
        })
        {
            (await webhook.ReviewAsync(other, default)).ShouldBe(AdmissionAnswer.Allowed);
        }
    }

    private static string Faults(string resource, string spec, string? old = null) =>
        Text(ExtensionRules.Check(resource, Reviews.Yaml($"spec: {{{spec}}}"), old is null ? null : Reviews.Yaml($"spec: {{{old}}}")));

    private static string Text(Hortus.Objects.FieldErrors errors) => string.Join("; ", errors.All);
}
