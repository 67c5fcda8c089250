using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers.Tests;

[Trait("Category", "Integration")]
public sealed class ProjectTests(GardenFixture garden) : IClassFixture<GardenFixture>
{
    [Fact]
    public async Task A_project_gets_the_namespace_it_names()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();

        await garden.CreateProjectAsync(name, deadline.Token);

        var space = await garden.Client.GetAsync<Namespace>(ObjectKey.Cluster("garden-" + name), deadline.Token);
        space.Metadata.Label("gardener.cloud/role").ShouldBe("project");
        space.Metadata.Label("project.gardener.cloud/name").ShouldBe(name);
        space.Metadata.Annotation("namespace.gardener.cloud/created-by-project-controller").ShouldBe("true");
    }

    [Fact]
    public async Task A_project_without_a_namespace_gets_one_named_after_its_uid()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        var created = await garden.Client.CreateAsync(new Project { Metadata = new ObjectMeta { Name = name } }, deadline.Token);

        var project = await garden.UntilPhaseAsync(name, "Ready", deadline.Token);

        project.Spec.Namespace.ShouldBe($"garden-{name}-{created.Metadata.Uid![..5]}");
        (await garden.Client.FindAsync<Namespace>(ObjectKey.Cluster(project.Spec.Namespace!), deadline.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_namespace_of_a_project_cannot_change()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.CreateProjectAsync(name, deadline.Token);
        var other = new JsonObject { ["spec"] = new JsonObject { ["namespace"] = "garden-elsewhere" } };

        var refused = await Should.ThrowAsync<ApiException>(
            garden.Client.PatchAsync<Project>(ObjectKey.Cluster(name), Patch.Merge(other), deadline.Token));

        refused.Code.ShouldBe(422);
    }

    [Fact]
    public async Task A_namespace_is_adopted_only_when_its_labels_say_so()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        var space = ObjectKey.Cluster("garden-" + name);
        await garden.Client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = space.Name } }, deadline.Token);
        await garden.Client.CreateAsync(
            new Project { Metadata = new ObjectMeta { Name = name }, Spec = new ProjectSpec { Namespace = space.Name } }, deadline.Token);

        await garden.UntilPhaseAsync(name, "Failed", deadline.Token);
        var refusal = await garden.UntilEventAsync("Project", name, "NamespaceReconcileFailed", deadline.Token);
        var labels = new JsonObject { ["gardener.cloud/role"] = "project", ["project.gardener.cloud/name"] = name };
        await garden.Client.PatchAsync<Namespace>(
            space, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }), deadline.Token);
        await garden.UntilPhaseAsync(name, "Ready", deadline.Token);

        refusal.Message.ShouldNotBeNull().ShouldContain("gardener.cloud/role=project");
    }

    [Fact]
    public async Task A_failed_project_goes_without_the_namespace_it_never_had()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        var space = ObjectKey.Cluster("garden-" + name);
        await garden.Client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = space.Name } }, deadline.Token);
        await garden.Client.CreateAsync(
            new Project { Metadata = new ObjectMeta { Name = name }, Spec = new ProjectSpec { Namespace = space.Name } }, deadline.Token);
        await garden.UntilPhaseAsync(name, "Failed", deadline.Token);

        await garden.DeleteProjectAsync(name, deadline.Token);
        await garden.UntilGoneAsync<Project>(ObjectKey.Cluster(name), deadline.Token);

        (await garden.Client.GetAsync<Namespace>(space, deadline.Token)).Metadata.DeletionTimestamp.ShouldBeNull();
    }

    [Theory]
    [InlineData("admin", "gardener.cloud:system:project-member", "gardener.cloud:system:project-member:")]
    [InlineData("viewer", "gardener.cloud:system:project-viewer", "gardener.cloud:system:project-viewer:")]
    [InlineData("serviceaccountmanager", "gardener.cloud:system:project-serviceaccountmanager", null)]
    [InlineData("uam", null, "gardener.cloud:system:project-uam:")]
    public async Task A_member_is_bound_by_role_and_set_free_when_removed(string role, string? inside, string? around)
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.CreateProjectAsync(name, deadline.Token);
        var member = new ProjectMember { ApiGroup = "rbac.authorization.k8s.io", Kind = "User", Name = "ada", Role = role };

        await SetMembersAsync(name, [member], deadline.Token);
        await UntilBoundAsync(name, inside, around, expected: true, deadline.Token);
        await SetMembersAsync(name, [], deadline.Token);
        await UntilBoundAsync(name, inside, around, expected: false, deadline.Token);
    }

    [Fact]
    public async Task The_owner_may_manage_members_and_delete_the_project()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.CreateProjectAsync(name, deadline.Token);

        var key = ObjectKey.Cluster("gardener.cloud:system:project:" + name);
        var role = await garden.Client.GetAsync<ClusterRole>(key, deadline.Token);
        var binding = await garden.Client.GetAsync<ClusterRoleBinding>(key, deadline.Token);

        role.Rules!.Single().Verbs!.ShouldContain("manage-members");
        role.Rules!.Single().Verbs!.ShouldContain("delete");
        role.Rules!.Single().ResourceNames.ShouldBe([name]);
        binding.Subjects!.Single().Name.ShouldBe("admin");
    }

    [Fact]
    public void Viewers_cannot_read_secrets_and_members_can() =>
        ProjectRoles.Shared.Cast<ClusterRole>()
            .Where(role => role.Rules!.Any(rule => rule.Resources!.Contains("secrets")))
            .Select(role => role.Metadata.Name)
            .ShouldBe(["gardener.cloud:system:project-member"]);

    [Fact]
    public async Task A_deleted_project_takes_its_namespace_and_roles_along_and_leaves_those_of_others()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.CreateProjectAsync(name, deadline.Token);

        await garden.DeleteProjectAsync(name, deadline.Token);
        await garden.UntilGoneAsync<Project>(ObjectKey.Cluster(name), deadline.Token);

        (await garden.Client.FindAsync<Namespace>(ObjectKey.Cluster("garden-" + name), deadline.Token)).ShouldBeNull();
        (await garden.Client.FindAsync<ClusterRole>(
            ObjectKey.Cluster("gardener.cloud:system:project:" + name), deadline.Token)).ShouldBeNull();
        (await garden.Client.FindAsync<ClusterRole>(
            ObjectKey.Cluster("gardener.cloud:system:project-member"), deadline.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_namespace_that_is_to_be_kept_is_released()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.CreateProjectAsync(name, deadline.Token);
        var space = ObjectKey.Cluster("garden-" + name);
        var annotations = new JsonObject { ["namespace.gardener.cloud/keep-after-project-deletion"] = "true" };
        await garden.Client.PatchAsync<Namespace>(
            space, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }), deadline.Token);

        await garden.DeleteProjectAsync(name, deadline.Token);
        await garden.UntilGoneAsync<Project>(ObjectKey.Cluster(name), deadline.Token);

        var kept = await garden.Client.GetAsync<Namespace>(space, deadline.Token);
        kept.Metadata.DeletionTimestamp.ShouldBeNull();
        kept.Metadata.Label("project.gardener.cloud/name").ShouldBeNull();
        (await garden.Client.ListAsync<RoleBinding>(ListOptions.In(space.Name), deadline.Token)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_project_with_shoots_cannot_be_deleted()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.CreateShootAsync(name, deadline.Token);

        var refused = await Should.ThrowAsync<ApiException>(garden.DeleteProjectAsync(name, deadline.Token));

        refused.Code.ShouldBe(403);
        (await garden.Client.GetAsync<Project>(ObjectKey.Cluster(name), deadline.Token)).Metadata.DeletionTimestamp.ShouldBeNull();
    }

    private Task SetMembersAsync(string project, IReadOnlyList<ProjectMember> members, CancellationToken cancellationToken)
    {
        var list = new JsonArray([.. members.Select(member => (JsonNode)KubernetesJson.ToNode(member))]);
        return garden.Client.PatchAsync<Project>(
            ObjectKey.Cluster(project),
            Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["members"] = list } }),
            cancellationToken);
    }

    private async Task UntilBoundAsync(
        string project, string? inside, string? around, bool expected, CancellationToken cancellationToken)
    {
        if (inside is not null)
        {
            await garden.Client.UntilAsync<RoleBinding>(
                new ObjectKey("garden-" + project, inside),
                found => (found?.Subjects?.Any(subject => subject.Name == "ada") == true) == expected,
                cancellationToken);
        }

        if (around is not null)
        {
            await garden.Client.UntilAsync<ClusterRoleBinding>(
                ObjectKey.Cluster(around + project),
                found => (found?.Subjects?.Any(subject => subject.Name == "ada") == true) == expected,
                cancellationToken);
        }
    }
}
