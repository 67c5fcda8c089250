using Hortus.Cli.Status;
using Hortus.Client;

namespace Hortus.Cli.Tests;

public sealed class StatusViewTests
{
    private const string Gardens = "/apis/operator.gardener.cloud/v1alpha1/gardens";
    private const string Seeds = "/apis/core.gardener.cloud/v1beta1/seeds";
    private const string Resources = "/apis/resources.gardener.cloud/v1alpha1/managedresources";
    private const string Extensions = "/apis/operator.gardener.cloud/v1alpha1/extensions";
    private const string Gardenlets = "/apis/seedmanagement.gardener.cloud/v1alpha1/gardenlets";
    private const string Installations = "/apis/core.gardener.cloud/v1beta1/controllerinstallations";
    private const string Shoots = "/apis/core.gardener.cloud/v1beta1/shoots";

    [Fact]
    public async Task What_is_well_waits_for_nothing()
    {
        var lines = await PrintAsync(
            """
            {"metadata":{"name":"local"},"status":{
              "lastOperation":{"type":"Reconcile","state":"Succeeded","progress":100,"description":"done"},
              "conditions":[{"type":"RuntimeComponentsHealthy","status":"True"}]}}
            """);

        Words(lines[1])[..2].ShouldBe(["Garden", "local"]);
        lines[1].ShouldContain("Reconcile Succeeded 100%");
        lines[1].ShouldEndWith("nothing");
    }

    [Fact]
    public async Task A_running_operation_tells_its_step_before_the_conditions_that_are_not_true()
    {
        var lines = await PrintAsync(garden: null, shoots:
            """
            {"metadata":{"name":"local","namespace":"garden-local"},"status":{
              "lastOperation":{"type":"Create","state":"Processing","progress":42,"description":"Waiting for workers"},
              "conditions":[{"type":"APIServerAvailable","status":"True"},{"type":"EveryNodeReady","status":"Progressing"}]}}
            """);

        var row = lines.Single(line => line.StartsWith("Shoot", StringComparison.Ordinal));
        row.ShouldContain("garden-local/local");
        row.ShouldContain("Create Processing 42%");
        row.ShouldEndWith("Waiting for workers; EveryNodeReady is Progressing");
    }

    [Fact]
    public async Task Errors_of_a_shoot_are_listed_with_their_step()
    {
        var lines = await PrintAsync(garden: null, shoots:
            """
            {"metadata":{"name":"local","namespace":"garden-local"},"status":{
              "lastOperation":{"type":"Create","state":"Error","progress":60,"description":"failed"},
              "lastErrors":[{"taskID":"Deploying worker","description":"machine type is gone"}]}}
            """);

        lines[^1].Trim().ShouldBe("Deploying worker: machine type is gone");
    }

    [Fact]
    public async Task An_object_without_status_has_no_operation_yet()
    {
        var lines = await PrintAsync(garden: null, seeds: """{"metadata":{"name":"local"}}""");

        Words(lines[1])[..2].ShouldBe(["Seed", "local"]);
        lines[1].ShouldContain("none yet");
    }

    [Fact]
    public async Task Without_a_virtual_garden_only_the_runtime_cluster_is_asked()
    {
        using var runtime = Cluster((Gardens, """{"metadata":{"name":"local"}}""")).Connect();
        using var output = new StringWriter();

        await new StatusView(output).PrintAsync(runtime, null, CancellationToken.None);

        output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Managed_resources_that_are_not_rolled_out_are_listed_with_the_reason()
    {
        const string conditions = """
            {"type":"ResourcesApplied","status":"True"},{"type":"ResourcesProgressing","status":"False"},{"type":"ResourcesHealthy","status":
            """;
        using var runtime = Cluster((Gardens, null), (Resources,
            $$$"""
            {"metadata":{"name":"well","namespace":"garden","generation":1},
             "status":{"observedGeneration":1,"conditions":[{{{conditions}}}"True"}]}},
            {"metadata":{"name":"unwell","namespace":"garden","generation":1},
             "status":{"observedGeneration":1,"conditions":[{{{conditions}}}"False","message":"pod is missing"}]}}
            """)).Connect();
        using var output = new StringWriter();

        await new StatusView(output).PrintAsync(runtime, null, CancellationToken.None);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Skip(1).ShouldHaveSingleItem().ShouldBe("ManagedResource garden/unwell: pod is missing");
    }

    [Fact]
    public async Task Extensions_tell_why_they_are_not_installed_but_not_that_nobody_needs_them()
    {
        using var runtime = Cluster((Gardens, null), (Extensions,
            """
            {"metadata":{"name":"idle"},"status":{"conditions":[
              {"type":"Installed","status":"True","reason":"ReconcileSuccessful"},{"type":"RequiredRuntime","status":"False"}]}},
            {"metadata":{"name":"unwell"},"status":{"conditions":[
              {"type":"Installed","status":"False","reason":"ReconcileFailed","message":"no such chart"}]}}
            """)).Connect();
        using var output = new StringWriter();

        await new StatusView(output).PrintAsync(runtime, null, CancellationToken.None);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Words(lines[1]).ShouldBe(["Extension", "idle", "ReconcileSuccessful", "nothing"]);
        lines[2].ShouldEndWith("Installed is False: no such chart");
    }

    [Fact]
    public async Task Gardenlets_tell_the_version_that_runs_and_what_is_not_well()
    {
        using var runtime = Cluster((Gardens, null)).Connect();
        using var garden = Cluster(
            (Seeds, """{"metadata":{"name":"a"},"status":{"gardener":{"id":"1","name":"gardenlet","version":"v0.1.0"}}}"""),
            (Shoots, null),
            (Gardenlets,
                """
                {"metadata":{"name":"a","namespace":"garden"},"status":{"conditions":[{"type":"SeedRegistered","status":"True"}]}},
                {"metadata":{"name":"b","namespace":"garden"},"status":{"conditions":[
                  {"type":"SeedRegistered","status":"Progressing","message":"Waiting for seed registration"}]}},
                {"metadata":{"name":"c","namespace":"garden"}}
                """)).Connect();
        using var output = new StringWriter();

        await new StatusView(output).PrintAsync(runtime, garden, CancellationToken.None);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith("Gardenlet", StringComparison.Ordinal)).ToArray();
        Words(lines[0]).ShouldBe(["Gardenlet", "garden/a", "v0.1.0", "nothing"]);
        Words(lines[1])[2..4].ShouldBe(["none", "yet"]);
        lines[1].ShouldEndWith("SeedRegistered is Progressing: Waiting for seed registration");
        lines[2].ShouldEndWith("waiting for the operator");
    }

    [Fact]
    public async Task Managed_resources_of_further_seeds_are_told_with_the_seed()
    {
        using var cluster = Cluster((Resources,
            """{"metadata":{"name":"unwell","namespace":"garden","generation":2},"status":{"observedGeneration":1,"conditions":[]}}""")).Connect();
        using var output = new StringWriter();

        await new StatusView(output).PrintResourcesAsync(cluster, "local2", CancellationToken.None);

        output.ToString().ShouldStartWith("ManagedResource garden/unwell on seed local2: ");
    }

    [Fact]
    public async Task Installations_on_seeds_are_listed_while_they_are_not_rolled_out()
    {
        using var runtime = Cluster((Gardens, null)).Connect();
        using var garden = Cluster((Seeds, null), (Shoots, null), (Installations,
            """
            {"metadata":{"name":"provider-local-abcde"},"spec":{"registrationRef":{"name":"provider-local"},"seedRef":{"name":"local"}},
             "status":{"conditions":[{"type":"Valid","status":"False","message":"registry says no"}]}}
            """)).Connect();
        using var output = new StringWriter();

        await new StatusView(output).PrintAsync(runtime, garden, CancellationToken.None);

        output.ToString().TrimEnd().Split('\n')[^1].ShouldBe(
            "ControllerInstallation provider-local-abcde on seed local: extension provider-local: Valid is False: registry says no");
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<string[]> PrintAsync(string? garden = null, string? seeds = null, string? shoots = null)
    {
        using var runtime = Cluster((Gardens, garden)).Connect();
        using var virtualGarden = Cluster((Seeds, seeds), (Shoots, shoots)).Connect();
        using var output = new StringWriter();
        await new StatusView(output).PrintAsync(runtime, virtualGarden, CancellationToken.None);
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static ScriptedCluster Cluster(params (string Path, string? Items)[] lists) => new(
        lists.ToDictionary(list => list.Path, list => $$"""{"metadata":{"resourceVersion":"1"},"items":[{{list.Items}}]}"""));
}
