using System.Text.Json.Nodes;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Tests.Schemas;

[Trait("Category", "Upstream")]
public class UpstreamSchemaTests
{
    [SkippableFact]
    public void UpstreamDefinitions_AreStructuralAndTheirRulesUnderstood()
    {
        var rules = 0;
        foreach (var file in Directory.GetFiles(Folder("crds"), "*.yaml"))
        {
            foreach (var definition in KubernetesYaml.ParseAll(File.ReadAllText(file)))
            {
                foreach (var version in definition["spec"]!["versions"]!.AsArray())
                {
                    var wire = (JsonObject)version!["schema"]!["openAPIV3Schema"]!;
                    var schema = KubernetesJson.Deserialize<JSONSchemaProps>(wire).ToSchemaNode();
                    var errors = new FieldErrors();
                    StructuralCheck.Check(wire, FieldPath.Root, errors);
                    StructuralCheck.CheckRules(schema, FieldPath.Root, errors);
                    errors.All.ShouldBeEmpty(Path.GetFileName(file));
                    rules += CountRules(schema);
                }
            }
        }

        rules.ShouldBeGreaterThan(10);
    }

    private static int CountRules(SchemaNode schema) =>
        schema.Rules.Count + schema.Properties.Values.Sum(CountRules)
        + (schema.Items is { } items ? CountRules(items) : 0)
        + (schema.AdditionalProperties is { } values ? CountRules(values) : 0);

    private static string Folder(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "upstream", name);
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        Skip.If(true, "the folder shared/upstream is not on this machine");
        return "";
    }
}
