using System.Net;
using System.Text.Json;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.Components;
using Hortus.GardenApi;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet.Tests.Extensions;

/// <summary>A garden whose server can refuse to show a kind, and a seed that nobody reaches.</summary>
[Trait("Category", "Integration")]
public sealed class InstallationUnitTests : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource deadline = ExtensionWorld.NewDeadline();
    private readonly Refusal refusal = new();
    private InProcessApiServer server = null!;
    private KubernetesClient garden = null!;

    public async Task InitializeAsync()
    {
        server = await GardenServers.StartAsync(deadline.Token);
        garden = server.Connect(refusal);
    }

    public async Task DisposeAsync()
    {
        garden.Dispose();
        await server.DisposeAsync();
    }

    public void Dispose()
    {
        refusal.Dispose();
        deadline.Dispose();
    }

    [Theory]
    [InlineData(null, "controllerregistrations", ConditionStatus.False, Reasons.RegistrationNotFound)]
    [InlineData("controllerregistrations", "", ConditionStatus.Unknown, Reasons.RegistrationReadError)]
    [InlineData(null, "seeds", ConditionStatus.False, Reasons.SeedNotFound)]
    [InlineData("/seeds/", "", ConditionStatus.Unknown, Reasons.SeedReadError)]
    public async Task What_is_missing_and_what_cannot_be_read_are_told_apart(string? refused, string absent, string status, string reason)
    {
        var installation = await FillAsync(absent);
        refusal.Refused = refused;

        var fault = await Should.ThrowAsync<InstallationException>(
            new InstallationReader(garden).ReadAsync(installation, Deployment("{}"), deadline.Token));

        ConditionThresholds.Next(null, fault.Condition, null, DateTimeOffset.UnixEpoch).Status.ShouldBe(status);
        fault.Condition.Type.ShouldBe("Valid");
        fault.Condition.Reason.ShouldBe(reason);
    }

    [Theory]
    [InlineData("[1]", true, Reasons.ChartInformationInvalid, "want a map")]
    [InlineData("{}", false, Reasons.ChartInformationInvalid, "set rawChart or ociRepository")]
    [InlineData("""{"a":"{{ .resources.db.data.x }}"}""", true, Reasons.RenderingHelmValuesFailed, "db")]
    [InlineData("""{"a":"{{ .Values.x }}"}""", true, Reasons.RenderingHelmValuesFailed, "{{ .resources.NAME.data.KEY }}")]
    public async Task Bad_values_are_told_with_what_is_wanted(string values, bool hasChart, string reason, string fault)
    {
        var installation = await FillAsync("");
        var deployment = Deployment(values);
        deployment = hasChart ? deployment : deployment with { Helm = deployment.Helm! with { RawChart = null } };

        var thrown = await Should.ThrowAsync<InstallationException>(
            new InstallationReader(garden).ReadAsync(installation, deployment, deadline.Token));

        thrown.Condition.Reason.ShouldBe(reason);
        thrown.Message.ShouldContain(fault);
        thrown.Message.ShouldContain("ControllerDeployment test");
    }

    [Fact]
    public async Task A_seed_that_cannot_be_read_makes_three_conditions_unknown()
    {
        var installation = await CreateAsync(await FillAsync(""));
        var surroundings = Surroundings();
        var care = new InstallationCareReconciler(surroundings, new InstallationStatusWriter(surroundings));

        (await care.ReconcileAsync(installation.Key, deadline.Token)).RequeueAfter.ShouldBe(TimeSpan.FromSeconds(30));

        var conditions = (await garden.GetAsync<ControllerInstallation>(installation.Key, deadline.Token)).Status!.Conditions!;
        conditions.Select(c => c.Type).ShouldBe(["Installed", "Healthy", "Progressing"]);
        conditions.ShouldAllBe(c => c.Status == "Unknown" && c.Reason == Reasons.SeedReadError);
    }

    [Fact]
    public async Task A_deletion_that_fails_is_told_and_tried_again()
    {
        var installation = await CreateAsync(await FillAsync(""));
        var surroundings = Surroundings();
        var deletion = new InstallationDeletion(surroundings, new InstallationStatusWriter(surroundings));

        await Should.ThrowAsync<HttpRequestException>(deletion.RunAsync(installation, deadline.Token));

        var after = await garden.GetAsync<ControllerInstallation>(installation.Key, deadline.Token);
        var condition = after.Status!.Conditions!.ShouldHaveSingleItem();
        (condition.Type, condition.Status, condition.Reason).ShouldBe(("Installed", "False", Reasons.DeletionFailed));
        after.Metadata.Finalizers!.ShouldContain(GardenerFinalizers.ControllerInstallation);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Required_is_decided_only_when_all_kinds_of_the_registration_were_listed(bool hasKind, bool waits)
    {
        await using var seedServer = await InProcessApiServer.StartAsync(deadline.Token);
        using var seed = seedServer.Connect();
        if (hasKind)
        {
            await CustomKinds.InstallAsync(seed, [typeof(Objects.Gardener.Extensions.Infrastructure)], deadline.Token);
        }

        var installation = await CreateAsync(await FillAsync(""));
        var manager = TestManagers.NewManager(garden, TimeProvider.System);
        var surroundings = Surroundings() with
        {
            Garden = manager,
            Seed = TestManagers.NewManager(seed, TimeProvider.System),
        };
        var required = new InstallationRequiredReconciler(surroundings, new InstallationStatusWriter(surroundings));
        using var stop = new CancellationTokenSource();
        var run = manager.RunAsync(stop.Token);
        await manager.CacheOf<ControllerInstallation>(surroundings.Scopes.Installations)
            .WaitAsync(installation.Key, i => i is not null, deadline.Token);
        await manager.CacheOf<ControllerRegistration>().WaitAsync(ObjectKey.Cluster("test"), r => r is not null, deadline.Token);

        var result = await required.ReconcileAsync(installation.Key, deadline.Token);
        await stop.CancelAsync();
        await run;

        (result.RequeueAfter is not null).ShouldBe(waits);
        var conditions = (await garden.GetAsync<ControllerInstallation>(installation.Key, deadline.Token)).Status?.Conditions ?? [];
        conditions.Select(c => c.Reason).ShouldBe(waits ? [] : [Reasons.NoExtensionObjects]);
    }

    [Fact]
    public void Care_takes_each_condition_from_its_own_of_the_ManagedResource()
    {
        var resource = new ManagedResource
        {
            Metadata = new ObjectMeta { Generation = 1 },
            Status = new ManagedResourceStatus
            {
                ObservedGeneration = 1,
                Conditions =
                [
                    new GardenerCondition { Type = "ResourcesApplied", Status = "True" },
                    new GardenerCondition { Type = "ResourcesHealthy", Status = "False", Message = "Deployment x has no replica" },
                    new GardenerCondition { Type = "ResourcesProgressing", Status = "True", Message = "Deployment x rolls out" },
                ],
            },
        };

        InstallationCareReconciler.Results(resource).ShouldBe(
        [
            new("Installed", true, Reasons.InstallationSuccessful, "The controller was successfully installed in the seed cluster."),
            new("Healthy", false, Reasons.ControllerNotHealthy, "Deployment x has no replica"),
            new("Progressing", true, Reasons.ControllerNotRolledOut, "Deployment x rolls out"),
        ]);
        InstallationCareReconciler.Results(new ManagedResource())[0].Reason.ShouldBe(Reasons.InstallationPending);
    }

    [Fact]
    public void Wishes_matter_and_reports_do_not()
    {
        var old = Installation();
        InstallationTriggers.Matters(null, old).ShouldBeTrue();
        InstallationTriggers.Matters(old, null).ShouldBeFalse();
        InstallationTriggers.Matters(old, old with { Status = new ControllerInstallationStatus { Conditions = [] } }).ShouldBeFalse();
        InstallationTriggers.Matters(old, old with { Metadata = old.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } })
            .ShouldBeTrue();
        ControllerInstallationSpec[] changes =
        [
            old.Spec with { DeploymentRef = old.Spec.DeploymentRef! with { ResourceVersion = "2" } },
            old.Spec with { RegistrationRef = old.Spec.RegistrationRef with { ResourceVersion = "2" } },
            old.Spec with { SeedRef = old.Spec.SeedRef! with { ResourceVersion = "2" } },
            old.Spec with { ResourceRefs = [new ObjectReference { Name = "x", ResourceVersion = "1" }] },
        ];
        foreach (var spec in changes)
        {
            InstallationTriggers.Matters(old, old with { Spec = spec }).ShouldBeTrue();
        }
    }

    private static ControllerInstallation Installation() => new()
    {
        Metadata = new ObjectMeta { Name = "test", Finalizers = [GardenerFinalizers.ControllerInstallation] },
        Spec = new ControllerInstallationSpec
        {
            RegistrationRef = new ObjectReference { Name = "test" },
            SeedRef = new ObjectReference { Name = "local" },
            DeploymentRef = new ObjectReference { Name = "test" },
        },
    };

    private static ControllerDeployment Deployment(string values) => new()
    {
        Metadata = new ObjectMeta { Name = "test" },
        Helm = new HelmControllerDeployment { RawChart = [1], Values = JsonSerializer.Deserialize<JsonElement>(values) },
    };

    private async Task<ControllerInstallation> FillAsync(string absent)
    {
        foreach (var space in new[] { "garden" })
        {
            await garden.CreateAsync(ExtensionWorld.NamespaceOf(space), deadline.Token);
        }

        await garden.CreateAsync(new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = "dns" } }, deadline.Token);
        if (absent != "controllerregistrations")
        {
            await garden.CreateAsync(
                new ControllerRegistration
                {
                    Metadata = new ObjectMeta { Name = "test" },
                    Spec = new ControllerRegistrationSpec
                    {
                        Resources = [new ControllerResource { Kind = "Infrastructure", Type = "mine" }],
                    },
                },
                deadline.Token);
        }

        if (absent != "seeds")
        {
            await garden.CreateAsync(ExtensionWorld.SeedConfig, deadline.Token);
        }

        return Installation();
    }

    private Task<ControllerInstallation> CreateAsync(ControllerInstallation installation) =>
        garden.CreateAsync(installation, deadline.Token);

    private GardenletSurroundings Surroundings() =>
        TestSurroundings.Of(TestManagers.NewManager(garden, TimeProvider.System), new NoCluster());

    private sealed class Refusal : DelegatingHandler
    {
        public Refusal() => InnerHandler = new SocketsHttpHandler();

        public string? Refused { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Refused is { } refused && request.RequestUri!.AbsolutePath.Contains(refused, StringComparison.Ordinal)
                ? new HttpResponseMessage(HttpStatusCode.InternalServerError)
                : await base.SendAsync(request, cancellationToken);
    }
}
