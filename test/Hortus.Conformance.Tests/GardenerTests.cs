using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>The garden's kinds with the repository's own examples.</summary>
[Trait("Category", "RealParts")]
public sealed class GardenerTests(GardenServer garden) : IClassFixture<GardenServer>
{
    private Kubectl Kubectl => garden.Server.Admin;

    [OwnServerFact]
    public async Task Shoot_of_the_examples_is_accepted_and_defaulted()
    {
        var shoot = await garden.CreateShootAsync(_ => _);

        (await Kubectl.RunAsync($"-n garden-local get shoot {shoot}")).Lines()[0].ShouldBe(
            "NAME CLOUDPROFILE PROVIDER REGION K8S VERSION HIBERNATED LAST OPERATION STATUS AGE");
        (await FieldAsync(shoot, ".spec.kubernetes.version")).ShouldBe("1.35.4");
        (await FieldAsync(shoot, ".spec.provider.workers[0].machine.image.version")).ShouldBe("1.0.0");
        (await FieldAsync(shoot, ".metadata.annotations.gardener\\.cloud/created-by")).ShouldBe("admin");
        (await Kubectl.RunAsync($"-n garden-local describe shoot {shoot}")).Succeeds().ShouldContain("Region:");
        (await Kubectl.RunAsync("get cloudprofile,seed,project -o name")).Lines().Count.ShouldBe(3);
    }

    [OwnServerFact]
    public async Task Fields_of_a_shoot_are_explained()
    {
        var text = (await Kubectl.RunAsync("explain shoot.spec.provider")).Lines();

        text.ShouldContain("GROUP: core.gardener.cloud");
        text.ShouldContain("workers\t<[]Worker>");
        text.ShouldContain("Worker pools; none for a cluster without nodes.");
        (await Kubectl.RunAsync("explain shoot --recursive")).Succeeds().ShouldContain("machineControllerManager");
    }

    [OwnServerTheory]
    [InlineData("name: local\n  credentials", "name: nope\n  credentials", "cloudProfile", "nope")]
    [InlineData("region: local", "region: mars", "spec.region", "\"local\"")]
    [InlineData("version: \"1.35\"", "version: 1.12.0", "spec.kubernetes.version", "1.35.4")]
    [InlineData("        type: local\n      cri", "        type: huge\n      cri", "machine.type", "\"local\"")]
    [InlineData("nodes: 10.0.0.0/16", "nodes: 10.0.0.0/16\n    pods: 10.0.128.0/17", "spec.networking", "10.0.")]
    [InlineData("nodes: 10.0.0.0/16", "nodes: ten", "spec.networking.nodes", "ten")]
    [InlineData("minimum: 1", "minimum: 5", "maximum", "minimum")]
    [InlineData("minimum: 1", "minimum: one", "minimum", "integer")]
    public async Task Bad_shoot_is_refused_with_its_field_and_what_is_allowed(
        string good, string bad, string field, string allowed)
    {
        var name = garden.NewName();
        var manifest = garden.Shoot(name);
        manifest.ShouldContain(good);

        var error = (await garden.PipeAsync(manifest.Replace(good, bad, StringComparison.Ordinal), "apply -f -")).Fails();

        error.ShouldContain(field);
        error.ShouldContain(allowed);
        (await Kubectl.RunAsync($"-n garden-local get shoot {name}")).Fails().ShouldContain("NotFound");
    }

    [OwnServerFact]
    public async Task Deletion_needs_the_confirmation_annotation()
    {
        var shoot = await garden.CreateShootAsync(_ => _);

        (await Kubectl.RunAsync($"-n garden-local delete shoot {shoot} --wait=false")).Fails()
            .ShouldContain("confirmation.gardener.cloud/deletion");
        (await FieldAsync(shoot, ".metadata.deletionTimestamp")).ShouldBeEmpty();

        (await Kubectl.RunAsync($"-n garden-local annotate shoot {shoot} confirmation.gardener.cloud/deletion=true")).Succeeds();
        (await Kubectl.RunAsync($"-n garden-local delete shoot {shoot} --wait=false")).Succeeds();
    }

    [OwnServerFact]
    public async Task Workers_are_changed_and_immutable_fields_are_kept()
    {
        var shoot = await garden.CreateShootAsync(_ => _);

        (await Kubectl.RunAsync(
            $"-n garden-local patch shoot {shoot} --type=json -p "
            + """[{"op":"replace","path":"/spec/provider/workers/0/minimum","value":2}]""")).Succeeds();
        (await FieldAsync(shoot, ".spec.provider.workers[0].minimum")).ShouldBe("2");
        (await Kubectl.RunAsync($"-n garden-local patch shoot {shoot} --type=merge -p " + """{"spec":{"region":"mars"}}"""))
            .Fails().ShouldContain("spec.region");
    }

    [OwnServerFact]
    public async Task Shoots_are_listed_wide_and_watched_through_the_api_server_in_front()
    {
        using var watch = Kubectl.Start("-n garden-local get exposureclasses --watch-only -o name");
        var shoot = await garden.CreateShootAsync(_ => _);

        (await Kubectl.RunAsync("get shoots -A -o wide")).Lines()[0].ShouldContain("LAST OPERATION STATUS");
        (await Kubectl.RunAsync($"get shoots -A --field-selector metadata.name={shoot} -o name")).Lines()
            .ShouldBe([$"shoot.core.gardener.cloud/{shoot}"]);
        (await Kubectl.RunAsync("api-resources --api-group=core.gardener.cloud -o name")).Lines()
            .ShouldContain("shoots.core.gardener.cloud");
        (await garden.PipeAsync(
            "{apiVersion: core.gardener.cloud/v1beta1, kind: ExposureClass, metadata: {name: watched}, handler: h}",
            "create -f -")).Succeeds();
        (await watch.ReadLineAsync()).ShouldBe("exposureclass.core.gardener.cloud/watched");
    }

    [OwnServerFact]
    public async Task Api_services_tell_where_groups_are_served()
    {
        var lines = (await Kubectl.RunAsync("get apiservices")).Lines();

        lines[0].ShouldBe("NAME SERVICE AVAILABLE AGE");
        lines.ShouldContain(l => l.StartsWith("v1beta1.core.gardener.cloud kube-system/gardener-apiserver True "));
        lines.ShouldContain(l => l.StartsWith("v1.apps Local True "));
    }

    private async Task<string> FieldAsync(string shoot, string path) =>
        (await Kubectl.RunAsync($"-n garden-local get shoot {shoot} -o jsonpath={{{path}}}")).Succeeds();
}
