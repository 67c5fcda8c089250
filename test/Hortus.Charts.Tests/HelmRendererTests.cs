using static Hortus.Charts.Tests.HelmFixture;
using Hortus.Testing;

namespace Hortus.Charts.Tests;

[Trait("Category", "RealParts")]
public sealed class HelmRendererTests(HelmFixture helm) : IClassFixture<HelmFixture>
{
    private const string Map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ";

    [Theory]
    [InlineData("helm")]
    [InlineData("helm-3")]
    public async Task A_release_tells_templates_its_name_namespace_and_cluster(string version)
    {
        using var deadline = Deadline();
        var archive = ChartFiles.Chart(
            ("values.yaml", "color: red\nsize: 1\n"),
            ("templates/map.yaml", Map + """
                {{ .Release.Name }}
                  namespace: {{ .Release.Namespace }}
                data:
                  facts: "{{ .Release.IsInstall }} {{ .Release.Revision }} {{ .Capabilities.KubeVersion }}"
                  kinds: "{{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" }}"
                  values: "{{ .Values.color }} {{ .Values.size }} {{ .Values.extra }}"
                  cluster: "{{ lookup "v1" "Secret" "kube-system" "x" | len }}"
                """));

        var chart = await helm.Of(version).RenderAsync(
            Release(archive, """{"color":"blue","extra":"a: b"}""") with { ApiVersions = ["monitoring.coreos.com/v1/ServiceMonitor"] },
            deadline.Token);

        (chart.Name, chart.Version, chart.AppVersion).ShouldBe(("demo", "1.2.3", "v7"));
        var map = chart.Objects.ShouldHaveSingleItem();
        map.Template.ShouldBe("demo/templates/map.yaml");
        map.Json["metadata"]!["name"]!.ToString().ShouldBe("release");
        map.Json["metadata"]!["namespace"]!.ToString().ShouldBe("space");
        map.Json["data"]!["facts"]!.ToString().ShouldBe("true 1 v1.34.2");
        map.Json["data"]!["kinds"]!.ToString().ShouldBe("true");
        map.Json["data"]!["values"]!.ToString().ShouldBe("blue 1 a: b");
        map.Json["data"]!["cluster"]!.ToString().ShouldBe("0");
    }

    [Fact]
    public async Task Objects_come_in_install_order_with_their_templates()
    {
        using var deadline = Deadline();
        var archive = ChartFiles.Chart(
            ("templates/a.yaml", $"""
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: late
                ---
                # Source: forged/templates/name.yaml
                {Map}map
                ---
                # nothing but a comment
                ---
                apiVersion: v1
                kind: List
                items:
                - apiVersion: v1
                  kind: Secret
                  metadata:
                    name: listed
                - apiVersion: v1
                  kind: Secret
                  metadata:
                    name: second
                """),
            ("templates/b.yaml", "apiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: early\r\n"),
            ("templates/_partial.tpl", "not yaml: : :"),
            ("templates/NOTES.txt", "thank you"),
            ("crds/crd.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x.y.z"));

        var chart = await helm.Renderer.RenderAsync(Release(archive), deadline.Token);

        chart.Objects.Select(o => $"{o.Template} {o.Json["kind"]} {o.Json["metadata"]!["name"]}").ShouldBe(
        [
            "demo/templates/b.yaml Namespace early",
            "demo/templates/a.yaml ConfigMap map",
            "demo/templates/a.yaml Deployment late",
            "demo/templates/a.yaml Secret listed",
            "demo/templates/a.yaml Secret second",
        ]);
    }

    [Fact]
    public async Task Hooks_are_named_and_only_those_of_an_installation_are_delivered()
    {
        using var deadline = Deadline();
        var archive = ChartFiles.Chart(
            ("templates/a.yaml", Hook("before", "pre-install,pre-upgrade") + Hook("check", "test") + Hook("gone", "pre-delete")));

        var chart = await helm.Renderer.RenderAsync(Release(archive), deadline.Token);

        chart.Objects.Select(o => o.Json["metadata"]!["name"]!.ToString()).ShouldBe(["before"]);
        chart.Hooks.Select(h => $"{h.Template} {h.Name} {string.Join('+', h.Events)} {h.Delivered}").ShouldBe(
        [
            "demo/templates/a.yaml Job before pre-install+pre-upgrade True",
            "demo/templates/a.yaml Job check test False",
            "demo/templates/a.yaml Job gone pre-delete False",
        ], ignoreOrder: true);
    }

    [Fact]
    public async Task A_chart_in_a_chart_obeys_its_condition_and_keeps_its_name()
    {
        using var deadline = Deadline();
        var inner = ChartFiles.Archive(
            ChartFiles.File("inner/Chart.yaml", "apiVersion: v2\nname: inner\nversion: 0.1.0\n"),
            ChartFiles.File("inner/templates/map.yaml", Map + "{{ .Values.name }}"));
        var archive = ChartFiles.Archive(
            ChartFiles.File("demo/Chart.yaml", ChartFiles.Description
                + "dependencies:\n- name: inner\n  version: 0.1.0\n  repository: https://example.org\n  condition: inner.enabled\n"),
            ChartFiles.File("demo/charts/inner-0.1.0.tgz", inner));

        var with = await helm.Renderer.RenderAsync(Release(archive, """{"inner":{"name":"x"}}"""), deadline.Token);
        var without = await helm.Renderer.RenderAsync(Release(archive, """{"inner":{"enabled":false}}"""), deadline.Token);

        with.Objects.ShouldHaveSingleItem().Template.ShouldBe("demo/charts/inner/templates/map.yaml");
        without.Objects.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_occurs_twice_is_a_warning_and_the_last_wins()
    {
        using var deadline = Deadline();
        var archive = ChartFiles.Chart(("templates/map.yaml", Map + "a\ndata:\n  x: one\n  x: two\n"));

        var chart = await helm.Renderer.RenderAsync(Release(archive), deadline.Token);

        chart.Objects[0].Json["data"]!["x"]!.ToString().ShouldBe("two");
        chart.Warnings.ShouldHaveSingleItem().ShouldStartWith("template demo/templates/map.yaml: ");
    }

    [Fact]
    public async Task Nothing_of_this_process_reaches_a_template()
    {
        using var deadline = Deadline();
        var archive = ChartFiles.Chart(
            ("templates/map.yaml", Map + "a\ndata:\n  files: \"{{ .Files.Get \"../../../etc/passwd\" }}{{ .Files.Get \"/etc/passwd\" }}\"\n"
                + "  host: \"{{ getHostByName \"localhost\" }}\"\n"));

        var chart = await helm.Renderer.RenderAsync(Release(archive), deadline.Token);

        chart.Objects[0].Json["data"]!.ToJsonString().ShouldBe("""{"files":"","host":""}""");
    }

    [Fact]
    public async Task No_folder_is_left_behind()
    {
        using var deadline = Deadline();
        var folder = Directory.CreateTempSubdirectory("hortus-test-").FullName;
        using var renderer = new HelmRenderer(BuiltTools.Installed("helm"), new HelmLimits(), folder);
        await renderer.RenderAsync(Release(ChartFiles.Chart(("templates/a.yaml", Map + "a"))), deadline.Token);
        await Should.ThrowAsync<ChartException>(
            () => renderer.RenderAsync(Release(ChartFiles.Chart(("templates/a.yaml", "{{ fail `x` }}"))), deadline.Token));

        Directory.EnumerateFileSystemEntries(folder).ShouldBeEmpty();
        Directory.Delete(folder);
    }

    private static string Hook(string name, string events) =>
        $"---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations:\n    helm.sh/hook: {events}\n";
}
