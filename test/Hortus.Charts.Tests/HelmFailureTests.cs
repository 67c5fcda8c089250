using System.Diagnostics;
using System.Text;
using static Hortus.Charts.Tests.HelmFixture;
using Hortus.Testing;

namespace Hortus.Charts.Tests;

[Trait("Category", "RealParts")]
public sealed class HelmFailureTests(HelmFixture helm) : IClassFixture<HelmFixture>
{
    private const string Secret = "swordfish-4711";
    private const string File = "demo/templates/a.yaml";

    [Theory]
    [InlineData("helm", "a: b\n{{ fail \"no luck\" }}", 2, "no luck")]
    [InlineData("helm-3", "a: b\n{{ fail \"no luck\" }}", 2, "no luck")]
    [InlineData("helm", "{{ required \"size is needed\" .Values.size }}", 1, "size is needed")]
    [InlineData("helm", "a: b\n\n{{ .Values.a.b.c }}", 3, "at <.Values.a.b.c>: nil pointer evaluating interface {}.b")]
    [InlineData("helm-3", "a: b\n\n{{ .Values.a.b.c }}", 3, "at <.Values.a.b.c>: nil pointer evaluating interface {}.b")]
    [InlineData("helm", "{{ nonsense }}", 1, "function \"nonsense\" not defined")]
    [InlineData("helm", "{{ if }}", 1, "missing value for if")]
    public async Task A_template_that_fails_is_named_with_its_line(string version, string template, int line, string reason)
    {
        var failure = await FailureAsync(Release(ChartFiles.Chart(("templates/a.yaml", template))), version);

        failure.Message.ShouldBe($"chart demo 1.2.3: template {File} line {line}: {reason}");
        (failure.Chart, failure.Template, failure.Line).ShouldBe(("demo", File, line));
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm-3")]
    public async Task A_template_that_another_uses_is_named_with_the_user(string version)
    {
        var archive = ChartFiles.Chart(
            ("templates/_parts.tpl", "{{ define \"part\" }}\nx: {{ .Values.a.b }}\n{{ end }}"),
            ("templates/a.yaml", "a: b\n{{ include \"part\" . }}"));

        var failure = await FailureAsync(Release(archive), version);

        failure.Message.ShouldStartWith($"chart demo 1.2.3: template demo/templates/_parts.tpl line 2, used by {File} line 2: at <.Values.a.b>");
        (failure.Template, failure.Line).ShouldBe(("demo/templates/_parts.tpl", 2));
    }

    [Theory]
    [InlineData("a: b\n c: [", "error converting YAML to JSON")]
    [InlineData("kind: ConfigMap\nmetadata:\n  name: a", "an object ConfigMap has no apiVersion")]
    [InlineData("apiVersion: v1\nkind: ConfigMap", "a ConfigMap has no metadata.name")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: {? [a, b] : c}", "error")]
    public async Task What_a_template_renders_must_be_objects(string template, string reason)
    {
        var failure = await FailureAsync(Release(ChartFiles.Chart(("templates/a.yaml", template))));

        failure.Message.ShouldStartWith("chart demo 1.2.3: template demo/templates/a.yaml: ");
        failure.Message.ShouldContain(reason);
        failure.Template.ShouldBe(File);
    }

    [Theory]
    [InlineData("{{ fail (printf \"bad password %s\" .Values.p) }}")]
    [InlineData("{{ fail (printf \"bad password %s\" (upper .Values.p)) }}")]
    [InlineData("{{ fail (printf \"bad password %s\" (b64enc .Values.p)) }}")]
    [InlineData("{{ fail (printf \"bad password %q\" .Values.p) }}")]
    [InlineData("{{ fail (printf \"at (%s/templates/x.yaml:3): y\" .Values.p) }}")]
    [InlineData("{{ mustToDate \"2006\" .Values.p }}")]
    [InlineData("{{ tpl (printf \"{{ %s\" .Values.p) . }}")]
    [InlineData("{{ include .Values.p . }}")]
    [InlineData("a: {{ .Values.p }}: b: c")]
    [InlineData("kind: [ {{ .Values.p }} ]")]
    [InlineData("apiVersion: v1\nkind: {{ .Values.p }}")]
    public async Task No_value_of_a_secret_is_in_a_message(string template)
    {
        foreach (var version in new[] { "helm", "helm-3" })
        {
            var release = Release(ChartFiles.Chart(("templates/a.yaml", template)), $$"""{"p":"{{Secret}}"}""") with { Confidential = [Secret] };

            var text = (await FailureAsync(release, version)).ToString();

            text.ShouldNotContain(Secret, Case.Insensitive);
            text.ShouldNotContain("4711");
            text.ShouldNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)));
        }
    }

    [Fact]
    public async Task A_schema_names_the_field_and_not_the_secret_value()
    {
        var archive = ChartFiles.Chart(
            ("values.schema.json", """{"type":"object","properties":{"p":{"type":"string","pattern":"^[0-9]+$"}}}"""),
            ("templates/a.yaml", ""));

        var failure = await FailureAsync(Release(archive, $$"""{"p":"{{Secret}}"}""") with { Confidential = [Secret] });

        failure.Message.ShouldContain("at '/p': '***' does not match pattern");
    }

    [Fact]
    public async Task A_template_that_never_ends_is_stopped()
    {
        var endless = "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}";
        using var impatient = new HelmRenderer(BuiltTools.Installed("helm"), new HelmLimits { Time = TimeSpan.FromSeconds(3) });
        var started = Stopwatch.GetTimestamp();

        var failure = await FailureAsync(impatient, Release(ChartFiles.Chart(("templates/a.yaml", endless))));

        failure.Message.ShouldBe("chart demo 1.2.3: rendering took longer than 3 s");
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_template_that_wants_all_memory_gets_none_of_it()
    {
        using var small = new HelmRenderer(BuiltTools.Installed("helm"), new HelmLimits { Memory = 256L * 1024 * 1024 });

        var failure = await FailureAsync(small, Release(ChartFiles.Chart(("templates/a.yaml", "{{ until 2000000000 | len }}"))));

        failure.Message.ShouldBe("chart demo 1.2.3: rendering took more memory than allowed");
    }

    [Fact]
    public async Task A_template_that_prints_too_much_is_stopped()
    {
        using var small = new HelmRenderer(BuiltTools.Installed("helm"), new HelmLimits { Output = 10_000 });

        var failure = await FailureAsync(
            small, Release(ChartFiles.Chart(("templates/a.yaml", "a: \"{{ repeat 100000 \"x\" }}\""))));

        failure.Message.ShouldBe("chart demo 1.2.3: it renders to more than 10000 bytes");
    }

    [Fact]
    public async Task A_bomb_does_not_reach_helm()
    {
        using var none = new HelmRenderer("/does/not/exist", new HelmLimits { Archive = new ChartArchiveLimits { FileMax = 10 } });

        (await FailureAsync(none, Release(ChartFiles.Chart(("files/a", "more than ten bytes"))))).Message.ShouldContain("at most 10");
    }

    [Fact]
    public async Task A_missing_helm_says_what_to_set()
    {
        using var none = new HelmRenderer("/does/not/exist", new HelmLimits());

        var failure = await FailureAsync(none, Release(ChartFiles.Chart(("templates/a.yaml", ""))));

        failure.Message.ShouldContain("/does/not/exist");
        failure.Message.ShouldEndWith("set --helm-binary or HELM_BINARY");
    }

    [Theory]
    [InlineData("--debug")]
    [InlineData("Upper Case")]
    public async Task A_release_name_is_never_taken_for_a_flag(string name)
    {
        var failure = await FailureAsync(Release(ChartFiles.Chart(("templates/a.yaml", ""))) with { Name = name });

        failure.Message.ShouldContain("name");
    }

    [Fact]
    public async Task Who_gives_up_ends_the_run()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var endless = "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}";

        await Should.ThrowAsync<OperationCanceledException>(
            () => helm.Renderer.RenderAsync(Release(ChartFiles.Chart(("templates/a.yaml", endless))), soon.Token));
    }

    private Task<ChartException> FailureAsync(ChartRelease release, string version = "helm") => FailureAsync(helm.Of(version), release);

    private static async Task<ChartException> FailureAsync(HelmRenderer renderer, ChartRelease release)
    {
        using var deadline = Deadline();
        return await Should.ThrowAsync<ChartException>(() => renderer.RenderAsync(release, deadline.Token));
    }
}
