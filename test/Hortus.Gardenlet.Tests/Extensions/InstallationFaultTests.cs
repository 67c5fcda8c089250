using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Testing;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet.Tests.Extensions;

/// <summary>Every bad input has the condition that the specification names, says what to do, and leaves alone what runs.</summary>
[Trait("Category", "Integration")]
public sealed class InstallationFaultTests(ExtensionWorld world) : IClassFixture<ExtensionWorld>, IDisposable
{
    private const string Good = """
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: out, namespace: {{ .Release.Namespace }} }
        data: { a: b }
        """;

    private readonly CancellationTokenSource deadline = ExtensionWorld.NewDeadline();

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task A_registration_that_does_not_exist_is_named_and_waited_for()
    {
        await world.Garden.CreateAsync(ExtensionWorld.Deployment("orphan", ChartFiles.Chart()), deadline.Token);
        await world.Garden.CreateAsync(
            new ControllerInstallation
            {
                Metadata = new ObjectMeta { Name = "orphan" },
                Spec = new ControllerInstallationSpec
                {
                    RegistrationRef = new ObjectReference { Name = "nobody" },
                    SeedRef = new ObjectReference { Name = ExtensionWorld.SeedName },
                    DeploymentRef = new ObjectReference { Name = "orphan" },
                },
            },
            deadline.Token);

        var condition = await world.ConditionAsync("orphan", "Valid", Reasons.RegistrationNotFound, deadline.Token);

        condition.Status.ShouldBe("False");
        condition.Message.ShouldContain("ControllerRegistration nobody");
        await world.Garden.CreateAsync(new ControllerRegistration { Metadata = new ObjectMeta { Name = "nobody" } }, deadline.Token);
        await world.ConditionAsync("orphan", "Valid", Reasons.RegistrationValid, deadline.Token);
    }

    [Fact]
    public async Task A_template_that_fails_is_named_with_file_and_line()
    {
        await world.InstallAsync(
            ExtensionWorld.Deployment("fails", ChartFiles.Chart(("templates/bad.yaml", "\n{{ fail \"no luck\" }}"))), deadline.Token);

        var condition = await world.ConditionAsync("fails", "Valid", Reasons.ChartCannotBeRendered, deadline.Token);

        condition.Message.ShouldContain("demo");
        condition.Message.ShouldContain("templates/bad.yaml");
        condition.Message.ShouldContain("no luck");
        (await world.EventAsync("fails", Reasons.ChartCannotBeRendered, deadline.Token)).Type.ShouldBe("Warning");
        (await world.ManagedResourceAsync("fails", deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task No_message_event_or_log_line_shows_what_a_Secret_holds()
    {
        const string confidential = "tr0ub4dor-and-more";
        var secret = InstallationTests.Resource(
            new Secret { Data = new Dictionary<string, byte[]> { ["password"] = Encoding.UTF8.GetBytes(confidential) } }, "confidential");
        await world.Garden.CreateAsync(secret, deadline.Token);
        var chart = ChartFiles.Chart(("templates/bad.yaml", "{{ fail (printf \"the password %s is wrong\" .Values.password) }}"));
        await world.InstallAsync(
            ExtensionWorld.Deployment("leaks", chart, """{"password":"{{ .resources.db.data.password }}"}""") with
            {
                Resources = [InstallationTests.Named("db", "Secret", "confidential")],
            },
            deadline.Token);

        var condition = await world.ConditionAsync("leaks", "Valid", Reasons.ChartCannotBeRendered, deadline.Token);

        condition.Message.ShouldContain("the password");
        condition.Message.ShouldNotContain(confidential);
        (await world.EventAsync("leaks", Reasons.ChartCannotBeRendered, deadline.Token)).Message!.ShouldNotContain(confidential);
        world.Log.ShouldContain(line => line.Contains("leaks", StringComparison.Ordinal));
        world.Log.ShouldAllBe(line => !line.Contains(confidential, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_resource_that_is_missing_or_has_no_label_is_named_with_what_to_do()
    {
        await world.InstallAsync(
            ExtensionWorld.Deployment("needs", ChartFiles.Chart(), """{"a":"{{ .resources.db.data.a }}"}""") with
            {
                Resources = [InstallationTests.Named("db", "Secret", "needed")],
            },
            deadline.Token);
        var missing = await world.ConditionAsync("needs", "Valid", Reasons.RenderingHelmValuesFailed, deadline.Token);
        missing.Message.ShouldContain("Secret garden/needed");

        await world.Garden.CreateAsync(
            InstallationTests.Resource(
                new Secret { Data = new Dictionary<string, byte[]> { ["a"] = [65] } }, "needed", hasLabel: false),
            deadline.Token);
        await world.Garden.UntilAsync<ControllerInstallation>(
            ObjectKey.Cluster("needs"),
            i => i!.Status!.Conditions!.Any(c => c.Message.Contains("gardener.cloud/role=resource-reference", StringComparison.Ordinal)),
            deadline.Token);

        var labels = new JsonObject { ["gardener.cloud/role"] = "resource-reference" };
        await world.Garden.PatchAsync<Secret>(
            new ObjectKey("garden", "needed"),
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }),
            deadline.Token);
        await world.ConditionAsync("needs", "Valid", Reasons.RegistrationValid, deadline.Token);
    }

    [Fact]
    public async Task What_runs_stays_while_a_new_chart_is_bad_and_follows_when_it_is_good_again()
    {
        await world.InstallAsync(
            ExtensionWorld.Deployment("steady", ChartFiles.Chart(("templates/out.yaml", Good))), deadline.Token);
        await world.ConditionAsync("steady", "Installed", Reasons.InstallationSuccessful, deadline.Token);
        var before = (await world.ManagedResourceAsync("steady", deadline.Token))!;

        await world.ChangeAsync("steady", d => With(d, ChartFiles.Chart(("templates/out.yaml", "{{ fail \"no\" }}"))), deadline.Token);
        await world.ConditionAsync("steady", "Valid", Reasons.ChartCannotBeRendered, deadline.Token);

        (await world.ConditionAsync("steady", "Installed", Reasons.InstallationSuccessful, deadline.Token)).Status.ShouldBe("True");
        var now = (await world.ManagedResourceAsync("steady", deadline.Token))!;
        (now.Metadata.Uid, now.Metadata.Generation).ShouldBe((before.Metadata.Uid, before.Metadata.Generation));
        await world.Seed.GetAsync<ConfigMap>(new ObjectKey("extension-steady", "out"), deadline.Token);

        var better = Good.Replace("a: b", "a: c", StringComparison.Ordinal);
        await world.ChangeAsync("steady", d => With(d, ChartFiles.Chart(("templates/out.yaml", better))), deadline.Token);
        await world.Seed.UntilAsync<ConfigMap>(
            new ObjectKey("extension-steady", "out"), m => m!.Data!["a"] == "c", deadline.Token);
        await world.ConditionAsync("steady", "Valid", Reasons.RegistrationValid, deadline.Token);
        (await world.ManagedResourceAsync("steady", deadline.Token))!.Metadata.Annotation(ResourceNames.ChartDigest)
            .ShouldNotBe(before.Metadata.Annotation(ResourceNames.ChartDigest));
        (await world.EventAsync("steady", "ChartInstalled", deadline.Token)).Message!.ShouldContain("demo 1.2.3");
    }

    [Fact]
    public async Task An_archive_that_climbs_out_of_its_folder_is_refused_with_the_entry_named()
    {
        var archive = ChartFiles.Archive(ChartFiles.File("demo/Chart.yaml", ChartFiles.Description), ChartFiles.File("demo/../../evil", "x"));
        await world.InstallAsync(ExtensionWorld.Deployment("climbs", archive), deadline.Token);

        (await world.ConditionAsync("climbs", "Valid", Reasons.ChartCannotBeRendered, deadline.Token)).Message.ShouldContain("evil");
    }

    [Fact]
    public async Task A_namespace_that_the_seed_refuses_is_told()
    {
        await world.InstallAsync(ExtensionWorld.Deployment("plain", ChartFiles.Chart()), deadline.Token);
        var name = "plain.dotted";
        await world.Garden.CreateAsync(
            new ControllerInstallation
            {
                Metadata = new ObjectMeta { Name = name },
                Spec = new ControllerInstallationSpec
                {
                    RegistrationRef = new ObjectReference { Name = "plain" },
                    SeedRef = new ObjectReference { Name = ExtensionWorld.SeedName },
                    DeploymentRef = new ObjectReference { Name = "plain" },
                },
            },
            deadline.Token);

        (await world.ConditionAsync(name, "Installed", Reasons.InstallationFailed, deadline.Token))
            .Message.ShouldContain("namespace extension-plain.dotted");
    }

    [Fact]
    public async Task Deployments_that_are_no_charts_and_installations_of_other_seeds_are_left_alone()
    {
        var deployment = await world.Garden.CreateAsync(ExtensionWorld.Deployment("elsewhere", ChartFiles.Chart()), deadline.Token);
        await world.Garden.CreateAsync(new ControllerRegistration { Metadata = new ObjectMeta { Name = "elsewhere" } }, deadline.Token);
        foreach (var (name, seed, of) in new[] { ("elsewhere", "other", deployment.Metadata.Name), ("bare", "local", null) })
        {
            await world.Garden.CreateAsync(
                new ControllerInstallation
                {
                    Metadata = new ObjectMeta { Name = name },
                    Spec = new ControllerInstallationSpec
                    {
                        RegistrationRef = new ObjectReference { Name = "elsewhere" },
                        SeedRef = new ObjectReference { Name = seed },
                        DeploymentRef = of is null ? null : new ObjectReference { Name = of },
                    },
                },
                deadline.Token);
        }

        // Installations are handled in the order in which they come, so a later one shows that these were passed over.
        await world.InstallAsync(ExtensionWorld.Deployment("later", ChartFiles.Chart()), deadline.Token);
        await world.ConditionAsync("later", "Valid", Reasons.RegistrationValid, deadline.Token);

        foreach (var name in new[] { "elsewhere", "bare" })
        {
            (await world.Garden.GetAsync<ControllerInstallation>(ObjectKey.Cluster(name), deadline.Token))
                .Metadata.Finalizers.ShouldBeNull(name);
            (await world.Seed.FindAsync<Namespace>(ObjectKey.Cluster($"extension-{name}"), deadline.Token)).ShouldBeNull(name);
        }
    }

    private static ControllerDeployment With(ControllerDeployment deployment, byte[] chart) =>
        deployment with { Helm = deployment.Helm! with { RawChart = chart } };
}
