using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Tests.Gardener;

[Trait("Category", "Upstream")]
public class UpstreamDefinitionsTests
{
    /// <summary>Fields that differ on purpose: "kind field" and why.</summary>
    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["Bastion .status.ingress.ports[]"] = "the shared Kubernetes type does not require the optional field error",
        ["SelfHostedShootExposure .status.ingress[].ports[]"] = "as for Bastion",
        ["Machine .spec.nodeTemplate.spec.configSource"] = "dynamic kubelet configuration is gone from Kubernetes",
        ["MachineSet .spec.template.spec.nodeTemplate.spec.configSource"] = "as for Machine",
        ["MachineDeployment .spec.template.spec.nodeTemplate.spec.configSource"] = "as for Machine",
        ["Garden .spec.virtualCluster.kubernetes.kubeAPIServer.encryptionConfig"] =
            "a missing provider means the default one",
        ["Garden .spec.virtualCluster.gardener.gardenerAPIServer.encryptionConfig"] =
            "as for the API server of Kubernetes",
    };

    [SkippableFact]
    public void EveryFieldOfGardenersDefinitions_IsInOurs()
    {
        var differences = new List<string>();
        foreach (var theirs in Definitions())
        {
            var type = Find(theirs).ShouldNotBeNull($"{theirs.Spec.Group} {theirs.Spec.Names.Kind}");
            var ours = CustomResourceDefinitions.For(type);
            Compare(Schema(theirs), Schema(ours), theirs.Spec.Names.Kind + " ", differences);
        }

        differences.ShouldBeEmpty();
    }

    [SkippableFact]
    public void NamesScopeColumnsAndSubresources_AreGardeners()
    {
        foreach (var theirs in Definitions())
        {
            var ours = CustomResourceDefinitions.For(Find(theirs)!);
            var version = ours.Spec.Versions[0];
            var expected = theirs.Spec.Versions[0];

            ours.Metadata.Name.ShouldBe(theirs.Metadata.Name);
            ours.Spec.Scope.ShouldBe(theirs.Spec.Scope, theirs.Metadata.Name);
            (ours.Spec.Names.ShortNames ?? []).ShouldBe(theirs.Spec.Names.ShortNames ?? [], theirs.Metadata.Name);
            (version.Subresources?.Status is null).ShouldBe(
                expected.Subresources?.Status is null, theirs.Metadata.Name);
            (version.Subresources?.Scale is null).ShouldBe(expected.Subresources?.Scale is null, theirs.Metadata.Name);
            if (expected.AdditionalPrinterColumns is { } columns)
            {
                version.AdditionalPrinterColumns!.Select(c => (c.Name, c.Type, c.JsonPath, c.Priority ?? 0))
                    .ShouldBe(columns.Select(c => (c.Name, c.Type, c.JsonPath, c.Priority ?? 0)), theirs.Metadata.Name);
            }
        }
    }

    private static List<CustomResourceDefinition> Definitions() =>
    [
        .. Directory.GetFiles(Folders.Upstream("crds"), "*.yaml")
            .SelectMany(f => KubernetesYaml.ParseAll(File.ReadAllText(f)))
            .Select(d => KubernetesJson.Deserialize<CustomResourceDefinition>(d)),
    ];

    private static Type? Find(CustomResourceDefinition definition) =>
        GardenerKinds.SeedCrds.Concat(GardenerKinds.RuntimeCrds).FirstOrDefault(t =>
            ResourceKind.Find(t)!.GroupResource == definition.Metadata.Name);

    private static SchemaNode Schema(CustomResourceDefinition definition) =>
        definition.Spec.Versions[0].Schema!.OpenAPIV3Schema!.ToSchemaNode();

    private static void Compare(SchemaNode theirs, SchemaNode ours, string path, List<string> differences)
    {
        if (theirs.Type != ours.Type && ours is not { Type: null, PreserveUnknownFields: true }
            && !(theirs.IntOrString && ours.IntOrString))
        {
            Note(path, $"is {theirs.Type ?? "any"}, ours is {ours.Type ?? "any"}", differences);
        }

        if (!theirs.Required.Order().SequenceEqual(ours.Required.Order()) && theirs.Properties.Count > 0)
        {
            Note(path,
                $"requires [{string.Join(' ', theirs.Required.Order())}], ours "
                    + $"[{string.Join(' ', ours.Required.Order())}]", differences);
        }

        if (ours.Default is null != theirs.Default is null && !string.IsNullOrEmpty(theirs.Default?.ToString()))
        {
            Note(path, $"has the default {theirs.Default}, ours {ours.Default}", differences);
        }

        foreach (var (name, field) in theirs.Properties)
        {
            if (ours.Properties.TryGetValue(name, out var match))
            {
                Compare(field, match, $"{path}.{name}", differences);
            }
            else
            {
                Note($"{path}.{name}", "is missing", differences);
            }
        }

        if (theirs.Items is not null && ours.Items is not null)
        {
            Compare(theirs.Items, ours.Items, path + "[]", differences);
        }

        if (theirs.AdditionalProperties is not null && ours.AdditionalProperties is not null)
        {
            Compare(theirs.AdditionalProperties, ours.AdditionalProperties, path + "{}", differences);
        }
    }

    private static void Note(string path, string what, List<string> differences)
    {
        if (!Allowed.ContainsKey(path))
        {
            differences.Add($"{path} {what}");
        }
    }
}
