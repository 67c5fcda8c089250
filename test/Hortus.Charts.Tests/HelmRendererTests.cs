using static Hortus.Charts.Tests.HelmFixture;

namespace Hortus.Charts.Tests;

[Trait("Category", "RealParts")]
public sealed class HelmRendererTests(HelmFixture helm) : IClassFixture<HelmFixture>
{
    private const string Map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ";

    [Fact]
    public async Task A_release_tells_templates_its_name_namespace_and_cluster()
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
                """));

        var chart = await helm.Renderer.RenderAsync(
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
    }
}
