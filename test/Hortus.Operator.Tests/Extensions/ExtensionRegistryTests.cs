using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Registry;

namespace Hortus.Operator.Tests.Extensions;

/// <summary>Extensions from a real registry with TLS and a password, pushed and rendered by the real helm.</summary>
[Trait("Category", "RealParts")]
public sealed class ExtensionRegistryTests : IDisposable
{
    private readonly CertificateAuthority authority = CertificateAuthority.Create("registry", TimeSpan.FromDays(1), TimeProvider.System);
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-extensions-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Charts_come_with_the_authorities_and_credentials_that_the_Extension_names()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await using var registry = await DockerRegistry.StartAsync(
            new RegistrySetup { Authority = authority, HasPassword = true }, deadline.Token);
        await PushAsync(registry, ChartFiles.Chart(
            ("templates/_names.tpl", "{{- define \"where\" -}}{{ .Release.Namespace }}{{- end }}"),
            ("templates/map.yaml", """
                {{- if eq (toString .Values.gardener.runtimeCluster.enabled) "true" }}
                apiVersion: v1
                kind: ConfigMap
                metadata: { namespace: {{ include "where" . }}, name: settings }
                data: { priority: "{{ .Values.gardener.runtimeCluster.priorityClassName }}", level: "{{ .Values.level }}" }
                {{- end }}
                """)));
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.StopOperatorAsync();
        world.StartOperator(change: component => new OperatorComponent { Access = component.Access });
        await world.Runtime.CreateAsync(
            ExtensionWorld.NewExtension("test", $$"""
                resources: [{ kind: Extension, type: test, autoEnable: [garden], clusterCompatibility: [garden, seed] }]
                deployment:
                  extension:
                    helm:
                      ociRepository:
                        ref: "oci://{{registry.Name}}/charts/demo:1.2.3"
                        pullSecretRef: { name: login }
                        caBundleSecretRef: { name: registry-ca }
                    runtimeClusterValues: { level: high }
                """),
            deadline.Token);

        await world.UntilSaysAsync("test", "pull secret garden/login is missing", deadline.Token);
        await CreateLoginAsync(world, DockerRegistry.ConfigFor(registry.Name, DockerRegistry.User, "wrong"), deadline.Token);
        await world.UntilSaysAsync("test", "CA bundle secret garden/registry-ca is missing", deadline.Token);
        await world.CreateSecretAsync(
            "registry-ca", GardenerRoles.OciCABundle, "bundle.crt", authority.CertificatePem, deadline.Token);
        var denied = await world.UntilSaysAsync("test", "401", deadline.Token);
        await world.Runtime.DeleteAsync<Secret>(OperatorWorld.KeyOf("login"), null, deadline.Token);
        await CreateLoginAsync(world, registry.DockerConfig(), deadline.Token);
        await world.UntilInstalledAsync("test", deadline.Token);

        ExtensionWorld.ConditionOf(denied, ExtensionConditions.Installed)!.Message.ShouldNotContain("wrong");
        var settings = await world.Runtime.GetAsync<ConfigMap>(new ObjectKey("runtime-extension-test", "settings"), deadline.Token);
        settings.Data!["level"].ShouldBe("high");
        settings.Data["priority"].ShouldBe("gardener-garden-system-200");
        var resource = await world.Runtime.GetAsync<ManagedResource>(ExtensionNames.Runtime("test"), deadline.Token);
        resource.Metadata.Annotation("hortus.dev/chart-digest").ShouldNotBeNull().ShouldStartWith("sha256:");
        var copy = await world.Garden.UntilAsync<Secret>(OperatorWorld.KeyOf("test-login"), found => found is not null, deadline.Token);
        copy!.Data![".dockerconfigjson"].ShouldBe(registry.DockerConfig());
        var bundle = await world.Garden.UntilAsync<Secret>(
            OperatorWorld.KeyOf("test-registry-ca"), found => found is not null, deadline.Token);
        bundle!.Data!.Keys.ShouldBe(["bundle.crt"]);
    }

    [Fact]
    public async Task A_template_at_fault_is_named_with_its_line_and_without_the_secret_in_it()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var registry = await DockerRegistry.StartAsync(new RegistrySetup { Authority = authority, HasPassword = true }, deadline.Token);
        await PushAsync(registry, ChartFiles.Chart((
            "templates/broken.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { x: \"{{ fail .Values.password }}\" }\n")));
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.StopOperatorAsync();
        world.StartOperator(change: component => new OperatorComponent { Access = component.Access });
        await CreateLoginAsync(world, registry.DockerConfig(), deadline.Token);
        await world.CreateSecretAsync("registry-ca", GardenerRoles.OciCABundle, "bundle.crt", authority.CertificatePem, deadline.Token);
        await world.CreateSecretAsync("credentials", GardenerRoles.ResourceReference, "password", "hunter2hunter2", deadline.Token);
        await world.Runtime.CreateAsync(
            ExtensionWorld.NewExtension("test", $$"""
                resources: [{ kind: Extension, type: test, autoEnable: [garden], clusterCompatibility: [garden] }]
                deployment:
                  resources: [{ name: login, resourceRef: { apiVersion: v1, kind: Secret, name: credentials } }]
                  extension:
                    helm:
                      ociRepository:
                        repository: {{registry.Name}}/charts/demo
                        tag: 1.2.3
                        pullSecretRef: { name: login }
                        caBundleSecretRef: { name: registry-ca }
                    runtimeClusterValues: { password: "{{"{{ .resources.login.data.password }}"}}" }
                """),
            deadline.Token);

        var failed = await world.UntilSaysAsync("test", "templates/broken.yaml", deadline.Token);

        var message = ExtensionWorld.ConditionOf(failed, ExtensionConditions.Installed)!.Message;
        message.ShouldContain("demo");
        message.ShouldNotContain("hunter2");
    }

    private static async Task CreateLoginAsync(ExtensionWorld world, byte[] config, CancellationToken cancellationToken) =>
        await world.CreateSecretAsync(
            "login", GardenerRoles.HelmPullSecret, ".dockerconfigjson", Encoding.UTF8.GetString(config), cancellationToken);

    private async Task PushAsync(DockerRegistry registry, byte[] chart)
    {
        var packed = Path.Combine(folder, "demo-1.2.3.tgz");
        var ca = Path.Combine(folder, "ca.crt");
        var login = Path.Combine(folder, "config.json");
        await File.WriteAllBytesAsync(packed, chart);
        await File.WriteAllTextAsync(ca, authority.CertificatePem);
        await File.WriteAllBytesAsync(login, registry.DockerConfig());
        var pushed = await Commands.RunAsync(
            "env",
            TimeSpan.FromSeconds(30),
            "-i", $"HOME={folder}", BuiltTools.Helm, "push", packed, $"oci://{registry.Name}/charts", "--ca-file", ca, "--registry-config", login);
        pushed.Succeeded();
    }
}
