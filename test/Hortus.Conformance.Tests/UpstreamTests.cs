using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>Gardener's own example manifests on our server.</summary>
[Trait("Category", "Upstream")]
public sealed class UpstreamTests(GardenServer garden) : IClassFixture<GardenServer>
{
    [SkippableTheory]
    [InlineData("provider-local-shoot.yaml", "shoot.core.gardener.cloud/local created")]
    [InlineData("30-cloudprofile.yaml", "cloudprofile.core.gardener.cloud/cloudprofile1 created")]
    [InlineData("25-controllerdeployment.yaml", "controllerdeployment.core.gardener.cloud/")]
    [InlineData("25-controllerregistration.yaml", "controllerregistration.core.gardener.cloud/")]
    [InlineData("60-quota.yaml", "quota.core.gardener.cloud/")]
    [InlineData("81-exposureclass.yaml", "exposureclass.core.gardener.cloud/")]
    public async Task Manifest_is_accepted(string file, string answer)
    {
        Skip.If(Target.IsForeign, Target.NeedsOwnServer);
        if (file == "60-quota.yaml")
        {
            (await garden.Server.Admin.RunAsync("create namespace garden-trial")).Succeeds();
        }

        (await ApplyAsync(file)).Succeeds().ShouldContain(answer);
    }

    [SkippableFact]
    public async Task Project_with_its_credentials_is_accepted()
    {
        Skip.If(Target.IsForeign, Target.NeedsOwnServer);
        (await garden.PipeAsync("""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: garden-dev
              labels: {gardener.cloud/role: project, project.gardener.cloud/name: dev}
            """, "apply -f -")).Succeeds();
        (await ApplyAsync("05-project-dev.yaml")).Succeeds().ShouldContain("project.core.gardener.cloud/dev created");
        (await garden.PipeAsync("""
            apiVersion: v1
            kind: Secret
            metadata: {name: my-provider-account, namespace: garden-dev}
            """, "apply -f -")).Succeeds();

        (await ApplyAsync("80-secretbinding.yaml")).Succeeds();
        (await garden.PipeAsync("""
            apiVersion: security.gardener.cloud/v1alpha1
            kind: WorkloadIdentity
            metadata: {name: my-provider-account, namespace: garden-dev}
            spec: {audiences: [a], targetSystem: {type: local} }
            """, "apply -f -")).Succeeds();
        (await ApplyAsync("80-credentialsbinding.yaml")).Succeeds();
    }

    /// <summary>Applies a manifest with the placeholders in angle brackets filled in.</summary>
    private async Task<KubectlResult> ApplyAsync(string file)
    {
        var folder = SearchUpwards.Folder("shared/upstream/examples", file);
        Skip.If(folder is null, $"shared/upstream/examples/{file} is not on this machine");
        var manifest = (await File.ReadAllTextAsync(Path.Combine(folder!, file)))
            .Replace("<some-provider-name>", "local", StringComparison.Ordinal)
            .Replace("<some-provider-specific-cloudprofile-config>", "{apiVersion: v1, kind: Config}", StringComparison.Ordinal);
        return await garden.PipeAsync(manifest, "apply -f -");
    }
}
