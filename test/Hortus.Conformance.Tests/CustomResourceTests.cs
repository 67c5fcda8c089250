using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

[Trait("Category", "RealParts")]
public sealed class CustomResourceTests(Server server) : NamespacedTests(server)
{
    private string Group => Namespace + ".example.org";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (await PipeAsync($$"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: roses.{{Group}}}
            spec:
              group: {{Group}}
              scope: Namespaced
              names: {plural: roses, singular: rose, kind: Rose, shortNames: [ro], categories: [flowers]}
              versions:
              - name: v1
                served: true
                storage: true
                subresources:
                  status: {}
                  scale: {specReplicasPath: .spec.stems, statusReplicasPath: .status.stems}
                additionalPrinterColumns:
                - {name: Colour, type: string, jsonPath: .spec.colour}
                - {name: Stems, type: integer, jsonPath: .spec.stems, priority: 1}
                selectableFields:
                - jsonPath: .spec.colour
                schema:
                  openAPIV3Schema:
                    type: object
                    required: [spec]
                    properties:
                      spec:
                        type: object
                        description: What the gardener wants.
                        required: [colour]
                        properties:
                          colour: {type: string, enum: [red, white], description: Colour of the petals.}
                          stems: {type: integer, minimum: 1, default: 3}
                          until: {type: string, format: date-time}
                          sizes:
                            type: array
                            items: {type: object, properties: {cm: {type: integer} } }
                            x-kubernetes-validations:
                            - {rule: "self.all(s, s.cm > 0)", message: sizes must be positive}
                      status:
                        type: object
                        properties: {stems: {type: integer} }
            """, "apply -f -")).Succeeds();
        (await KubectlAsync($"wait --for=condition=Established crd/roses.{Group} --timeout=30s")).Succeeds();
    }

    public override async Task DisposeAsync()
    {
        if (Target.IsForeign)
        {
            (await KubectlAsync($"delete crd roses.{Group} --wait=false --ignore-not-found")).Succeeds();
        }

        await base.DisposeAsync();
    }

    [Fact]
    public async Task Object_is_defaulted_and_shown_in_its_columns()
    {
        (await PipeAsync(Rose("colour: red"), "apply -f -")).Succeeds().ShouldBe($"rose.{Group}/r created\n");

        (await KubectlAsync($"get roses.{Group}")).Lines().ShouldBe(["NAME COLOUR", "r red"]);
        (await KubectlAsync($"get roses.{Group} -o wide")).Lines().ShouldBe(["NAME COLOUR STEMS", "r red 3"]);
        (await KubectlAsync($"get roses.{Group} --field-selector spec.colour=red -o name")).Lines().Count.ShouldBe(1);
        (await KubectlAsync($"get roses.{Group} --field-selector spec.colour=white -o name")).Lines().ShouldBeEmpty();
        (await KubectlAsync($"describe roses.{Group} r")).Lines().ShouldContain("Colour: red");
        (await KubectlAsync($"explain roses.spec.colour --api-version={Group}/v1")).Succeeds().ShouldContain("Colour of the petals.");
        (await KubectlAsync($"api-resources --api-group={Group} --no-headers")).Lines()
            .ShouldBe([$"roses ro {Group}/v1 true Rose"]);
    }

    [Theory]
    [InlineData("colour: blue", "spec.colour: Unsupported value: \"blue\": supported values: \"red\", \"white\"")]
    [InlineData("stems: 1", "spec.colour: Required value")]
    [InlineData("{colour: red, stems: 0}", "spec.stems: Invalid value: 0")]
    [InlineData("{colour: red, stems: many}", "spec.stems: Invalid value: \"string\"")]
    [InlineData("{colour: red, until: tomorrow}", "spec.until: Invalid value")]
    [InlineData("{colour: red, sizes: [{cm: -1}]}", "spec.sizes: Invalid value: \"array\": sizes must be positive")]
    [InlineData("{colour: red, thorns: 7}", "unknown field \"spec.thorns\"")]
    public async Task Schema_violation_is_refused_with_its_field(string spec, string reason)
    {
        var error = (await PipeAsync(Rose(spec), "create -f -")).Fails();
        error.ShouldContain(reason);
        (await KubectlAsync($"get roses.{Group} -o name")).Succeeds().ShouldBeEmpty();
    }

    [Fact]
    public async Task Status_is_only_written_through_its_subresource_and_scale_moves_the_spec()
    {
        (await PipeAsync(Rose("colour: red"), "create -f -")).Succeeds();

        (await PatchAsync("--type=merge", """{"status":{"stems":9},"spec":{"colour":"white"}}""")).Succeeds();
        (await FieldAsync($"roses.{Group}/r", ".status")).ShouldBeEmpty();
        (await PatchAsync("--type=merge --subresource=status", """{"status":{"stems":9},"spec":{"colour":"red"}}""")).Succeeds();
        (await FieldAsync($"roses.{Group}/r", ".status.stems")).ShouldBe("9");
        (await FieldAsync($"roses.{Group}/r", ".spec.colour")).ShouldBe("white");
        (await FieldAsync($"roses.{Group}/r", ".metadata.generation")).ShouldBe("2");

        (await KubectlAsync($"scale roses.{Group}/r --replicas=6")).Succeeds();
        (await FieldAsync($"roses.{Group}/r", ".spec.stems")).ShouldBe("6");
    }

    [Fact]
    public async Task Strategic_merge_patch_is_refused()
    {
        (await PipeAsync(Rose("colour: red"), "create -f -")).Succeeds();
        (await PatchAsync("--type=strategic", """{"spec":{"colour":"white"}}""")).Fails()
            .ShouldContain("application/strategic-merge-patch+json");
    }

    [Fact]
    public async Task Apply_prunes_and_server_side_apply_conflicts_as_with_built_in_kinds()
    {
        (await PipeAsync(Rose("{colour: red, stems: 5}"), "apply -f -")).Succeeds();
        (await PipeAsync(Rose("colour: red"), "apply -f -")).Succeeds();
        (await FieldAsync($"roses.{Group}/r", ".spec.stems")).ShouldBe("3");

        (await PipeAsync(Rose("colour: red", "s"), "apply --server-side --field-manager=one -f -")).Succeeds();
        (await PipeAsync(Rose("colour: white", "s"), "apply --server-side --field-manager=two -f -")).Fails()
            .ShouldContain("conflict with \"one\": .spec.colour");
    }

    [Fact]
    public async Task Deleting_the_definition_deletes_the_objects_and_the_resource()
    {
        (await PipeAsync(Rose("colour: red"), "create -f -")).Succeeds();

        (await KubectlAsync($"delete crd roses.{Group} --timeout=30s")).Succeeds();

        (await KubectlAsync($"get --raw /apis/{Group}/v1/namespaces/{Namespace}/roses")).Fails().ShouldContain("NotFound");
        (await KubectlAsync($"get crd roses.{Group}")).Fails().ShouldContain("NotFound");
    }

    [Fact]
    public async Task Definition_with_a_bad_schema_is_refused_with_the_place()
    {
        (await PipeAsync("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: weeds.bad.example.org}
            spec:
              group: bad.example.org
              scope: Namespaced
              names: {plural: weeds, kind: Weed}
              versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {properties: {spec: {type: colour}}}}}]
            """, "create -f -")).Fails().ShouldContain("openAPIV3Schema");
        (await KubectlAsync("get crd weeds.bad.example.org")).Fails().ShouldContain("NotFound");
    }

    private Task<KubectlResult> PatchAsync(string flags, string patch) =>
        KubectlAsync($"patch roses.{Group} r {flags} -p {patch}");

    private string Rose(string spec, string name = "r") => $$"""
        apiVersion: {{Group}}/v1
        kind: Rose
        metadata: {name: {{name}} }
        spec: {{(spec.StartsWith('{') ? spec : "{" + spec + "}")}}
        """;
}
