using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

[Trait("Category", "RealParts")]
public sealed class ApplyTests(Server server) : NamespacedTests(server)
{
    private const string Settings = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {a: "1", b: "2"}
        """;

    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - {name: web, image: "web:1", env: [{name: A, value: a}, {name: B, value: b}], ports: [{containerPort: 80}]}
              - {name: side, image: "side:1"}
        """;

    [Fact]
    public async Task Apply_creates_changes_and_removes_what_the_manifest_no_longer_has()
    {
        (await PipeAsync(Settings, "apply -f -")).Succeeds().ShouldBe("configmap/settings created\n");
        (await PipeAsync(Settings, "apply -f -")).Succeeds().ShouldBe("configmap/settings unchanged\n");
        (await KubectlAsync("""patch configmap settings -p {"data":{"foreign":"kept"}}""")).Succeeds();

        (await PipeAsync(Settings.Replace("a: \"1\", b: \"2\"", "a: \"3\"", StringComparison.Ordinal), "apply -f -"))
            .Succeeds().ShouldBe("configmap/settings configured\n");

        (await FieldAsync("configmap/settings", ".data")).ShouldBe("""{"a":"3","foreign":"kept"}""");
    }

    [Fact]
    public async Task Apply_merges_lists_by_their_keys()
    {
        (await PipeAsync(Web, "apply -f -")).Succeeds();
        (await KubectlAsync("set env deployment/web -c web OTHER=kept")).Succeeds();

        (await PipeAsync(Web.Replace("{name: B, value: b}", "{name: C, value: c}", StringComparison.Ordinal), "apply -f -"))
            .Succeeds();

        (await FieldAsync("deployment/web", ".spec.template.spec.containers[*].name")).ShouldBe("web side");
        (await FieldAsync("deployment/web", ".spec.template.spec.containers[0].env[*].name")).Split(' ')
            .ShouldBe(["A", "C", "OTHER"], ignoreOrder: true);
    }

    [Fact]
    public async Task Server_side_apply_tells_conflicts_by_manager_and_field_and_force_takes_the_field()
    {
        (await PipeAsync(Settings, "apply --server-side --field-manager=one -f -")).Succeeds()
            .ShouldBe("configmap/settings serverside-applied\n");
        var changed = Settings.Replace("b: \"2\"", "b: \"3\"", StringComparison.Ordinal);

        var conflict = (await PipeAsync(changed, "apply --server-side --field-manager=two -f -")).Fails();
        conflict.ShouldContain("Apply failed with 1 conflict: conflict with \"one\": .data.b");

        (await PipeAsync(changed, "apply --server-side --field-manager=two --force-conflicts -f -")).Succeeds();
        (await FieldAsync("configmap/settings", ".data.b")).ShouldBe("3");
        (await KubectlAsync("get configmap settings -o yaml --show-managed-fields")).Succeeds().ShouldContain("manager: two");
    }

    [Fact]
    public async Task Server_side_apply_removes_what_its_manager_no_longer_wants()
    {
        (await PipeAsync(Web, "apply --server-side -f -")).Succeeds();
        (await KubectlAsync("scale deployment web --replicas=5")).Succeeds();

        (await PipeAsync(
            Web.Replace("  replicas: 2\n", "", StringComparison.Ordinal)
                .Replace("      - {name: side, image: \"side:1\"}", "", StringComparison.Ordinal),
            "apply --server-side -f -")).Succeeds();

        (await FieldAsync("deployment/web", ".spec.template.spec.containers[*].name")).ShouldBe("web");
        (await FieldAsync("deployment/web", ".spec.replicas")).ShouldBe("5");
    }

    [Fact]
    public async Task Client_side_objects_can_be_taken_over_by_server_side_apply()
    {
        (await PipeAsync(Settings, "apply -f -")).Succeeds();

        (await PipeAsync(Settings.Replace(", b: \"2\"", "", StringComparison.Ordinal), "apply --server-side -f -")).Succeeds();

        (await FieldAsync("configmap/settings", ".data")).ShouldBe("""{"a":"1"}""");
    }

    [Fact]
    public async Task Diff_shows_changes_without_making_them()
    {
        (await PipeAsync(Settings, "apply -f -")).Succeeds();

        (await PipeAsync(Settings, "diff -f -")).ExitCode.ShouldBe(0);
        var diff = await PipeAsync(Settings.Replace("a: \"1\"", "a: \"9\"", StringComparison.Ordinal), "diff -f -");
        diff.ExitCode.ShouldBe(1, diff.ToString());
        diff.Output.ShouldContain("+  a: \"9\"");
        (await FieldAsync("configmap/settings", ".data.a")).ShouldBe("1");
    }

    [Fact]
    public async Task Dry_run_on_the_server_validates_and_stores_nothing()
    {
        (await PipeAsync(Settings, "apply --dry-run=server -f -")).Succeeds()
            .ShouldBe("configmap/settings created (server dry run)\n");
        (await KubectlAsync("get configmap settings")).Fails().ShouldContain("NotFound");
    }

    [Fact]
    public async Task Edit_stores_what_the_editor_wrote()
    {
        (await PipeAsync(Settings, "apply -f -")).Succeeds();

        (await Server.Admin.RunAsync(["-n", Namespace, "edit", "configmap/settings"], "", "sed -i 's/^  a: .*/  a: \"7\"/'"))
            .Succeeds().ShouldBe("configmap/settings edited\n");

        (await FieldAsync("configmap/settings", ".data.a")).ShouldBe("7");
    }

    [Fact]
    public async Task Replace_needs_the_version_it_read()
    {
        (await PipeAsync(Settings, "create -f -")).Succeeds();
        var read = (await KubectlAsync("get configmap settings -o yaml")).Succeeds();
        (await PipeAsync(read.Replace("a: \"1\"", "a: \"5\"", StringComparison.Ordinal), "replace -f -")).Succeeds()
            .ShouldBe("configmap/settings replaced\n");

        (await PipeAsync(read, "replace -f -")).Fails().ShouldContain("the object has been modified; please apply your changes");
        (await PipeAsync(Settings, "replace --force -f -")).Succeeds();
    }

    [Fact]
    public async Task Patches_of_each_type_do_what_their_type_says()
    {
        (await PipeAsync(Web, "create -f -")).Succeeds();

        (await KubectlAsync("""patch deployment web --type=json -p [{"op":"replace","path":"/spec/replicas","value":3}]"""))
            .Succeeds().ShouldContain("patched");
        (await FieldAsync("deployment/web", ".spec.replicas")).ShouldBe("3");
        (await KubectlAsync("""patch deployment web --type=json -p [{"op":"test","path":"/spec/replicas","value":9}]"""))
            .Fails().ShouldContain("test");

        const string Containers = """{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:2"}]}}}}""";
        (await KubectlAsync($"patch deployment web --type=strategic -p {Containers}")).Succeeds();
        (await FieldAsync("deployment/web", ".spec.template.spec.containers[*].image")).ShouldBe("web:1 side:2");
        (await KubectlAsync($"patch deployment web --type=merge -p {Containers}")).Succeeds();
        (await FieldAsync("deployment/web", ".spec.template.spec.containers[*].image")).ShouldBe("side:2");

        (await KubectlAsync("""patch deployment web -p {"spec":{"replicas":"many"}}""")).Fails().ShouldContain("replicas");
    }

    [Fact]
    public async Task Labels_and_annotations_are_set_overwritten_and_removed()
    {
        (await PipeAsync(Settings, "create -f -")).Succeeds();

        (await KubectlAsync("label configmap settings tier=front")).Succeeds().ShouldBe("configmap/settings labeled\n");
        (await KubectlAsync("label configmap settings tier=back")).Fails().ShouldContain("already has a value");
        (await KubectlAsync("label configmap settings tier=back --overwrite")).Succeeds();
        (await KubectlAsync("annotate configmap settings note=hello")).Succeeds().ShouldBe("configmap/settings annotated\n");
        (await FieldAsync("configmap/settings", ".metadata.labels.tier")).ShouldBe("back");
        (await FieldAsync("configmap/settings", ".metadata.annotations.note")).ShouldBe("hello");
        (await KubectlAsync("label configmap settings tier-")).Succeeds().ShouldBe("configmap/settings unlabeled\n");
        (await FieldAsync("configmap/settings", ".metadata.labels")).ShouldBeEmpty();
        (await KubectlAsync("""patch configmap settings -p {"metadata":{"labels":{"a":"not!valid"}}}""")).Fails()
            .ShouldContain("metadata.labels");
    }
}
